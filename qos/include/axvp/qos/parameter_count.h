#pragma once

#include <cstddef>
#include <cstdint>

#include "axvp/workloads/quantized_network.h"

namespace axvp {

/// Parameters as the papers count them.
struct ParameterCount {
  std::uint64_t shared = 0;  ///< Weights, scale and offset of every channel, the classifier's biases.
  std::uint64_t per_point =
      0;  ///< What one more operating point adds: scale and offset of every channel but the classifier's.

  /// Of `points` operating points, as a fraction of `shared`.
  [[nodiscard]] double overhead(std::size_t points) const {
    return points == 0 ? 0.0 : static_cast<double>(per_point * (points - 1)) / static_cast<double>(shared);
  }
};

/// The classifier is the layer that the network's output comes from.
[[nodiscard]] ParameterCount count_parameters(const QuantizedNetwork& network);

}  // namespace axvp
