#pragma once

#include <vector>

#include "axvp/workloads/network.h"
#include "axvp/workloads/quantise.h"
#include "fusion.h"

namespace axvp::detail {

/// Cross-layer range equalisation (Nagel et al. 2019, arXiv 1906.04721, 4.1) for tensors whose factors the convolutions
/// behind them can take up in their weights: a channel of small values is stored larger and read with smaller weights.
/// Where depthwise convolutions alone read a tensor, factors cost nothing (their weights have a scale a channel), and
/// every channel is brought to the tensor's range; elsewhere the channels' ranges and those of the weights that read
/// them meet in the middle. Tensors that are added or pooled into another share its factors. A finite upper clamp
/// (ReLU6) stays where it was or lies beyond the largest code. Factors are powers of 2^(1/8). `ranges`: [fused
/// tensor][channel], the largest |x| met.
[[nodiscard]] ChannelFactors equalise(const Network& network, const FusedNetwork& fused,
                                      const std::vector<std::vector<double>>& ranges);

/// Whether `factors` fit the network: lengths, finite positive numbers, shared where they have to be, none at the input
/// and output. An error names the tensor.
[[nodiscard]] Result<void> check_factors(const Network& network, const FusedNetwork& fused,
                                         const ChannelFactors& factors);

}  // namespace axvp::detail
