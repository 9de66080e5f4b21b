#include "search_costs.h"

#include <memory>

#include "axvp/power/energy_table.h"
#include "axvp/qos/network_energy.h"
#include "embedded_files.h"

namespace axvp::sim {
namespace {

using Costs = std::vector<std::vector<double>>;

std::vector<double> mac_shares(const QuantizedNetwork& network) {
  std::vector<double> shares;
  double total = 0.0;
  for (std::size_t l = 0; l < network.layers().size(); ++l) {
    shares.push_back(static_cast<double>(network.macs_of_layer(l)));
    total += shares.back();
  }
  for (double& share : shares) share /= total;
  return shares;
}

/// Every layer the same, weighted by its MACs.
Costs papers_metric(const QuantizedNetwork& network, const std::vector<double>& relative) {
  Costs costs;
  for (const double share : mac_shares(network)) {
    auto& layer = costs.emplace_back();
    for (const double cost : relative) layer.push_back(share * cost);
  }
  return costs;
}

void add(PricedCandidates& candidates, const Selectable& selectable) {
  candidates.ids.push_back(selectable.id);
  candidates.tables.push_back(selectable.table);
}

Result<PricedCandidates> price_library(const Workload& workload, PricedCandidates candidates) {
  std::vector<double> relative{1.0};
  for (const LibraryCircuit& circuit : workload.library->circuits) {
    const auto selectable = workload.catalogue.find(circuit.id);
    if (!selectable) return forward_error(selectable);
    add(candidates, *selectable);
    relative.push_back(circuit.cost / workload.library->exact_cost);
  }
  candidates.cost = papers_metric(workload.quantisation.network, relative);
  return candidates;
}

Result<PricedCandidates> price_uniform(const RunConfig& config, const Workload& workload, PricedCandidates candidates) {
  const auto table = config.energy_table.empty() ? parse_energy_table(default_energy_table(), "embedded energy table")
                                                 : load_energy_table(config.energy_table);
  if (!table) return forward_error(table);
  const auto exact = table->find(candidates.ids[0]);
  if (!exact) return forward_error(exact);
  std::vector<double> relative{1.0};
  for (const Selectable& selectable : workload.catalogue.selectables()) {
    if (selectable.encoding != workload.quantisation.network.encoding || selectable.is_baseline) continue;
    const auto energy = table->find(selectable.id);
    if (!energy || selectable.id == candidates.ids[0]) continue;
    add(candidates, selectable);
    relative.push_back(energy->per_mac.total() / exact->per_mac.total());
  }
  candidates.cost = papers_metric(workload.quantisation.network, relative);
  return candidates;
}

Result<NetworkEnergy> trace_energy(const RunConfig& config, const Workload& workload, const CostOptions& options,
                                   const GlobalOptions& global) {
  const auto& network = workload.quantisation.network;
  CharacteriseOptions characterise;
  characterise.root = options.root;
  characterise.clock_mhz = config.platform.clock_mhz;
  const auto synthesiser = Synthesiser::create(characterise.synthesis);
  if (!synthesiser) return forward_error(synthesiser);
  const auto exact = workload.catalogue.find(Catalogue::exact_id(network.encoding));
  if (!exact) return forward_error(exact);
  const std::size_t layers = network.layers().size();
  NetworkEnergyInputs inputs{
      &network,
      {{"exact", std::vector<std::string>(layers, exact->id), workload.quantisation.exact_requantisation}},
      {std::vector<TruthTable>(layers, exact->table)},
      {},
      &workload.catalogue,
      config.platform};
  for (std::size_t i = 0; i < std::min(options.images, workload.data.images.size()); ++i)
    inputs.images.push_back(quantise_image(network, workload.data.images[i]));
  NetworkEnergyOptions energy_options;
  energy_options.seed = config.seed;
  energy_options.every_selectable = true;
  std::unique_ptr<Progress> bar;
  auto energy = network_energy(inputs, *synthesiser, characterise, energy_options,
                               [&](std::size_t done, std::size_t total, const std::string& multiplier) {
                                 if (!bar)
                                   bar =
                                       std::make_unique<Progress>(global.progress(), "energies", total, "multipliers");
                                 bar->update(done, multiplier);
                               });
  if (energy && bar) bar->finish();
  return energy;
}

Result<PricedCandidates> price_traces(const RunConfig& config, const Workload& workload, const CostOptions& options,
                                      const GlobalOptions& global, Provenance& provenance,
                                      PricedCandidates candidates) {
  const auto energy = trace_energy(config, workload, options, global);
  if (!energy) return forward_error(energy);
  provenance.tools.insert(energy->origin.tools.begin(), energy->origin.tools.end());
  provenance.inputs["library"] = energy->origin.library_sha256;
  const PointEnergy& point = energy->points.at(0);
  const double total = point.total.exact_timed.to_picojoules().value;
  for (const LayerEnergy& layer : point.layers)
    candidates.cost.push_back({layer.exact_timed.to_picojoules().value / total});
  for (std::size_t i = 0; i < point.layers.at(0).costs.size(); ++i) {
    const auto selectable = workload.catalogue.find(point.layers[0].costs[i].selectable);
    if (!selectable) return forward_error(selectable);
    if (selectable->is_baseline || selectable->id == candidates.ids[0]) continue;
    add(candidates, *selectable);
    for (std::size_t l = 0; l < point.layers.size(); ++l)
      candidates.cost[l].push_back(point.layers[l].costs[i].timed.to_picojoules().value / total);
  }
  return candidates;
}

}  // namespace

std::string_view to_string(CostMetric metric) {
  switch (metric) {
    case CostMetric::Traces:
      return "glitch-aware energy under each layer's operands";
    case CostMetric::Uniform:
      return "MACs times energy under uniform operands";
    case CostMetric::Library:
      break;
  }
  return "MACs times the library's powers";
}

Result<PricedCandidates> price_candidates(const RunConfig& config, const Workload& workload, const CostOptions& options,
                                          const GlobalOptions& global, Provenance& provenance) {
  const auto exact = workload.catalogue.find(Catalogue::exact_id(workload.quantisation.network.encoding));
  if (!exact) return forward_error(exact);
  PricedCandidates candidates;
  add(candidates, *exact);
  switch (options.metric) {
    case CostMetric::Library:
      if (!workload.library) return fail("the configuration names no [library] of circuits");
      return price_library(workload, std::move(candidates));
    case CostMetric::Uniform:
      return price_uniform(config, workload, std::move(candidates));
    case CostMetric::Traces:
      break;
  }
  return price_traces(config, workload, options, global, provenance, std::move(candidates));
}

}  // namespace axvp::sim
