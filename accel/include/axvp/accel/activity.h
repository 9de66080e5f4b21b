#pragma once

#include <cstdint>
#include <vector>

#include "axvp/accel/descriptor.h"

namespace axvp {

/// What the rows of the array see of one input tile, for each tap (kernel row, kernel column) and input channel. Each
/// number is counted by itself: at every tap, padding and what was read make up the positions, and at every channel of
/// it zeros and the others make up what was read.
struct TileActivity {
  std::uint64_t positions = 0;         ///< Output pixels of the tile.
  std::vector<std::uint32_t> read;     ///< [tap]: positions whose activation lies inside the tensor.
  std::vector<std::uint32_t> padding;  ///< [tap]: positions whose activation lies outside.
  std::vector<std::uint32_t> nonzero;  ///< [tap][input channel]: positions whose activation is not 0.
  std::vector<std::uint32_t> zero;     ///< [tap][input channel]: positions whose activation was read as 0.
};

/// Counts the activations of a convolution, tile by tile.
class ActivityCounter {
 public:
  explicit ActivityCounter(const Descriptor& descriptor);

  /// `input` holds rows [tile.input_begin, tile.input_end) of the tile's images, NHWC. The answer holds until the next
  /// call.
  [[nodiscard]] const TileActivity& count(const RowTile& tile, const std::uint8_t* input);

 private:
  /// What passes a kernel row or a kernel column: coordinates first, first + stride, .., last of the tensor.
  struct Line {
    int first = 0, last = -1;
    int inside = 0;         ///< Positions whose coordinate lies inside the tensor.
    int before = 0;         ///< Positions whose coordinate lies before it,
    int behind = 0;         ///< or behind it.
    std::size_t model = 0;  ///< The line itself, or one that differs from it at the ends only.
  };
  /// Coordinates of rows and columns, both ends included.
  struct Region {
    int first_row, last_row, first_column, last_column;
  };

  [[nodiscard]] static Line line_of(int offset, int stride, int size, int begin, int end);
  static void choose_models(std::vector<Line>& lines, int stride);
  const TileActivity& count_image(const RowTile& tile, const std::uint8_t* input);
  void count_tap(std::size_t row, std::size_t column);
  void add(const Region& region, std::size_t tap, bool grow);

  Descriptor descriptor_;
  std::vector<Line> columns_, rows_;  ///< By kernel column; by kernel row, of the present tile.
  const std::uint8_t* input_ = nullptr;
  int input_begin_ = 0;
  TileActivity activity_;  ///< Of an image.
  TileActivity sum_;       ///< Of a tile of several.
};

/// MACs of one run of the array by what became of them, and the activation bytes it reads. Exact and without looking at
/// each: executed = sum over k of (positions with x != 0) * (channels with w != 0). No part is the rest of the others.
struct MacActivity {
  std::uint64_t executed = 0;
  std::uint64_t zero_activation = 0;
  std::uint64_t zero_weight = 0;       ///< Activation not 0.
  std::uint64_t padding = 0;           ///< Activation supplied as 0 without a read.
  std::uint64_t activation_reads = 0;  ///< Bytes; each fold reads its own again.

  [[nodiscard]] std::uint64_t macs() const { return executed + zero_activation + zero_weight + padding; }
};

/// For each convolution group that a channel group touches and each k: channels by their weight.
struct WeightActivity {
  std::vector<std::uint32_t> nonzero;
  std::vector<std::uint32_t> zero;
};

/// `weights` holds [channel of `group`][k].
[[nodiscard]] WeightActivity count_weights(const Descriptor& descriptor, const ChannelGroup& group,
                                           const std::int8_t* weights);

/// `weights` comes from count_weights of the same group.
[[nodiscard]] MacActivity count_macs(const Descriptor& descriptor, const TileActivity& activity,
                                     const ChannelGroup& group, const WeightActivity& weights,
                                     const ArrayConfig& array);

/// Slots of one run without a MAC of the network: the rows and columns that each fold does not use, and the zeros
/// beside the diagonal of packed groups, at every position.
[[nodiscard]] std::uint64_t count_unused_slots(const Descriptor& descriptor, const ChannelGroup& group,
                                               std::uint64_t positions, const ArrayConfig& array);

/// What one run over `positions` output pixels moves between array and scratchpads; activations depend on padding
/// (MacActivity).
struct RunTraffic {
  /// Once a run, or once for each row (OS) or column (IS) of positions; by lanes once a pass.
  Bytes weight_reads = 0;
  /// Of weights (WS) or activations (IS) into shadow registers; of lanes beside such an array a weight each cycle.
  std::uint64_t stationary_loads = 0;
  Bytes accumulator_writes = 0;  ///< Each fold of K writes its sums,
  Bytes accumulator_reads = 0;   ///< and all but the first one read those that are there.
};
[[nodiscard]] RunTraffic run_traffic(const Descriptor& descriptor, const ChannelGroup& group, std::uint64_t positions,
                                     const ArrayConfig& array);

/// PE cycles of one run in which elements wait for the next fold, because a load of the stationary operands or a drain
/// (output-stationary) takes longer than the fold's passing operands.
[[nodiscard]] std::uint64_t count_fold_waits(const Descriptor& descriptor, const ChannelGroup& group,
                                             std::uint64_t positions, const ArrayConfig& array);

}  // namespace axvp
