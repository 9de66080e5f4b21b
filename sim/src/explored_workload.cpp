#include "explored_workload.h"

#include <algorithm>
#include <filesystem>
#include <map>
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
constexpr int kRoomyDram = 128;          // MB, at least: time does not depend on it
constexpr int kLargestDram = 2048;       // MB, of a platform
constexpr double kSlowClock = 1.0;       // MHz; any multiplier keeps up

/// Of ids that the sweep's reader found in the catalogue, coded alike.
SelectablePool pool_of(const SweptPool& swept) {
  SelectablePool pool;
  pool.encoding = swept.encoding;
  for (const std::string& id : swept.ids) {
    pool.ids.push_back(id);
    pool.tables.push_back(Catalogue::built_in().find(id)->table);
  }
  return pool;
}

PlatformConfig roomy(PlatformConfig config) {
  config.dram.size_mb = std::max(config.dram.size_mb, kRoomyDram);
  return config;
}

/// The point with any requantisation: timing does not depend on it.
OperatingPoint untuned(const QuantizedNetwork& network, const SweptPoint& swept) {
  OperatingPoint point{swept.name, {}, {}};
  for (std::size_t l = 0; l < network.layers().size(); ++l) {
    const auto channels = static_cast<std::size_t>(network.layer(l).output_channels);
    point.selectable_of_layer.push_back(swept.selectable_of_layer[0]);
    point.requantisation.emplace_back(channels, Requantisation{1 << 14, 24, 0});
  }
  return point;
}

Result<ExploredWorkload> open_topology(const std::string& file, const SweepConfig& sweep) {
  const auto text = read_text_file(file);
  if (!text) return forward_error(text);
  auto shapes = parse_topology(*text, file);
  if (!shapes) return forward_error(shapes);
  ExploredWorkload workload;
  const std::vector<ZeroShares> zeros(shapes->operations.size(), {sweep.zero_activation_fraction, 0.0});
  const PointActivity activity{multiplications_of(*shapes, zeros), std::nullopt};
  for (const SweptPoint& point : sweep.space.points)
    workload.swept.points.push_back(point.file.empty() ? std::optional{activity} : std::nullopt);
  workload.swept.shapes = std::move(*shapes);
  workload.sha256 = sha256(*text);
  return workload;
}

/// "top1", and "zeros" (activation, weight) by operation, from a simulation of all images.
std::string measure(const Workload& workload, const PlatformSetup& setup) {
  std::vector<StoredTensor> images;
  for (const auto& image : workload.data.images) images.push_back(quantise_image(workload.quantisation.network, image));
  const auto results = run_platform(setup, {{PolicyConfig{}, images}});
  if (!results) return nlohmann::json{{"error", results.error().message}}.dump();
  std::uint64_t right = 0;
  for (const auto& record : results->front().inferences)
    right += static_cast<int>(top1(record.logits.front())) == workload.data.images[record.index].label ? 1 : 0;
  nlohmann::json measured{{"top1", static_cast<double>(right) / static_cast<double>(images.size())}};
  for (const NodeStatistics& node : results->front().nodes.front()) {
    const double supplied = static_cast<double>(node.counts.macs() - node.counts[Event::MacPadding]);
    const auto share = [&](Event event) {
      return supplied > 0.0 ? static_cast<double>(node.counts[event]) / supplied : 0.0;
    };
    measured["zeros"].push_back({share(Event::MacZeroActivation), share(Event::MacZeroWeight)});
  }
  return measured.dump();
}

/// Shapes of a program that is compiled for a platform on which everything fits.
ExploredNetwork shapes_of(const Program& program, const std::string& network) {
  ExploredNetwork shapes{std::filesystem::path{network}.stem().string(), {}};
  for (std::size_t n = 0; n < program.nodes.size(); ++n)
    shapes.operations.push_back({program.nodes[n].name, program.descriptors[n]});
  return shapes;
}

/// Measures point `p` of what was prepared, which is the sweep's `point`.
Result<void> add_point(const Workload& prepared, std::size_t p, std::size_t point, const SweepConfig& sweep,
                       const EnergyTable& energy, ExploredWorkload& workload) {
  PlatformSetup setup;
  setup.config = roomy(sweep.space.base);
  setup.config.array.dataflow = Dataflow::WeightStationary;
  setup.config.batch = 1;
  setup.config.clock_mhz = kSlowClock;
  setup.config.scratchpads = {kRoomyScratchpad, kRoomyScratchpad, kRoomyScratchpad, kRoomyScratchpad};
  setup.energy = energy;
  setup.pool = pool_of(sweep.space.points[point].own_pool);
  auto program = compile(prepared.quantisation.network, {prepared.points[p]}, setup.pool, setup.config);
  if (!program) return forward_error(program);
  setup.program = std::move(*program);
  const auto text = run_in_child([&] { return measure(prepared, setup); });
  if (!text) return fail("{}: the process that measured it died", sweep.space.points[point].name);
  const auto measured = nlohmann::json::parse(*text);
  if (measured.contains("error")) return fail("{}", measured["error"].get<std::string>());
  std::vector<ZeroShares> zeros;
  for (const auto& share : measured["zeros"]) zeros.push_back({share[0].get<double>(), share[1].get<double>()});
  if (workload.swept.shapes.operations.empty())
    workload.swept.shapes = shapes_of(setup.program, workload.swept.shapes.name);
  workload.swept.points[point] =
      PointActivity{multiplications_of(workload.swept.shapes, zeros), measured["top1"].get<double>()};
  workload.points[point] = ExploredPoint{workload.quantisations.size() - 1, prepared.points[p]};
  return {};
}

/// The sweep's points that share a quantisation: those of a file, or the multipliers of an encoding.
std::vector<std::vector<std::size_t>> points_by_quantisation(const std::vector<SweptPoint>& points) {
  std::map<std::pair<std::string, Encoding>, std::vector<std::size_t>> groups;
  for (std::size_t p = 0; p < points.size(); ++p) groups[{points[p].file, points[p].encoding()}].push_back(p);
  std::vector<std::vector<std::size_t>> lists;
  for (auto& group : groups) lists.push_back(std::move(group.second));
  return lists;
}

Result<ExploredWorkload> open_with_values(const std::string& network, const SweepConfig& sweep,
                                          const EnergyTable& energy, ProgressStyle progress) {
  auto config = load_run_config("");
  if (!config) return forward_error(config);
  config->workload.network = network;
  config->workload.data = sweep.data;
  config->workload.images = sweep.images;
  config->controller.reset();
  const auto imported = open_network(network);
  if (!imported) return forward_error(imported);
  ExploredWorkload workload;
  workload.has_values = true;
  workload.sha256 = imported->sha256;
  workload.swept.shapes.name = std::filesystem::path{network}.stem().string();
  workload.swept.points.resize(sweep.space.points.size());
  workload.points.resize(sweep.space.points.size());
  Progress bar{progress, "measure", sweep.space.points.size(), "operating points"};
  for (const auto& group : points_by_quantisation(sweep.space.points)) {
    const SweptPoint& first = sweep.space.points[group[0]];
    if (!first.file.empty() && first.network_sha256 != imported->sha256) continue;
    config->workload.encoding = first.encoding();
    config->points.clear();
    for (const std::size_t point : group)
      config->points.push_back({sweep.space.points[point].name, sweep.space.points[point].selectable_of_layer[0], {}});
    const auto prepared = prepare_workload(*config, first.file, ProgressStyle::Quiet);
    if (!prepared) return forward_error(prepared);
    workload.sha256 += prepared->data.sha256;
    workload.quantisations.push_back({prepared->quantisation.network,
                                      quantise_image(prepared->quantisation.network, prepared->data.images.front())});
    for (std::size_t i = 0; i < group.size(); ++i) {
      const std::size_t p = first.file.empty() ? i : sweep.space.points[group[i]].index_in_file;
      if (auto added = add_point(*prepared, p, group[i], sweep, energy, workload); !added)
        return fail_in(network, added);
      bar.update(static_cast<std::uint64_t>(i + 1));
    }
  }
  bar.finish();
  return workload;
}

/// What a simulation of one inference runs.
struct SimulatedInference {
  QuantizedNetwork network;
  OperatingPoint point;
  StoredTensor image;
};

Result<SimulatedInference> inference_of(const ExploredWorkload& workload, const SweepConfig& sweep,
                                        const Choices& choices) {
  if (workload.has_values) {
    const auto index = static_cast<std::size_t>(sweep.space.value(Axis::OperatingPoint, choices));
    const ExploredPoint& explored = workload.points[index].value();
    const ExploredQuantisation& quantisation = workload.quantisations[explored.quantisation];
    return SimulatedInference{quantisation.network, explored.point, quantisation.image};
  }
  const SweptPoint& swept = sweep.space.point_at(choices);
  auto network = network_of_shapes(workload.swept.shapes, swept.encoding(), sweep.seed);
  if (!network) return forward_error(network);
  OperatingPoint point = untuned(*network, swept);
  StoredTensor image(stored_bytes(network->tensors[network->input]));
  return SimulatedInference{std::move(*network), std::move(point), std::move(image)};
}

/// "array_cycles cycles energy" or "!MESSAGE".
std::string simulate_once(const ExploredWorkload& workload, const SweepConfig& sweep, const EnergyTable& energy,
                          std::uint64_t configuration, const std::string& level) {
  const auto failed = [](const Error& error) { return "!" + error.message; };
  const Choices choices = sweep.space.at(configuration);
  PlatformSetup setup;
  setup.config = roomy(sweep.space.platform_at(choices));
  setup.energy = energy;
  setup.pool = pool_of(sweep.space.pool_at(choices));
  const auto inference = inference_of(workload, sweep, choices);
  if (!inference) return failed(inference.error());
  auto program = compile(inference->network, {inference->point}, setup.pool, setup.config);
  while (!program && setup.config.dram.size_mb < kLargestDram) {  // a batch's tensors
    setup.config.dram.size_mb = std::min(2 * setup.config.dram.size_mb, kLargestDram);
    program = compile(inference->network, {inference->point}, setup.pool, setup.config);
  }
  if (!program) return failed(program.error());
  setup.program = std::move(*program);
  auto array = make_array(level, setup.config, setup.pool, Catalogue::built_in());
  if (!array) return failed(array.error());
  setup.array = std::move(*array);
  auto lanes = make_lanes(level, setup.config, setup.pool, Catalogue::built_in());
  if (!lanes) return failed(lanes.error());
  setup.lanes = std::move(*lanes);
  const std::vector<StoredTensor> batch(setup.program.images, inference->image);
  const auto results = run_platform(setup, {{PolicyConfig{}, batch}});
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
  return fmt::format("{} {} {}", array_cycles, cycles, energy_pj / setup.program.images);
}

}  // namespace

Result<ExploredWorkload> open_explored(const std::string& network, const SweepConfig& sweep, const EnergyTable& energy,
                                       ProgressStyle progress) {
  if (std::filesystem::path{network}.extension() == ".csv") return open_topology(network, sweep);
  return open_with_values(network, sweep, energy, progress);
}

Result<void> check_simulation(const DesignSpace& space, const EnergyTable& energy, const Choices& choices,
                              const std::string& level) {
  const PlatformConfig config = space.platform_at(choices);
  const SelectablePool pool = pool_of(space.pool_at(choices));
  if (auto valid = validate(config); !valid) return valid;
  if (auto allowed = check_clock(energy, pool, config); !allowed) return allowed;
  if (const auto array = make_array(level, config, pool, Catalogue::built_in()); !array) return forward_error(array);
  return {};
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
