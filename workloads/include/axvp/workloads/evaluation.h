#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "axvp/common/progress.h"
#include "axvp/workloads/dataset.h"
#include "axvp/workloads/int8_executor.h"
#include "axvp/workloads/network.h"

namespace axvp {

/// An estimate with its 95 % confidence interval.
struct Interval {
  double value = 0.0;
  double low = 0.0;
  double high = 0.0;
};

/// A fraction k / n with the Wilson score interval (E. B. Wilson, JASA 1927).
[[nodiscard]] Interval wilson_interval(std::uint64_t k, std::uint64_t n);

/// How one network's answers compare with another's on the same images.
struct PairedComparison {
  std::uint64_t both_right = 0, only_reference_right = 0, only_this_right = 0, none_right = 0;
  std::uint64_t same_class = 0;                               ///< The same answer, right or wrong.
  std::uint64_t top5_only_reference = 0, top5_only_this = 0;  ///< Images with the label in the top 5 of one alone.
  double mean_kl = 0.0;  ///< Kullback-Leibler divergence of the softmaxed logits from the reference's, nats.

  [[nodiscard]] std::uint64_t images() const {
    return both_right + only_reference_right + only_this_right + none_right;
  }
  /// Top-1 lost against the reference, as a fraction, with the interval of a paired difference of proportions.
  [[nodiscard]] Interval loss() const;
  /// The same of top-5.
  [[nodiscard]] Interval top5_loss() const;
  /// Two-sided exact McNemar test: probability of so uneven a split of the discordant pairs if none is better.
  [[nodiscard]] double mcnemar_p() const;
};

/// What one operating point answers on a data set.
struct PointEvaluation {
  std::string name;
  std::uint64_t images = 0;
  std::uint64_t top1_right = 0;
  std::uint64_t top5_right = 0;
  double median_margin = 0.0;      ///< Top-1 minus top-2 logit, in the network's float units.
  PairedComparison against_exact;  ///< The exact products' answers on the same images.
  PairedComparison against_float;  ///< Likewise the float network's; of no images where that did not run.
};

/// Runs every executor (all of one quantised network; `executors[0]` is the reference with exact products) over the
/// images in one pass, with `threads` threads; the result does not depend on their number. `executors[i]` gives result
/// i.
[[nodiscard]] std::vector<PointEvaluation> evaluate(const std::vector<Int8Executor>& executors, const Dataset& data,
                                                    std::size_t threads, ProgressStyle progress);

struct FloatEvaluation {
  PointEvaluation float_network;        ///< Named "float"; not compared with anything.
  std::vector<PointEvaluation> points;  ///< As of evaluate(), with against_float.
};

/// The same, and the float network that `executors` were quantised from on the same images.
[[nodiscard]] FloatEvaluation evaluate_with_float(const Network& network, const std::vector<Int8Executor>& executors,
                                                  const Dataset& data, std::size_t threads, ProgressStyle progress);

}  // namespace axvp
