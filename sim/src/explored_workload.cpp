#include "explored_workload.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "array_level.h"
#include "axvp/accel/program.h"
#include "axvp/common/file.h"
#include "axvp/common/hash.h"
#include "axvp/explore/scalesim.h"
#include "axvp/sc_models/platform.h"
#include "child_process.h"
#include "workload.h"

namespace axvp::sim {
namespace {

constexpr int kRoomyScratchpad = 65536;  // kB: any layer fits
constexpr int kRoomyDram = 128;          // MB, at least; time does not depend on it

Result<SelectablePool> pool_of(const std::vector<std::string>& multipliers) {
  SelectablePool pool;
  for (const std::string& id : multipliers) {
    const auto selectable = Catalogue::built_in().find(id);
    if (!selectable) return forward_error(selectable);
    if (selectable->encoding != pool.encoding)
      return fail("multiplier {} is coded {}, the networks {}", id, to_string(selectable->encoding),
                  to_string(pool.encoding));
    pool.ids.push_back(id);
    pool.tables.push_back(selectable->table);
  }
  return pool;
}

PlatformConfig roomy(PlatformConfig config) {
  config.dram.size_mb = std::max(config.dram.size_mb, kRoomyDram);
  return config;
}

/// One point a multiplier, with any requantisation: timing does not depend on it.
std::vector<OperatingPoint> untuned_points(const QuantizedNetwork& network,
                                           const std::vector<std::string>& multipliers) {
  std::vector<OperatingPoint> points;
  for (const std::string& multiplier : multipliers) {
    OperatingPoint point{multiplier, {}, {}};
    for (std::size_t l = 0; l < network.layers().size(); ++l) {
      const auto channels = static_cast<std::size_t>(network.layer(l).output_channels);
      point.selectable_of_layer.push_back(multiplier);
      point.requantisation.emplace_back(channels, Requantisation{1 << 14, 24, 0});
    }
    points.push_back(std::move(point));
  }
  return points;
}

Result<ExploredWorkload> open_topology(const std::string& file, const SweepConfig& sweep) {
  const auto text = read_text_file(file);
  if (!text) return forward_error(text);
  auto shapes = parse_topology(*text, file, {sweep.zero_activation_fraction, 0.0});
  if (!shapes) return forward_error(shapes);
  ExploredWorkload workload;
  workload.swept.shapes = std::move(*shapes);
  workload.swept.top1_fraction.resize(sweep.space.multipliers.size());
  workload.sha256 = sha256(*text);
  return workload;
}

/// "top1" by point and "zeros" (activation, weight) by operation, from a simulation of all images.
std::string measure(const Workload& workload, const PlatformSetup& setup) {
  std::vector<StoredTensor> images;
  for (const auto& image : workload.data.images) images.push_back(quantise_image(workload.quantisation.network, image));
  std::vector<PlatformPhase> phases;
  for (std::size_t p = 0; p < workload.points.size(); ++p) {
    PolicyConfig fixed;
    fixed.fixed_point = p;
    phases.push_back({fixed, images});
  }
  const auto results = run_platform(setup, phases);
  if (!results) return nlohmann::json{{"error", results.error().message}}.dump();
  nlohmann::json measured;
  for (const PlatformResult& phase : *results) {
    std::uint64_t right = 0;
    for (const auto& record : phase.inferences)
      right += static_cast<int>(top1(record.logits)) == workload.data.images[record.index].label ? 1 : 0;
    measured["top1"].push_back(static_cast<double>(right) / static_cast<double>(images.size()));
  }
  for (const NodeStatistics& node : results->front().nodes.front()) {
    const double supplied = static_cast<double>(node.counts.macs() - node.counts[Event::MacPadding]);
    const auto share = [&](Event event) {
      return supplied > 0.0 ? static_cast<double>(node.counts[event]) / supplied : 0.0;
    };
    measured["zeros"].push_back({share(Event::MacZeroActivation), share(Event::MacZeroWeight)});
  }
  return measured.dump();
}

Result<ExploredWorkload> open_with_values(const std::string& network, const SweepConfig& sweep,
                                          const EnergyTable& energy, ProgressStyle progress) {
  auto config = load_run_config("");
  if (!config) return forward_error(config);
  config->workload.network = network;
  config->workload.data = sweep.data;
  config->workload.images = sweep.images;
  config->controller.reset();
  config->points.clear();
  for (const std::string& multiplier : sweep.space.multipliers) config->points.push_back({multiplier, multiplier, {}});
  const auto prepared = prepare_workload(*config, {}, progress);
  if (!prepared) return forward_error(prepared);
  PlatformSetup setup;
  setup.config = roomy(sweep.space.base);
  setup.config.scratchpads = {kRoomyScratchpad, kRoomyScratchpad, kRoomyScratchpad, kRoomyScratchpad};
  setup.energy = energy;
  auto pool = pool_of(sweep.space.multipliers);
  if (!pool) return forward_error(pool);
  setup.pool = std::move(*pool);
  auto program = compile(prepared->quantisation.network, prepared->points, setup.pool, setup.config);
  if (!program) return forward_error(program);
  setup.program = std::move(*program);
  const auto text = run_in_child([&] { return measure(*prepared, setup); });
  if (!text) return fail("{}: the process that measured it died", network);
  const auto measured = nlohmann::json::parse(*text);
  if (measured.contains("error")) return fail("{}: {}", network, measured["error"].get<std::string>());

  ExploredWorkload workload;
  workload.has_values = true;
  workload.network = prepared->quantisation.network;
  workload.points = prepared->points;
  workload.images = {quantise_image(*workload.network, prepared->data.images.front())};
  workload.sha256 = sha256(prepared->network_sha256 + sweep.data);
  workload.swept.shapes.name = std::filesystem::path{network}.stem().string();
  for (const auto& top1 : measured["top1"]) workload.swept.top1_fraction.emplace_back(top1.get<double>());
  for (std::size_t n = 0; n < setup.program.nodes.size(); ++n) {
    const auto& zeros = measured["zeros"][n];
    workload.swept.shapes.operations.push_back(
        {setup.program.nodes[n].name, setup.program.descriptors[n], {zeros[0].get<double>(), zeros[1].get<double>()}});
  }
  return workload;
}

/// "array_cycles cycles energy" or "!MESSAGE".
std::string simulate_once(const ExploredWorkload& workload, const SweepConfig& sweep, const EnergyTable& energy,
                          std::uint64_t configuration, const std::string& level) {
  const auto failed = [](const Error& error) { return "!" + error.message; };
  const Choices choices = sweep.space.at(configuration);
  PlatformSetup setup;
  setup.config = roomy(sweep.space.platform_at(choices));
  setup.energy = energy;
  const auto multiplier = static_cast<std::size_t>(sweep.space.value(Axis::Multiplier, choices));
  auto pool = pool_of({sweep.space.multipliers[multiplier]});
  if (!pool) return failed(pool.error());
  setup.pool = std::move(*pool);
  auto network = workload.network ? Result<QuantizedNetwork>{*workload.network}
                                  : network_of_shapes(workload.swept.shapes, sweep.seed);
  if (!network) return failed(network.error());
  const auto points = workload.has_values ? std::vector<OperatingPoint>{workload.points[multiplier]}
                                          : untuned_points(*network, setup.pool.ids);
  auto program = compile(*network, points, setup.pool, setup.config);
  if (!program) return failed(program.error());
  setup.program = std::move(*program);
  auto array = make_array(level, setup.config, setup.pool, Catalogue::built_in());
  if (!array) return failed(array.error());
  setup.array = std::move(*array);
  const StoredTensor image =
      workload.has_values ? workload.images.front() : StoredTensor(stored_bytes(network->tensors[network->input]));
  const auto results = run_platform(setup, {{PolicyConfig{}, {image}}});
  if (!results) return failed(results.error());
  Cycles array_cycles = 0, cycles = 0;
  for (const NodeStatistics& node : results->front().nodes.front()) {
    array_cycles += node.array_cycles;
    cycles += node.cycles.total();
  }
  EnergyBreakdown spent = results->front().energy;
  double energy_pj = spent.total().to_picojoules().value;
  for (const auto& change : results->front().switches) {
    cycles -= change.cycles;
    energy_pj -= change.energy.total().to_picojoules().value;
  }
  return fmt::format("{} {} {}", array_cycles, cycles, energy_pj);
}

}  // namespace

Result<ExploredWorkload> open_explored(const std::string& network, const SweepConfig& sweep, const EnergyTable& energy,
                                       ProgressStyle progress) {
  if (std::filesystem::path{network}.extension() == ".csv") return open_topology(network, sweep);
  return open_with_values(network, sweep, energy, progress);
}

Result<ConfirmedCycles> simulate_configuration(const ExploredWorkload& workload, const SweepConfig& sweep,
                                               const EnergyTable& energy, std::uint64_t configuration,
                                               const std::string& level) {
  constexpr double kMicrojoulesPerPicojoule = 1e-6;
  const auto text = run_in_child([&] { return simulate_once(workload, sweep, energy, configuration, level); });
  if (!text) return fail("configuration {}: the process that simulated it died", configuration);
  if (!text->empty() && text->front() == '!')
    return fail("{}, configuration {}: {}", workload.swept.shapes.name, configuration, text->substr(1));
  ConfirmedCycles confirmed;
  std::istringstream numbers{*text};
  numbers >> confirmed.array_cycles >> confirmed.cycles >> confirmed.energy_uj;
  confirmed.energy_uj *= kMicrojoulesPerPicojoule;
  return confirmed;
}

}  // namespace axvp::sim
