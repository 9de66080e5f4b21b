#pragma once

#include <string>

#include "axvp/common/result.h"
#include "axvp/multipliers/design.h"
#include "axvp/multipliers/error_metrics.h"

namespace axvp {

/// The design with another constant: the multiple of 2^lowest_bit (0..15; in s8 of the whole constant, 2^8 included)
/// that brings its mean error nearest to 0 where operands occur as the histograms say, as far as all products fit
/// 16 bits. Codes and weighting are those of weighted_error_metrics(), so set the counts of code 0 to 0 to leave out
/// the pairs that the array gates; in sm8 it is the mean error of the magnitudes. The lower the bit the nearer the mean
/// and the more adders get a constant input. Fails for a design that has modes or is not of the Dadda family, and where
/// a histogram is empty.
[[nodiscard]] Result<MultiplierDesign> compensated_for(const MultiplierDesign& design, const std::string& id,
                                                       const OperandHistogram& x_counts,
                                                       const OperandHistogram& w_counts, int lowest_bit);

}  // namespace axvp
