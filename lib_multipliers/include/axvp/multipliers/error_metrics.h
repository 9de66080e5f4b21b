#pragma once

#include <array>
#include <cstdint>

#include "axvp/multipliers/encoding.h"
#include "axvp/multipliers/truth_table.h"

namespace axvp {

/// Errors of a raw table as EvoApproxLib defines them (V. Mrazek et al., "EvoApprox8b", DATE 2017), error = table(x, w)
/// - exact(x, w), in units of the product's least significant bit.
struct ErrorMetrics {
  double mae = 0.0;      ///< Mean absolute error.
  double mean = 0.0;     ///< Mean error (bias).
  double std = 0.0;      ///< Standard deviation of the error.
  std::int64_t wce = 0;  ///< Worst-case absolute error, over the pairs with weight.
  double ep = 0.0;       ///< Error probability: fraction of the pairs that are wrong, 0 to 1.
  double mre = 0.0;      ///< Mean of |error / exact| over the pairs whose exact product is not 0, a fraction.
};

/// How often each operand code occurs: for sm8 the magnitude, for s8 the two's-complement byte.
using OperandHistogram = std::array<std::uint64_t, TruthTable::kSide>;

/// The exact product of two operand codes: of magnitudes for sm8, of signed bytes for s8.
[[nodiscard]] std::int32_t exact_product(Encoding encoding, std::uint8_t x, std::uint8_t w);

/// Over all 65,536 pairs, each once.
[[nodiscard]] ErrorMetrics error_metrics(const TruthTable& table, Encoding encoding);

/// Over all pairs, pair (x, w) weighted by x_counts[x] * w_counts[w]: activations and weights are taken as independent.
/// To leave out pairs that the array gates, set the counts of code 0 to 0. Throws std::invalid_argument where a
/// histogram is empty.
[[nodiscard]] ErrorMetrics weighted_error_metrics(const TruthTable& table, Encoding encoding,
                                                  const OperandHistogram& x_counts, const OperandHistogram& w_counts);

}  // namespace axvp
