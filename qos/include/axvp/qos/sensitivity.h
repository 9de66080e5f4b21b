#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "axvp/common/progress.h"
#include "axvp/multipliers/truth_table.h"
#include "axvp/qos/sampled_error.h"
#include "axvp/workloads/int8_executor.h"

namespace axvp {

/// What sensitivities are measured with.
struct SensitivityInputs {
  const Int8Executor* exact = nullptr;
  const SampledErrors* errors = nullptr;              ///< Of the same quantisation.
  const std::vector<StoredTensor>* images = nullptr;  ///< Unlabelled, none that results are measured on.
  std::uint64_t seed = 1;
  unsigned threads = 0;  ///< 0: all of the machine's. Results do not depend on it.
  ProgressStyle progress = ProgressStyle::Quiet;
};

/// By layer the curvature h of the divergence: noise of relative variance v in this layer alone costs h v / 2 nats.
/// White Gaussian noise, equally strong in each channel's accumulator, is injected at each of `relative_variances`; the
/// mean of the ratios is taken. Training-free stand-in for AGN's learned noise.
[[nodiscard]] std::vector<double> noise_curvatures(const SensitivityInputs& inputs,
                                                   const std::vector<double>& relative_variances = {0.01, 0.04});

/// A layer with a real selectable in it.
struct SingleLayerPoint {
  std::size_t layer = 0;
  TruthTable table;
};

/// Divergence (nats) of the network in which one layer alone has approximate products and `match`ed requantisation.
[[nodiscard]] std::vector<double> single_layer_divergences(const SensitivityInputs& inputs,
                                                           const std::vector<SingleLayerPoint>& points);

/// Defaults of AGN's public code (arXiv 2208.07265): what noise is worth, and the most that counts.
inline constexpr double kAgnLambda = 0.2, kAgnLargestSigma = 0.5;

/// AGN's noise from curvatures (fixed point of its loss): sigma_l = min(lambda c_l / h_l, sigma_max), the relative
/// deviation that layer l bears, where c_l is its share of the MACs.
[[nodiscard]] std::vector<double> relative_budgets(const std::vector<double>& curvatures,
                                                   const std::vector<double>& mac_shares, double lambda,
                                                   double sigma_max);

/// The other way: h_l = lambda c_l / sigma_l of learned noise. A layer that learned none has got the least noise's.
[[nodiscard]] std::vector<double> curvatures_of(const std::vector<double>& sigma, const std::vector<double>& mac_shares,
                                                double lambda);

}  // namespace axvp
