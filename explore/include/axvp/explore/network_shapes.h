#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "axvp/accel/descriptor.h"
#include "axvp/workloads/quantized_network.h"

namespace axvp {

/// One operation as exploration sees it: shapes, no values.
struct ExploredOperation {
  std::string name;
  Descriptor descriptor;  ///< Of one image, not tiled.
};

struct ExploredNetwork {
  std::string name;
  std::vector<ExploredOperation> operations;  ///< In the order of execution.

  [[nodiscard]] std::uint64_t macs() const;
};

/// A network of the platform with the shapes of `network`'s convolutions, random weights and, in front of each of them,
/// a tensor of its own that nothing writes: for timing, which does not depend on values. Other operations are refused.
[[nodiscard]] Result<QuantizedNetwork> network_of_shapes(const ExploredNetwork& network, Encoding encoding,
                                                         std::uint64_t seed);

}  // namespace axvp
