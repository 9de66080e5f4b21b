#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "axvp/accel/descriptor.h"
#include "axvp/accel/timing.h"

namespace axvp {

/// Output channels [begin, end) that one matrix product of the array computes: a part of a convolution group, one of
/// them, or several side by side. Several make a weight matrix with a block a group on its diagonal and zeros
/// elsewhere, which the elements gate; K runs over (kernel row, kernel column, channel of all these groups).
struct ArrayBlock {
  int begin = 0, end = 0;
  int first_input = 0, inputs = 0;  ///< Input channels.

  [[nodiscard]] int channels() const { return end - begin; }
};

/// The block of a run over `group` that begins with output channel `begin`.
[[nodiscard]] ArrayBlock block_at(const Descriptor& descriptor, const ChannelGroup& group, int begin);

/// K of the block's matrix product.
[[nodiscard]] int depth_of(const Descriptor& descriptor, const ArrayBlock& block);

/// The block's weight matrix [channel][k] with its zeros; `weights` holds [channel of the block][k of one group].
template <class Weight>
[[nodiscard]] std::vector<Weight> block_weights(const Descriptor& d, const ArrayBlock& block, const Weight* weights) {
  const int inputs = d.input.channels / d.groups, outputs = d.output.channels / d.groups;
  const int taps = d.window.kernel_height * d.window.kernel_width;
  std::vector<Weight> matrix(static_cast<std::size_t>(block.channels()) * static_cast<std::size_t>(depth_of(d, block)));
  auto row = matrix.begin();
  for (int n = block.begin; n < block.end; ++n)
    for (int tap = 0; tap < taps; ++tap, row += block.inputs)
      for (int c = 0; c < inputs; ++c) row[n / outputs * inputs - block.first_input + c] = *weights++;
  return matrix;
}

/// Blocks of equal shape.
struct BlockShape {
  std::uint64_t blocks = 0;
  int channels = 0;  ///< Of each.
  int depth = 0;     ///< K of each.
};
/// The blocks of a run over `group`: those of full width, and a narrower one; without blocks where there are none.
[[nodiscard]] std::array<BlockShape, 2> block_shapes(const Descriptor& descriptor, const ChannelGroup& group);

/// On lanes: passes of a run over `group` and the cycles of each. A pass takes as many of the run's outputs, in the
/// order [pixel][channel], as there are lanes; each lane adds up the K products of one of them, one a cycle.
[[nodiscard]] FoldGroup lane_passes(const Descriptor& descriptor, const ChannelGroup& group, std::uint64_t positions);

/// The folds of a run over `group` with `positions` output pixels; on lanes its passes.
[[nodiscard]] std::vector<FoldGroup> run_folds(const Descriptor& descriptor, const ChannelGroup& group,
                                               std::uint64_t positions, Dataflow dataflow, const ArrayConfig& array);

/// The time of a run over `group`, for any number of output pixels.
class RunTimer {
 public:
  RunTimer(const Descriptor& descriptor, const ChannelGroup& group, Dataflow dataflow, const ArrayConfig& array);

  [[nodiscard]] ChainCycles cycles(std::uint64_t positions) const;

 private:
  Dataflow dataflow_;
  ArrayConfig array_;
  std::uint64_t lanes_;
  std::array<FoldGroup, 2> folds_;  ///< Of one position, by block shape; on lanes its outputs and their K.
};
/// The time of a run over `group` with `positions` output pixels.
[[nodiscard]] ChainCycles run_cycles(const Descriptor& descriptor, const ChannelGroup& group, std::uint64_t positions,
                                     Dataflow dataflow, const ArrayConfig& array);

/// Folds along K of the blocks, counted once for each of their channels: partial sums that a position writes.
[[nodiscard]] std::uint64_t partial_sums(const Descriptor& descriptor, const ChannelGroup& group,
                                         const ArrayConfig& array);

}  // namespace axvp
