#pragma once

#include <vector>

#include "axvp/workloads/network.h"

namespace axvp {

/// All tensors of one image, NCHW without the batch, indexed by TensorId.
using FloatTensors = std::vector<std::vector<float>>;

/// Runs `network` in float32 (Eigen) on one preprocessed image of the input's shape (channels, height, width).
[[nodiscard]] FloatTensors run_float(const Network& network, const std::vector<float>& input);

/// The output tensor only.
[[nodiscard]] std::vector<float> run_float_logits(const Network& network, const std::vector<float>& input);

}  // namespace axvp
