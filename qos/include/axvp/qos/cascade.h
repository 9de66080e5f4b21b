#pragma once

#include <cstddef>
#include <vector>

#include "axvp/common/result.h"
#include "axvp/workloads/evaluation.h"

namespace axvp {

/// What an operating point answers on one image.
struct PointAnswer {
  std::size_t best = 0;  ///< Class.
  double margin = 0.0;   ///< Top-1 minus top-2 logit, in the network's float units.
};

/// The answer that these logits stand for; the lowest class wins a tie. `scale` is what a step is worth. The margin is
/// what the platform's MARGIN register holds: for a single class its largest value.
[[nodiscard]] PointAnswer answer_of(const std::vector<std::int32_t>& logits, double scale);

/// Margins up to which the cheap point's answer is not taken (adaptive resolution inference, ARI, arXiv 2408.14528),
/// calibrated on images whose class differs between the two points. All are 0 where none differs.
struct MarginThresholds {
  std::size_t images = 0;
  std::size_t changed = 0;  ///< Images whose class differs.
  double largest = 0.0;     ///< T_M: the largest margin among them.
  double t99 = 0.0;         ///< 99 % quantile of an exponential distribution fitted to their margins.
  double t999 = 0.0;        ///< 99.9 % quantile.
};

/// T_q = loc - scale ln(1 - q) with loc the least margin and scale the mean above it.
[[nodiscard]] MarginThresholds calibrate_margins(const std::vector<PointAnswer>& cheap,
                                                 const std::vector<PointAnswer>& full);

/// The largest threshold that reruns at most the fraction `rerun` of these images.
[[nodiscard]] double threshold_for_rerun(const std::vector<PointAnswer>& cheap, double rerun);

/// The threshold in the middle between the largest margin that `threshold` reruns and the next one: it decides the
/// same, and it may be rounded. Margins are multiples of `step`. -1 for a threshold below 0, which reruns nothing.
[[nodiscard]] double between_steps(double threshold, double step);

/// Points from cheap to dear: each but the last hands an image on if its margin is at most the threshold.
struct CascadeStage {
  const std::vector<PointAnswer>* answers = nullptr;  ///< By image.
  double cost = 0.0;                                  ///< Of one inference at the point.
  double threshold = 0.0;                             ///< Of the last one: not used.
};

struct CascadeResult {
  std::vector<double> reached;    ///< By stage: the fraction of images that run it; 1 for the first.
  double cost = 0.0;              ///< Mean of an image: every stage that it ran.
  PairedComparison against_last;  ///< Top-1 against the last stage alone; without a divergence.
  double accuracy = 0.0;          ///< Fraction right.
};

/// Runs the images through the cascade. Fails if the stages do not all answer every image.
[[nodiscard]] Result<CascadeResult> run_cascade(const std::vector<CascadeStage>& stages,
                                                const std::vector<int>& labels);

/// Accuracy at mean cost `cost` of running each image at one of two points, drawn by lot: between the stages' own, on a
/// straight line; the best pair counts. What a cascade has to beat.
[[nodiscard]] double static_mix_accuracy(const std::vector<CascadeStage>& points, const std::vector<int>& labels,
                                         double cost);

}  // namespace axvp
