#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "axvp/common/result.h"
#include "axvp/workloads/network.h"

namespace axvp {

/// A network to be trained: a graph with first weights, and which of its channel affines are BatchNormalizations (the
/// others are biases, or scales and offsets that are learned as they are).
struct Architecture {
  Network network;
  std::set<std::size_t> batch_norms;  ///< Indices into network.nodes; each of a ChannelAffine with scale 1, offset 0.
};

/// Which network, and its sizes.
struct ArchitectureSettings {
  std::string name = "resnet8";   ///< One of trainable_networks().
  int width = 16;                 ///< ResNets: channels of the first stage.
  double width_multiplier = 1.0;  ///< MobileNetV2: of every channel count.
  int stem_stride = 2;            ///< MobileNetV2: of the first convolution; 1 for small images.
};

/// Names that make_architecture() knows: resnet8, resnet14, resnet20, resnet32, resnet56, mobilenet_v2.
[[nodiscard]] const std::vector<std::string>& trainable_networks();

/// ResNets: those for CIFAR of He et al. 2016 (arXiv 1512.03385, 4.2): a 3x3 convolution, three stages of
/// (depth - 2) / 6 blocks of two 3x3 convolutions with `width`, 2 and 4 `width` channels, the second and third at half
/// the rows and columns, parameter-free shortcuts (option A), global average pooling, a linear classifier.
/// MobileNetV2: Sandler et al. 2018 (arXiv 1801.04381, table 2), channel counts rounded to multiples of 8 as its
/// authors do, the last convolution never below 1280 channels, global average pooling, a linear classifier.
/// Convolutions start with He's normal distribution (fan-out) from `seed`, the classifier uniform in +-1/sqrt(inputs).
[[nodiscard]] Result<Architecture> make_architecture(const ArchitectureSettings& settings, const Shape& input,
                                                     int classes, std::uint64_t seed);

/// A trained network to go on with. A BatchNormalization has come as scale and offset a channel; they are learned as
/// they are, without statistics of batches. With `new_head` the last convolution or Gemm gets an output a class and
/// starts uniform in +-1/sqrt(inputs) with offsets 0. Errors: another number of outputs without it; an output that
/// select_outputs() refuses; pools with unequal pads.
[[nodiscard]] Result<Architecture> continue_network(const Network& network, int classes, bool new_head,
                                                    std::uint64_t seed);

}  // namespace axvp
