#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "axvp/accel/dataflow.h"
#include "axvp/common/field_reader.h"
#include "axvp/common/units.h"

namespace axvp {

/// How the array maps convolutions whose groups are smaller than it, depthwise ones above all.
enum class DepthwiseMapping : std::uint8_t {
  Naive,     ///< One group at a time: a depthwise 3x3 channel fills nine elements of one column.
  Diagonal,  ///< As many groups as there are columns for, side by side: their taps fill the rows.
  Vector,    ///< On lanes beside the array, an output each, a product a cycle.
  Auto,      ///< Layer by layer the one of these with the fewest cycles.
};

[[nodiscard]] std::string_view to_string(DepthwiseMapping mapping);

/// Processing elements of the systolic array.
struct ArrayConfig {
  int rows = 16;     ///< Along K, or (output-stationary) the output positions, [1, 1024].
  int columns = 16;  ///< Along the output channels, or (input-stationary) the output positions, [1, 1024].
  DepthwiseMapping depthwise = DepthwiseMapping::Naive;
  Dataflow dataflow = Dataflow::WeightStationary;  ///< Input-stationary arrays have no levels cycle and rtl.
  int depthwise_lanes = 0;  ///< Of the mappings vector and auto, [0, 4096]; 0: four times the columns.

  /// Multiplier lanes beside the array, each with the pool of an element; none where no mapping uses them.
  [[nodiscard]] int lanes() const {
    if (depthwise != DepthwiseMapping::Vector && depthwise != DepthwiseMapping::Auto) return 0;
    return depthwise_lanes == 0 ? 4 * columns : depthwise_lanes;
  }
  /// Elements of the array itself.
  [[nodiscard]] std::uint64_t array_elements() const {
    return static_cast<std::uint64_t>(rows) * static_cast<std::uint64_t>(columns);
  }
  /// Whatever multiplies: elements of the array and lanes.
  [[nodiscard]] std::uint64_t elements() const { return array_elements() + static_cast<std::uint64_t>(lanes()); }
};

/// On-chip memories, in kB of 1,024 bytes, [1, 65536]. Each is divided by the compiler, layer by layer.
struct ScratchpadConfig {
  int activation_kb = 256;   ///< Input and output tiles, two of each where a layer has several tiles.
  int weight_kb = 128;       ///< Weights of two groups of output channels.
  int accumulator_kb = 128;  ///< Partial sums of two runs of the array, 4 bytes each.
  int parameter_kb = 256;    ///< Selectors and requantisation sets of one operating point.
};

struct DmaConfig {
  int burst_bytes = 4096;  ///< A power of two, [64, 65536]; arbitration happens between bursts.
};

struct DramConfig {
  int size_mb = 64;                   ///< [1, 2048].
  int bandwidth_bytes_per_cycle = 8;  ///< Of data on the bus, [1, 4096].
  int latency_cycles = 40;            ///< From a burst to its first data, overlapped with the burst before.
  int row_bytes = 2048;               ///< A power of two, [64, 65536]; one row is open.
  int row_miss_cycles = 20;           ///< To close a row and open another.
};

struct BusConfig {
  int latency_cycles = 2;  ///< Per transaction.
};

struct VectorUnitConfig {
  int lanes = 16;          ///< Operations a cycle, [1, 4096].
  int latency_cycles = 4;  ///< From the first operand to the first result.
};

struct CommandProcessorConfig {
  int decode_cycles = 8;  ///< Per descriptor.
};

struct HostConfig {
  int register_access_cycles = 4;      ///< Per access of the register file.
  int interrupt_latency_cycles = 100;  ///< From the interrupt to the host's first instruction.
};

struct WatchdogConfig {
  std::int64_t no_progress_cycles = 10'000'000;  ///< Of a busy accelerator until the run is given up.
};

struct SimulationConfig {
  std::int64_t quantum_ns = 1000;  ///< How far the host may run ahead; results do not depend on it.
};

/// The whole platform. `read_platform_config` checks each field, `validate` what fields say together.
struct PlatformConfig {
  double clock_mhz = 100.0;  ///< Of the accelerator, [0.01, 10000].
  int batch = 1;             ///< Images of an inference, [1, 256]: they pass each operation together.
  ArrayConfig array;
  ScratchpadConfig scratchpads;
  DmaConfig dma;
  DramConfig dram;
  BusConfig bus;
  VectorUnitConfig vector_unit;
  CommandProcessorConfig command_processor;
  HostConfig host;
  WatchdogConfig watchdog;
  SimulationConfig simulation;

  [[nodiscard]] Bytes activation_bytes() const { return kilobytes(scratchpads.activation_kb); }
  [[nodiscard]] Bytes weight_bytes() const { return kilobytes(scratchpads.weight_kb); }
  [[nodiscard]] Bytes accumulator_bytes() const { return kilobytes(scratchpads.accumulator_kb); }
  [[nodiscard]] Bytes parameter_bytes() const { return kilobytes(scratchpads.parameter_kb); }
  [[nodiscard]] Bytes dram_bytes() const { return static_cast<Bytes>(dram.size_mb) << 20; }

 private:
  static Bytes kilobytes(int kb) { return static_cast<Bytes>(kb) * 1024; }
};

/// Reads the fields of `reader`'s table (TOML keys mirror the field names; what is missing keeps its default). Errors
/// stay with the reader: call its `finish()`.
[[nodiscard]] PlatformConfig read_platform_config(FieldReader& reader);

/// The same conditions for a configuration made in code: an error names the field.
[[nodiscard]] Result<void> validate(const PlatformConfig& config);

/// The effective configuration for result files; `read_platform_config` reads it back.
[[nodiscard]] nlohmann::json to_json(const PlatformConfig& config);

}  // namespace axvp
