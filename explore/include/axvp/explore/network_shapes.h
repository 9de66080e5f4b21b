#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "axvp/accel/descriptor.h"
#include "axvp/workloads/quantized_network.h"

namespace axvp {

/// Shares of a layer's multiplications, padding apart, that are gated: their activation is 0, or else their weight is.
struct ZeroShares {
  double activation = 0.0;
  double weight = 0.0;
};

/// One operation as exploration sees it: shapes, no values.
struct ExploredOperation {
  std::string name;
  Descriptor descriptor;  ///< Not tiled.
  ZeroShares zeros;       ///< Of convolutions.
};

struct ExploredNetwork {
  std::string name;
  std::vector<ExploredOperation> operations;  ///< In the order of execution.

  [[nodiscard]] std::uint64_t macs() const;
};

/// A network of the platform with the shapes of `network`'s convolutions, random weights and, in front of each of them,
/// a tensor of its own that nothing writes: for timing, which does not depend on values. Other operations are refused.
[[nodiscard]] Result<QuantizedNetwork> network_of_shapes(const ExploredNetwork& network, std::uint64_t seed);

}  // namespace axvp
