#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "axvp/accel/dataflow.h"
#include "axvp/accel/platform_config.h"

namespace axvp {

/// What a sweep varies. The first kHardwareAxes decide cycles and counts, the others only what those cost.
enum class Axis : std::size_t {
  Rows,
  Columns,
  Dataflow,  ///< Value: index of axvp::Dataflow.
  ActivationKb,
  WeightKb,
  AccumulatorKb,
  DramBandwidth,  ///< Bytes a cycle.
  VectorLanes,
  Depthwise,  ///< Value: index of DepthwiseMapping.
  ClockMhz,
  Multiplier,  ///< Value: index into DesignSpace::multipliers.
};
inline constexpr std::size_t kAxes = 11;
inline constexpr std::size_t kHardwareAxes = 9;
/// As in the sweep file and in results: "rows", ..., "dram_bandwidth_bytes_per_cycle", ...
[[nodiscard]] std::string_view to_string(Axis axis);

/// One choice per axis.
using Choices = std::array<std::uint32_t, kAxes>;

/// All combinations of the axes' values around a platform. Configurations are numbered, the last axis varies fastest.
struct DesignSpace {
  PlatformConfig base;
  std::array<std::vector<double>, kAxes> values;  ///< At least one each.
  std::vector<std::string> multipliers;           ///< Selectables; each one serves all layers.

  [[nodiscard]] std::uint64_t size() const;
  [[nodiscard]] Choices at(std::uint64_t configuration) const;
  [[nodiscard]] std::uint64_t index_of(const Choices& choices) const;
  /// Number of the hardware, equal for configurations that differ in the other axes only.
  [[nodiscard]] std::uint64_t hardware_of(std::uint64_t configuration) const;
  [[nodiscard]] double value(Axis axis, const Choices& choices) const;
  /// The value as results show it: a number, a dataflow, a mapping, a selectable.
  [[nodiscard]] std::string text(Axis axis, const Choices& choices) const;
  [[nodiscard]] PlatformConfig platform_at(const Choices& choices) const;
  [[nodiscard]] Dataflow dataflow_at(const Choices& choices) const;
};

}  // namespace axvp
