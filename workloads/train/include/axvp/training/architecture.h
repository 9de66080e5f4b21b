#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "axvp/common/result.h"
#include "axvp/workloads/network.h"

namespace axvp {

/// A network to be trained: a graph with first weights, and which of its channel affines are BatchNormalizations (the
/// others are biases).
struct Architecture {
  Network network;
  std::set<std::size_t> batch_norms;  ///< Indices into network.nodes; each of a ChannelAffine with scale 1, offset 0.
};

/// Names that make_architecture() knows: resnet8, resnet14, resnet20, resnet32, resnet56.
[[nodiscard]] const std::vector<std::string>& trainable_networks();

/// The CIFAR ResNets of He et al. 2016 (arXiv 1512.03385, 4.2): a 3x3 convolution, three stages of (depth - 2) / 6
/// blocks of two 3x3 convolutions with `width`, 2 and 4 `width` channels, the second and third at half the rows and
/// columns, parameter-free shortcuts (option A), global average pooling, a linear classifier. Convolutions start with
/// He's normal distribution (fan-out) from `seed`, the classifier uniform in +-1/sqrt(inputs).
[[nodiscard]] Result<Architecture> make_architecture(std::string_view name, int width, const Shape& input, int classes,
                                                     std::uint64_t seed);

}  // namespace axvp
