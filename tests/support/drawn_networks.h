#pragma once

#include <cstdint>
#include <vector>

#include "axvp/workloads/int8_executor.h"

namespace axvp::testing {

/// A network with drawn weights and a point whose requantisation keeps the spread of activations from layer to layer,
/// so that they look like those of a trained network (about half of them 0).
struct DrawnNetwork {
  QuantizedNetwork network;
  OperatingPoint point;
};

/// CIFAR ResNet with `blocks` residual blocks a stage (6 * blocks + 2 layers) and option-A shortcuts, 32x32, sm8.
[[nodiscard]] DrawnNetwork drawn_resnet(int blocks, std::uint64_t seed);

/// MobileNetV2, width 1, for `side` x `side` images (a multiple of 32), 1000 classes, sm8.
[[nodiscard]] DrawnNetwork drawn_mobilenet_v2(int side, std::uint64_t seed);

/// `count` inputs of normally distributed codes.
[[nodiscard]] std::vector<StoredTensor> drawn_inputs(const QuantizedNetwork& network, std::size_t count,
                                                     std::uint64_t seed);

}  // namespace axvp::testing
