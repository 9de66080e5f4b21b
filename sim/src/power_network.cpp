#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "axvp/common/field_reader.h"
#include "axvp/common/file.h"
#include "axvp/qos/network_energy.h"
#include "power_command.h"
#include "power_report.h"
#include "sources.h"
#include "workload.h"

namespace axvp::sim {
namespace {

constexpr std::size_t kRound = 1024;  ///< Pairs that fill the groups which the standard error is computed from.

Result<RunConfig> read_config(const PowerOptions& options) {
  auto config = load_run_config(options.config);
  if (!config) return config;
  if (!options.network.empty()) config->workload.network = options.network;
  if (!options.data.empty()) config->workload.data = options.data;
  if (!options.calibration_data.empty()) config->workload.calibration_data = options.calibration_data;
  if (!options.multiplier.empty()) config->points = {{options.multiplier, options.multiplier, {}}};
  config->workload.images = options.images;
  return config;
}

Result<NetworkEnergy> compute(const PowerOptions& options, const RunConfig& config, const Workload& workload,
                              const std::filesystem::path& sources, const GlobalOptions& global) {
  CharacteriseOptions characterise;
  characterise.root = sources;
  characterise.clock_mhz = config.platform.clock_mhz;
  if (!options.liberty.empty()) characterise.synthesis.liberty = options.liberty;
  const auto dataflow = parse_dataflow(options.dataflow);
  if (!dataflow) return forward_error(dataflow);
  const auto synthesiser = Synthesiser::create(characterise.synthesis);
  if (!synthesiser) return forward_error(synthesiser);
  NetworkEnergyInputs inputs{
      &workload.quantisation.network, workload.points, workload.tables, {}, &workload.catalogue, config.platform};
  for (const auto& image : workload.data.images)
    inputs.images.push_back(quantise_image(workload.quantisation.network, image));
  NetworkEnergyOptions energy_options;
  energy_options.dataflow = *dataflow;
  energy_options.transitions = options.transitions;
  energy_options.seed = config.seed;
  energy_options.every_selectable = options.every_selectable;
  std::unique_ptr<Progress> bar;
  auto energy = network_energy(inputs, *synthesiser, characterise, energy_options,
                               [&](std::size_t done, std::size_t total, const std::string& multiplier) {
                                 if (!bar)
                                   bar = std::make_unique<Progress>(global.progress(), "power", total, "multipliers");
                                 bar->update(done, multiplier);
                               });
  if (energy && bar) bar->finish();
  return energy;
}

}  // namespace

int run_power_network(const PowerOptions& options, const GlobalOptions& global) {
  if (options.transitions % kRound != 0)
    return report(Error{fmt::format("--pairs {}: expected a multiple of {}", options.transitions, kRound)});
  const auto config = read_config(options);
  if (!config) return report(config.error());
  if (const auto dataflow = parse_dataflow(options.dataflow); !dataflow) return report(dataflow.error());
  const auto sources = find_sources(options.root);
  if (!sources) return report(sources.error());
  if (!options.out.empty())
    if (const auto writable = check_writable(options.out); !writable) return report(writable.error());
  auto workload = prepare_workload(*config, options.operating_points, global.progress());
  if (!workload) return report(workload.error());
  const auto energy = compute(options, *config, *workload, *sources, global);
  if (!energy) return report(energy.error());
  fmt::print("{} on {} images of {}, {}, {}x{} array\n\n{}", workload->quantisation.network.name, energy->images,
             workload->data.name, to_string(workload->quantisation.network.encoding), config->platform.array.rows,
             config->platform.array.columns, power_text(*energy));
  if (options.out.empty()) return kDone;
  workload->provenance.command = "power";
  workload->provenance.seed = config->seed;
  workload->provenance.tools = energy->origin.tools;
  workload->provenance.inputs["library"] = energy->origin.library_sha256;
  const std::filesystem::path folder{options.out};
  const auto written =
      write_files_atomically({{folder / "layers.csv", power_csv(*energy)},
                              {folder / "power.json", dump_json(power_json(*energy, workload->provenance))}});
  if (!written) return report(written.error());
  fmt::print("\nwritten: {0}/power.json, {0}/layers.csv\n", options.out);
  return kDone;
}

}  // namespace axvp::sim
