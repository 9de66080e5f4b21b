#pragma once

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "axvp/workloads/quantized_network.h"

namespace axvp::detail {

/// A tensor that an int8 network stores. Those inside a fused node (between convolution and ReLU) are never stored.
struct FusedTensor {
  TensorId source = 0;  ///< In the float network.
  std::string name;
  Shape shape;
  ElementType type = ElementType::Unsigned8;
  std::optional<TensorId> scale_of;  ///< The earlier fused tensor whose codes this one keeps (MaxPool, Resample).
};

/// One node of the array or the vector unit: a convolution, addition or pool with what follows it.
struct FusedNode {
  std::size_t source = 0;  ///< The operation, in the float network.
  std::string name;
  ChannelAffine affine;  ///< Of a convolution: every BatchNorm and bias behind it, composed.
  Clamp clamp{-std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()};
  std::vector<TensorId> inputs;  ///< Fused tensors.
  TensorId output = 0;
  TensorId linear = 0;  ///< In the float network: the operation's result in front of its clamps.
};

/// The structure that both ways of quantising share; it does not depend on any activation.
struct FusedNetwork {
  std::vector<FusedTensor> tensors;
  std::vector<FusedNode> nodes;
  TensorId input = 0;
  TensorId output = 0;
};

/// Conv (ChannelAffine)* (Clamp)*, Add (Clamp)* and AveragePool (Clamp)* become one node each. Whether a tensor is
/// signed follows from the structure: non-negative behind a clamp at 0 and from non-negative operands. An error names
/// the node that the array has no operation for, or whose numbers are not finite.
[[nodiscard]] Result<FusedNetwork> fuse(const Network& network);

}  // namespace axvp::detail
