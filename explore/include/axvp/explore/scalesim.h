#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "axvp/accel/dataflow.h"
#include "axvp/accel/platform_config.h"
#include "axvp/explore/network_shapes.h"

namespace axvp {

/// SCALE-Sim's configuration (.cfg): what of it this product knows.
struct ScaleSimConfig {
  std::string run_name = "scale_run";
  ArrayConfig array;
  Dataflow dataflow = Dataflow::WeightStationary;
  int ifmap_kb = 256, filter_kb = 128, ofmap_kb = 128;
  int bandwidth = 8;                ///< Words (bytes here) a cycle; of InterfaceBandwidth USER.
  bool has_user_bandwidth = false;  ///< Else CALC: as much as is asked for.
  std::uint64_t ifmap_offset = 0, filter_offset = 10'000'000, ofmap_offset = 20'000'000;  ///< Bytes, of DRAM traces.
  std::vector<std::string> ignored;  ///< "section.Key": known to SCALE-Sim, without a meaning here.
};

/// Reads the text of a .cfg (INI). Errors name the line; a key or section that SCALE-Sim does not know is an error that
/// names it and the nearest known one.
[[nodiscard]] Result<ScaleSimConfig> parse_scalesim_config(std::string_view text, const std::string& name);

/// Reads a topology: convolutions ("Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num
/// Filter, Strides,"; the output size is rounded up as SCALE-Sim does) or products ("Layer, M, N, K,"). Two further
/// columns are our own: "Padding" (on each side; sizes are then rounded down as frameworks do) and "Groups". Errors
/// name line and column.
[[nodiscard]] Result<ExploredNetwork> parse_topology(std::string_view text, const std::string& name);

/// What SCALE-Sim's three reports say of one layer.
struct ScaleSimLayer {
  std::string name;
  Cycles cycles = 0;                                           ///< Of the closed form; the tool itself prints one less.
  double overall_utilisation = 0.0, mapping_efficiency = 0.0;  ///< Percent.
  std::uint64_t sram_reads[2] = {0, 0};                        ///< Words: ifmap, filter.
  std::uint64_t sram_writes = 0;                               ///< ofmap.
  std::uint64_t dram_reads[2] = {0, 0};
  std::uint64_t dram_writes = 0;
};

/// Layers of `network` on an array without overlap between folds (SCALE-Sim's forms). DRAM words are those of our
/// tiling to scratchpads of the configured sizes, weights fetched whole and partial sums kept on chip: SCALE-Sim's own
/// count for weight-stationary writes every partial sum.
[[nodiscard]] Result<std::vector<ScaleSimLayer>> scalesim_layers(const ExploredNetwork& network,
                                                                 const ScaleSimConfig& config);

/// The three reports, with SCALE-Sim's columns, behind LayerID the layer's name, and a row `total`.
[[nodiscard]] std::string compute_report(const std::vector<ScaleSimLayer>& layers);
[[nodiscard]] std::string bandwidth_report(const std::vector<ScaleSimLayer>& layers);
[[nodiscard]] std::string detailed_access_report(const std::vector<ScaleSimLayer>& layers);

/// Formats of DRAM simulators: DRAMSys (.stl, "cycle: read|write address") and Ramulator 2 ("LD|ST address").
enum class TraceFormat { DramSys, Ramulator };

/// The DRAM accesses of our tiling, `kTraceBytes` each, in the order of its transfers: input tile, weights, output
/// tile. Each layer's lie evenly between the begin and the end of its closed form, layers follow one another, operands
/// lie at the configuration's offsets.
inline constexpr std::uint64_t kTraceBytes = 64;
[[nodiscard]] Result<std::string> dram_trace(const ExploredNetwork& network, const ScaleSimConfig& config,
                                             TraceFormat format);

}  // namespace axvp
