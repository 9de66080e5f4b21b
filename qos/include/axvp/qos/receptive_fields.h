#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "axvp/workloads/dataset.h"
#include "axvp/workloads/quantise.h"

namespace axvp {

/// What some output positions of a convolution layer read, as stored bytes; 0 where a window hangs over the edge.
struct ReceptiveFields {
  std::size_t count = 0;
  std::size_t groups = 1;
  std::size_t fan_in = 0;
  std::vector<std::uint8_t> bytes;  ///< [field][group][k], k as in QuantizedConvolution::weights.
  bool is_signed = false;           ///< Whether the bytes are two's complement.
};

/// Draws `count` fields of every layer from the exact network's tensors on `images`: image after image in turn,
/// output positions uniformly and with replacement, from streams of `seed` for each layer. Fails for images that do not
/// fit the network, or none.
[[nodiscard]] Result<std::vector<ReceptiveFields>> draw_receptive_fields(const Quantisation& quantisation,
                                                                         const Dataset& images, std::size_t count,
                                                                         std::uint64_t seed);

}  // namespace axvp
