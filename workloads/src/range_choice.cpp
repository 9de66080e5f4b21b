#include "range_choice.h"

#include <cmath>

namespace axvp::detail {
namespace {

constexpr int kStepsPerOctave = 8;
constexpr int kOctaves = 5;

/// Fractions 2^(-k/8) of the maximum, down to 1/32: the largest of those with the least noise.
RangeChoice least_noise(const MagnitudeHistogram& magnitudes, double codes, double maximum) {
  RangeChoice best{maximum, RangeSource::MeanSquare};
  double least = magnitudes.noise(maximum / codes, codes);
  for (int k = 1; k <= kStepsPerOctave * kOctaves; ++k) {
    const double largest = maximum * std::exp2(-static_cast<double>(k) / kStepsPerOctave);
    const double noise = magnitudes.noise(largest / codes, codes);
    if (noise >= least) continue;
    least = noise;
    best.largest = largest;
  }
  return best;
}

}  // namespace

std::optional<RangeChoice> choose_range(const MagnitudeHistogram& magnitudes, double codes, RangeRule rule,
                                        double percentile) {
  const auto maximum = magnitudes.percentile(100.0);
  if (!maximum) return std::nullopt;
  const RangeChoice widest{*maximum, RangeSource::Maximum};
  if (*maximum == 0.0 || rule == RangeRule::Maximum) return widest;
  const double kept = *magnitudes.percentile(percentile);
  const RangeChoice at_percentile = kept > 0.0 ? RangeChoice{kept, RangeSource::Percentile} : widest;
  if (rule == RangeRule::Percentile) return at_percentile;
  const RangeChoice mean_square = least_noise(magnitudes, codes, *maximum);
  if (rule == RangeRule::MeanSquare) return mean_square;
  RangeChoice best = widest;
  for (const RangeChoice& other : {at_percentile, mean_square})
    if (magnitudes.noise(other.largest / codes, codes) < magnitudes.noise(best.largest / codes, codes)) best = other;
  return best;
}

}  // namespace axvp::detail
