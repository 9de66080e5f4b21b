#include <algorithm>

#include "axvp/accel/mapping.h"
#include "axvp/accel/timing.h"
#include "axvp/common/text.h"
#include "axvp/explore/scalesim.h"

namespace axvp {
namespace {

PlatformConfig platform_of(const ScaleSimConfig& config) {
  PlatformConfig platform;
  platform.array = config.array;
  platform.scratchpads.activation_kb = config.ifmap_kb;
  platform.scratchpads.weight_kb = config.filter_kb;
  platform.scratchpads.accumulator_kb = config.ofmap_kb;
  constexpr int kAmple = 4096;
  platform.dram.bandwidth_bytes_per_cycle = config.has_user_bandwidth ? config.bandwidth : kAmple;
  return platform;
}

std::uint64_t parts(std::uint64_t whole, int part) {
  const auto size = static_cast<std::uint64_t>(part);
  return (whole + size - 1) / size;
}

/// Words between scratchpads and array: an operand that passes is read for every fold, one that stays once.
void count_sram(const MatrixShape& s, std::uint64_t groups, const ScaleSimConfig& config, ScaleSimLayer& layer) {
  std::uint64_t ifmap = s.m * s.k, filter = s.k * s.n, ofmap = s.m * s.n;
  const std::uint64_t k_folds = parts(s.k, config.array.rows);
  switch (config.dataflow) {
    case Dataflow::WeightStationary:
      ifmap *= parts(s.n, config.array.columns);
      ofmap *= k_folds;
      break;
    case Dataflow::OutputStationary:
      ifmap *= parts(s.n, config.array.columns);
      filter *= parts(s.m, config.array.rows);
      break;
    case Dataflow::InputStationary:
      filter *= parts(s.m, config.array.columns);
      ofmap *= k_folds;
      break;
  }
  layer.sram_reads[0] = groups * ifmap;
  layer.sram_reads[1] = groups * filter;
  layer.sram_writes = groups * ofmap;
}

/// Share of the array's elements that the folds fill, in percent.
double mapping_efficiency(const MatrixShape& s, const ScaleSimConfig& config) {
  const auto share = [](std::uint64_t size, int part) {
    return static_cast<double>(size) / static_cast<double>(parts(size, part) * static_cast<std::uint64_t>(part));
  };
  switch (config.dataflow) {
    case Dataflow::WeightStationary:
      return 100.0 * share(s.k, config.array.rows) * share(s.n, config.array.columns);
    case Dataflow::OutputStationary:
      return 100.0 * share(s.m, config.array.rows) * share(s.n, config.array.columns);
    case Dataflow::InputStationary:
      return 100.0 * share(s.k, config.array.rows) * share(s.m, config.array.columns);
  }
  return 0.0;
}

/// Sums of counts; utilisations weighted by cycles.
ScaleSimLayer total_of(const std::vector<ScaleSimLayer>& layers) {
  ScaleSimLayer total;
  total.name = "total";
  for (const ScaleSimLayer& layer : layers) {
    total.cycles += layer.cycles;
    total.overall_utilisation += layer.overall_utilisation * static_cast<double>(layer.cycles);
    total.mapping_efficiency += layer.mapping_efficiency * static_cast<double>(layer.cycles);
    for (int i = 0; i < 2; ++i) {
      total.sram_reads[i] += layer.sram_reads[i];
      total.dram_reads[i] += layer.dram_reads[i];
    }
    total.sram_writes += layer.sram_writes;
    total.dram_writes += layer.dram_writes;
  }
  const double cycles = std::max(1.0, static_cast<double>(total.cycles));
  total.overall_utilisation /= cycles;
  total.mapping_efficiency /= cycles;
  return total;
}

struct Access {
  std::uint64_t address;
  bool is_write;
};

/// The transfers of a tiled layer in their order, cut into accesses.
std::vector<Access> accesses_of(const Descriptor& d, const ScaleSimConfig& config) {
  std::vector<Access> accesses;
  const auto move = [&](std::uint64_t begin, Bytes bytes, bool is_write) {
    for (std::uint64_t a = begin / kTraceBytes * kTraceBytes; a < begin + bytes; a += kTraceBytes)
      accesses.push_back({a, is_write});
  };
  const auto groups = channel_groups(d);
  const auto k = static_cast<Bytes>(fan_in(d));
  int run = 0;
  for (int t = 0; t < tile_count(d); ++t) {
    const RowTile tile = row_tile(d, t);
    move(config.ifmap_offset + input_offset(d, tile), input_bytes(d, tile), false);
    for (const ChannelGroup& group : groups)
      if (fetches_weights(run++, static_cast<int>(groups.size())))
        move(config.filter_offset + static_cast<Bytes>(group.begin) * k, static_cast<Bytes>(group.channels()) * k,
             false);
    move(config.ofmap_offset + output_offset(d, tile), output_bytes(d, tile), true);
  }
  return accesses;
}

template <class Cells>
std::string report(std::vector<std::string> heading, const std::vector<ScaleSimLayer>& layers, const Cells& cells_of) {
  heading.insert(heading.begin(), {"LayerID", "Layer name"});
  std::string csv = csv_line(heading);
  std::vector<ScaleSimLayer> rows = layers;
  rows.push_back(total_of(layers));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::vector<std::string> cells = cells_of(rows[i]);
    cells.insert(cells.begin(), {i < layers.size() ? std::to_string(i) : std::string{}, rows[i].name});
    csv += csv_line(cells);
  }
  return csv;
}

}  // namespace

Result<std::vector<ScaleSimLayer>> scalesim_layers(const ExploredNetwork& network, const ScaleSimConfig& config) {
  const PlatformConfig platform = platform_of(config);
  std::vector<ScaleSimLayer> layers;
  for (const auto& operation : network.operations) {
    const auto tiled = plan_tiling(operation.descriptor, operation.name, platform);
    if (!tiled) return forward_error(tiled);
    const Descriptor& d = *tiled;
    const auto groups = static_cast<std::uint64_t>(d.groups);
    const MatrixShape shape{static_cast<std::uint64_t>(d.output.height) * static_cast<std::uint64_t>(d.output.width),
                            static_cast<std::uint64_t>(d.output.channels) / groups,
                            static_cast<std::uint64_t>(fan_in(d))};
    ScaleSimLayer layer;
    layer.name = operation.name;
    layer.cycles = groups * scalesim_cycles(config.dataflow, config.array, shape);
    layer.mapping_efficiency = mapping_efficiency(shape, config);
    layer.overall_utilisation = 100.0 * static_cast<double>(macs_of(d)) /
                                (static_cast<double>(layer.cycles) * static_cast<double>(config.array.rows) *
                                 static_cast<double>(config.array.columns));
    count_sram(shape, groups, config, layer);
    const DramTraffic traffic = dram_traffic(d);
    layer.dram_reads[0] = traffic.input;
    layer.dram_reads[1] = traffic.weights;
    layer.dram_writes = d.output.size();
    layers.push_back(layer);
  }
  return layers;
}

Result<std::string> dram_trace(const ExploredNetwork& network, const ScaleSimConfig& config, TraceFormat format) {
  const auto layers = scalesim_layers(network, config);
  if (!layers) return forward_error(layers);
  const PlatformConfig platform = platform_of(config);
  std::string trace;
  Cycles begin = 0;
  for (std::size_t l = 0; l < layers->size(); ++l) {
    const auto tiled = plan_tiling(network.operations[l].descriptor, network.operations[l].name, platform);
    if (!tiled) return forward_error(tiled);
    const std::vector<Access> accesses = accesses_of(*tiled, config);
    const Cycles cycles = (*layers)[l].cycles;
    for (std::size_t i = 0; i < accesses.size(); ++i) {
      const Access& access = accesses[i];
      if (format == TraceFormat::DramSys)
        trace += fmt::format("{}:\t{}\t0x{:x}\n", begin + i * cycles / accesses.size(),
                             access.is_write ? "write" : "read", access.address);
      else
        trace += fmt::format("{} 0x{:x}\n", access.is_write ? "ST" : "LD", access.address);
    }
    begin += cycles;
  }
  return trace;
}

std::string compute_report(const std::vector<ScaleSimLayer>& layers) {
  return report({"Total Cycles (incl. prefetch)", "Total Cycles", "Stall Cycles", "Overall Util %",
                 "Mapping Efficiency %", "Compute Util %"},
                layers, [](const ScaleSimLayer& layer) -> std::vector<std::string> {
                  const std::string cycles = std::to_string(layer.cycles);
                  const std::string utilisation = fmt::format("{:.4f}", layer.overall_utilisation);
                  return {cycles,     cycles, "0", utilisation, fmt::format("{:.4f}", layer.mapping_efficiency),
                          utilisation};
                });
}

std::string bandwidth_report(const std::vector<ScaleSimLayer>& layers) {
  return report({"Avg IFMAP SRAM BW", "Avg FILTER SRAM BW", "Avg OFMAP SRAM BW", "Avg IFMAP DRAM BW",
                 "Avg FILTER DRAM BW", "Avg OFMAP DRAM BW"},
                layers, [](const ScaleSimLayer& layer) -> std::vector<std::string> {
                  std::vector<std::string> cells;
                  for (const std::uint64_t words : {layer.sram_reads[0], layer.sram_reads[1], layer.sram_writes,
                                                    layer.dram_reads[0], layer.dram_reads[1], layer.dram_writes})
                    cells.push_back(fmt::format(
                        "{:.6f}", static_cast<double>(words) / std::max(1.0, static_cast<double>(layer.cycles))));
                  return cells;
                });
}

std::string detailed_access_report(const std::vector<ScaleSimLayer>& layers) {
  std::vector<std::string> heading;
  for (const char* stream : {"SRAM IFMAP", "SRAM Filter", "SRAM OFMAP", "DRAM IFMAP", "DRAM Filter", "DRAM OFMAP"}) {
    const bool is_write = std::string_view{stream}.find("OFMAP") != std::string_view::npos;
    heading.push_back(fmt::format("{} Start Cycle", stream));
    heading.push_back(fmt::format("{} Stop Cycle", stream));
    heading.push_back(fmt::format("{} {}", stream, is_write ? "Writes" : "Reads"));
  }
  return report(heading, layers, [](const ScaleSimLayer& layer) -> std::vector<std::string> {
    std::vector<std::string> cells;
    for (const std::uint64_t words : {layer.sram_reads[0], layer.sram_reads[1], layer.sram_writes, layer.dram_reads[0],
                                      layer.dram_reads[1], layer.dram_writes}) {
      cells.emplace_back("0");
      cells.push_back(std::to_string(layer.cycles == 0 ? 0 : layer.cycles - 1));
      cells.push_back(std::to_string(words));
    }
    return cells;
  });
}

}  // namespace axvp
