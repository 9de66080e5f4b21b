#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "axvp/evolve/circuit_cost.h"
#include "axvp/workloads/int8_executor.h"

namespace axvp::sim {

/// A layer whose operands are wanted, and its stored input (NHWC) of each image.
struct RecordedLayer {
  const QuantizedConvolution* convolution = nullptr;  ///< One group.
  Shape input_shape, output_shape;
  ElementType input_type = ElementType::Unsigned8;
  Encoding encoding = Encoding::SignMagnitude;
  std::vector<const StoredTensor*> inputs;  ///< At least one.
};

/// Rows and columns of the array.
struct ArraySize {
  int rows = 16, columns = 16;
};

/// Draws `count` transitions of operand codes that processing elements of a weight-stationary array see, each executed
/// multiplication of the layers as likely as any other. An element holds weight (k, n) while the positions of an image
/// pass, then the weight `rows` further in k, then that of the next `columns` channels; a pair with a zero is gated and
/// leaves the multiplier's inputs as they were. Fails if the layers multiply nothing.
[[nodiscard]] Result<std::vector<OperandTransition>> record_operands(const std::vector<RecordedLayer>& layers,
                                                                     ArraySize array, std::size_t count,
                                                                     std::uint64_t seed);

}  // namespace axvp::sim
