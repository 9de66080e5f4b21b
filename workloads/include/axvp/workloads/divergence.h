#pragma once

#include <vector>

namespace axvp {

/// Kullback-Leibler divergence in nats of softmax(`logits`) from softmax(`reference`).
[[nodiscard]] double kl_divergence(const std::vector<double>& reference, const std::vector<double>& logits);

}  // namespace axvp
