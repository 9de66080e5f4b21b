#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "axvp/workloads/dataset.h"
#include "axvp/workloads/network.h"
#include "fusion.h"

namespace axvp::detail {

/// Counts of |x| in bins that are 2^-8 wide relative to their value (sign dropped, exponent and the leading 8 mantissa
/// bits kept): 256 KiB a tensor however many images, the same counts in whatever order values arrive. Values below
/// 2^-64 count as 0.
class MagnitudeHistogram {
 public:
  MagnitudeHistogram() : counts_(kBins) {}

  /// `values`: whole channels one after the other; `factors`: one a channel, or empty.
  void add(const std::vector<float>& values, const std::vector<double>& factors = {});
  void merge(const MagnitudeHistogram& other);

  /// The smallest bin edge that at least `percentile` % of the values do not exceed; at most 2^-8 above the exact order
  /// statistic. 0 if all values are 0, empty if a value was not finite or above 2^63.
  [[nodiscard]] std::optional<double> percentile(double percentile) const;

  /// Mean square of the values.
  [[nodiscard]] double power() const;
  /// Mean square error of storing the values with steps of `step` up to `codes` steps: values below half a step are
  /// lost, those above the largest code are clipped, the others are off by step^2 / 12.
  [[nodiscard]] double noise(double step, double codes) const;

 private:
  /// Calls `visit(|x|, count)` for every used bin; |x| is its centre, 0 in the first.
  template <class Visit>
  void for_each_bin(const Visit& visit) const;
  void add_channel(const float* values, std::size_t count, float factor);

  static constexpr std::size_t kBins = 128 * 256;
  std::vector<std::uint64_t> counts_;
  std::uint64_t total_ = 0;
  std::uint64_t unusable_ = 0;
};

/// What the float network does on the calibration images.
struct ActivationStatistics {
  std::vector<MagnitudeHistogram> magnitudes;  ///< Indexed by fused tensor.
  double median_margin = 0.0;                  ///< Of the largest logit over the second; 0 for fewer than two logits.
};

/// Runs the first `images` images through the float network, one at a time for each thread: memory does not grow with
/// their number.
[[nodiscard]] ActivationStatistics measure_activations(const Network& network, const FusedNetwork& fused,
                                                       const Dataset& calibration, std::size_t images,
                                                       const std::vector<std::vector<double>>& factors = {});

/// The largest |x| of each channel of each fused tensor, over the first `images` images; values that are not finite
/// count as 0.
[[nodiscard]] std::vector<std::vector<double>> measure_ranges(const Network& network, const FusedNetwork& fused,
                                                              const Dataset& calibration, std::size_t images);

}  // namespace axvp::detail
