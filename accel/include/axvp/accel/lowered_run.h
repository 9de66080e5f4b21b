#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "axvp/accel/array_model.h"
#include "axvp/accel/descriptor.h"
#include "axvp/accel/multiplier_lanes.h"

namespace axvp {

/// What the address generator makes of one run of the array: a matrix product for each block (array_block.h), M output
/// pixels by K = (kernel row, kernel column, channel). Padding is 0.
class LoweredRun {
 public:
  /// `input` holds rows [tile.input_begin, tile.input_end) of the tile's images, NHWC; `weights` [channel of
  /// `group`][k]; `sums` takes [pixel of the tile][channel of `group`]. All three outlive the object.
  LoweredRun(const Descriptor& descriptor, const RowTile& tile, const ChannelGroup& group, const std::uint8_t* input,
             const std::int8_t* weights, std::uint8_t select, std::int32_t* sums);
  LoweredRun(const LoweredRun&) = delete;
  LoweredRun& operator=(const LoweredRun&) = delete;

  [[nodiscard]] const std::vector<MatrixProduct>& products() const { return products_; }

 private:
  std::deque<std::vector<std::uint8_t>> activations_;
  std::deque<std::vector<std::int8_t>> weights_;
  std::vector<MatrixProduct> products_;
};

/// The same of a run on the lanes: the window of every output, in the order [pixel][channel of `group`].
class LoweredLaneRun {
 public:
  /// As LoweredRun.
  LoweredLaneRun(const Descriptor& descriptor, const RowTile& tile, const ChannelGroup& group,
                 const std::uint8_t* input, const std::int8_t* weights, std::uint8_t select, std::int32_t* sums);
  LoweredLaneRun(const LoweredLaneRun&) = delete;
  LoweredLaneRun& operator=(const LoweredLaneRun&) = delete;

  [[nodiscard]] const LaneProduct& product() const { return product_; }

 private:
  std::vector<std::uint8_t> activations_;
  LaneProduct product_;
};

/// Cycles of a layer in the array or on the lanes, from the first weight word in to the last sum out, as if no operand
/// were ever late: the folds of all its runs in order.
[[nodiscard]] Cycles layer_array_cycles(const Descriptor& descriptor, const ArrayConfig& array);

}  // namespace axvp
