#pragma once

#include <optional>

#include "axvp/workloads/quantise.h"
#include "calibration.h"

namespace axvp::detail {

/// The largest |x| that a tensor keeps, and what found it.
struct RangeChoice {
  double largest = 0.0;
  RangeSource source = RangeSource::Maximum;
};

/// By `rule`, for a tensor whose largest code is `codes`. A percentile of 0 (a tensor that is nearly always 0) gives
/// way to the maximum. Empty if a value was not finite.
[[nodiscard]] std::optional<RangeChoice> choose_range(const MagnitudeHistogram& magnitudes, double codes,
                                                      RangeRule rule, double percentile);

}  // namespace axvp::detail
