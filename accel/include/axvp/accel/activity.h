#pragma once

#include <cstdint>
#include <vector>

#include "axvp/accel/descriptor.h"

namespace axvp {

/// What the rows of the array see of one input tile, for each tap (kernel row, kernel column) and input channel.
struct TileActivity {
  std::uint64_t positions = 0;         ///< Output pixels of the tile.
  std::vector<std::uint32_t> read;     ///< [tap]: positions whose activation lies inside the tensor.
  std::vector<std::uint32_t> padding;  ///< [tap]: positions whose activation lies outside; counted, not the rest.
  std::vector<std::uint32_t> nonzero;  ///< [tap][input channel]: positions whose activation is not 0.
};

/// `input` holds rows [tile.input_begin, tile.input_end) of the tensor, NHWC.
[[nodiscard]] TileActivity count_activations(const Descriptor& descriptor, const RowTile& tile,
                                             const std::uint8_t* input);

/// MACs of one run of the array by what became of them, and the activation bytes it reads. Exact: executed = sum over k
/// of (positions with x != 0) * (channels with w != 0).
struct MacActivity {
  std::uint64_t executed = 0;
  std::uint64_t zero_activation = 0;
  std::uint64_t zero_weight = 0;       ///< Activation not 0.
  std::uint64_t padding = 0;           ///< Activation supplied as 0 without a read.
  std::uint64_t activation_reads = 0;  ///< Bytes, each fold reads its rows again.

  [[nodiscard]] std::uint64_t macs() const { return executed + zero_activation + zero_weight + padding; }
};

/// For each convolution group that `group` touches and each k: channels whose weight is not 0. `weights` holds [channel
/// of `group`][k].
[[nodiscard]] std::vector<std::uint32_t> count_weights(const Descriptor& descriptor, const ChannelGroup& group,
                                                       const std::int8_t* weights);

/// `nonzero_weights` comes from count_weights of the same group.
[[nodiscard]] MacActivity count_macs(const Descriptor& descriptor, const TileActivity& activity,
                                     const ChannelGroup& group, const std::vector<std::uint32_t>& nonzero_weights,
                                     const ArrayConfig& array);

/// Slots of one run that ragged folds leave empty: the rows and columns that each fold does not use, at every position.
[[nodiscard]] std::uint64_t count_unused_slots(const Descriptor& descriptor, const ChannelGroup& group,
                                               std::uint64_t positions, const ArrayConfig& array);

}  // namespace axvp
