#pragma once

#include <cstdint>
#include <vector>

#include "axvp/common/progress.h"
#include "axvp/workloads/dataset.h"
#include "axvp/workloads/quantise.h"

namespace axvp {

/// Defaults are those of AGN's public code, but for a tenth of its learning rate: without statistics of batches a
/// network falls apart at 0.1 (resnet8_synth10: cross-entropy 2.3, every sigma at its bound).
struct NoiseSearchOptions {
  double lambda = 0.2;       ///< What noise is worth.
  double first_sigma = 0.1;  ///< Relative deviation.
  double largest_sigma = 0.5;
  double learning_rate = 0.01;  ///< Of SGD with momentum 0.9, a tenth of it after each third of the steps.
  int steps = 300;
  int batch = 64;
  std::uint64_t seed = 1;
  int threads = 1;  ///< Sums are split by thread: another count gives slightly other results.
  ProgressStyle progress = ProgressStyle::Quiet;
};

struct LearnedNoise {
  std::vector<double> sigma;                 ///< By layer, relative deviation in [0, largest_sigma].
  double first_loss = 0.0, last_loss = 0.0;  ///< Mean cross-entropy of the first and the last tenth of the steps.
};

/// AGN's sensitivity (arXiv 2208.07265): Gaussian noise of sigma_l times the deviation of each layer's sums is added
/// while the network is trained, and the sigmas are learned by gradient descent on
/// cross-entropy - lambda sum_l c_l min(|sigma_l|, largest_sigma), c_l being the layer's share of the MACs. Scales,
/// offsets and weights are learned with them and thrown away. Products are exact; labels are used. Fails for images
/// that do not fit, or a loss that is no longer finite.
[[nodiscard]] Result<LearnedNoise> search_noise(const Quantisation& quantisation, const Dataset& images,
                                                const NoiseSearchOptions& options);

}  // namespace axvp
