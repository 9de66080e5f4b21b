#pragma once

#include <cstdint>
#include <vector>

#include "axvp/common/progress.h"
#include "axvp/multipliers/truth_table.h"
#include "axvp/workloads/dataset.h"
#include "axvp/workloads/operating_point.h"
#include "axvp/workloads/quantise.h"

namespace axvp {

/// What gradient descent changes of an operating point.
enum class Tuned {
  Affine,  ///< Scale and offset of every channel: points share their weights.
  Full,    ///< Weights, too, as AGN has it: to compare with; an accelerator with one weight memory cannot run it.
};

struct GradientTuningOptions {
  Tuned tuned = Tuned::Affine;
  int steps = 150;
  int batch = 64;               ///< Images a step.
  double learning_rate = 2e-4;  ///< Of Adam, falling to 0 along half a cosine; gains are near 1, offsets in deviations,
                                ///< weights in 127 steps.
  double temperature = 4.0;     ///< Of both softmaxes.
  int shift_pixels = 0;         ///< Images are moved by up to so many each way; half of them are mirrored.
  std::uint64_t seed = 1;
  int threads = 1;  ///< Sums are split by thread: another count gives slightly other sets.
  ProgressStyle progress = ProgressStyle::Quiet;
};

struct GradientTuning {
  OperatingPoint point;
  /// By layer in the order of QuantizedConvolution::weights, for Full; else empty: the network's.
  std::vector<std::vector<std::int8_t>> weights;
  double first_loss = 0.0, last_loss = 0.0;  ///< Mean divergence of the first and the last tenth of the steps, nats.
};

/// Learns one operating point from `start`; tables and quantisation stay. The loss is the divergence of the softmaxed
/// logits from the exact int8 network's on the same images; labels are not used. Forward runs the approximate products
/// (the fast kernels) and rounds as the hardware does; backward takes products for exact and rounding for nothing
/// (straight through), clamps stop the gradient. The same seed and threads give the same result. Fails for images that
/// do not fit, or a loss that is no longer finite.
[[nodiscard]] Result<GradientTuning> tune_by_gradient(const Quantisation& quantisation, const OperatingPoint& start,
                                                      const std::vector<TruthTable>& tables, const Dataset& images,
                                                      const GradientTuningOptions& options);

}  // namespace axvp
