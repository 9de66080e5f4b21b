#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "axvp/accel/dataflow.h"
#include "axvp/accel/platform_config.h"
#include "axvp/multipliers/encoding.h"

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
  Batch,      ///< Images an inference.
  ClockMhz,
  Pool,            ///< Value: index into DesignSpace::pools.
  OperatingPoint,  ///< Value: index into DesignSpace::points.
};
inline constexpr std::size_t kAxes = 13;
inline constexpr std::size_t kHardwareAxes = 10;
/// As in the sweep file and in results: "rows", ..., "dram_bandwidth_bytes_per_cycle", ...
[[nodiscard]] std::string_view to_string(Axis axis);
/// True if the axis' values are shown as words, not as numbers.
[[nodiscard]] bool has_names(Axis axis);

/// One choice per axis.
using Choices = std::array<std::uint32_t, kAxes>;

/// Selectables of each processing element, coded alike.
struct SweptPool {
  std::string name;
  Encoding encoding = Encoding::SignMagnitude;
  std::vector<std::string> ids;  ///< Empty: the operating point's own pool.
};

/// What multiplies in each layer.
struct SweptPoint {
  std::string name;                              ///< Of the selectable, or of the point in its file.
  std::vector<std::string> selectable_of_layer;  ///< A single one serves all layers.
  SweptPool own_pool;                            ///< All that the points of its file select; or the one selectable.
  std::string file;                              ///< operating_points.json; empty where one selectable serves all.
  std::size_t index_in_file = 0;
  std::string network_sha256;  ///< Of the network that the file is for.

  [[nodiscard]] Encoding encoding() const { return own_pool.encoding; }
};

/// All combinations of the axes' values around a platform. Configurations are numbered, the last axis varies fastest.
struct DesignSpace {
  PlatformConfig base;
  std::array<std::vector<double>, kAxes> values;  ///< At least one each.
  std::vector<SweptPool> pools;
  std::vector<SweptPoint> points;

  [[nodiscard]] std::uint64_t size() const;
  [[nodiscard]] Choices at(std::uint64_t configuration) const;
  [[nodiscard]] std::uint64_t index_of(const Choices& choices) const;
  /// Number of the hardware, equal for configurations that differ in the other axes only.
  [[nodiscard]] std::uint64_t hardware_of(std::uint64_t configuration) const;
  [[nodiscard]] double value(Axis axis, const Choices& choices) const;
  /// The value as results show it: a number, a dataflow, a mapping, a pool, an operating point.
  [[nodiscard]] std::string text(Axis axis, const Choices& choices) const;
  [[nodiscard]] PlatformConfig platform_at(const Choices& choices) const;
  [[nodiscard]] const SweptPoint& point_at(const Choices& choices) const;
  /// Selectables of the operating point may not be among them.
  [[nodiscard]] const SweptPool& pool_at(const Choices& choices) const;
};

}  // namespace axvp
