#pragma once

#include <cstdint>
#include <vector>

#include "axvp/common/progress.h"
#include "axvp/multipliers/truth_table.h"
#include "axvp/workloads/dataset.h"
#include "axvp/workloads/operating_point.h"
#include "axvp/workloads/quantise.h"

namespace axvp {

struct AffineTuningOptions {
  int steps = 150;
  int batch = 64;               ///< Images a step.
  double learning_rate = 2e-4;  ///< Of Adam, falling to 0 along half a cosine; gains are near 1, offsets in deviations.
  double temperature = 4.0;     ///< Of both softmaxes.
  bool flip = true;             ///< Mirrors half of the images.
  std::uint64_t seed = 1;
  int threads = 1;  ///< Sums are split by thread: another count gives slightly other sets.
  ProgressStyle progress = ProgressStyle::Quiet;
};

struct AffineTuning {
  OperatingPoint point;
  double first_loss = 0.0, last_loss = 0.0;  ///< Mean divergence of the first and the last tenth of the steps, nats.
};

/// Learns scale and offset of every channel of one operating point from `start`; weights, tables and quantisation stay.
/// The loss is the divergence of the softmaxed logits from the exact int8 network's on the same images; labels are not
/// used. Forward runs the approximate products (the fast kernels) and rounds as the hardware does; backward takes
/// products for exact and rounding for nothing (straight through), clamps stop the gradient. The same seed and threads
/// give the same sets. Fails for images that do not fit, or a loss that is no longer finite.
[[nodiscard]] Result<AffineTuning> tune_affine(const Quantisation& quantisation, const OperatingPoint& start,
                                               const std::vector<TruthTable>& tables, const Dataset& images,
                                               const AffineTuningOptions& options);

}  // namespace axvp
