#include "axvp/multipliers/error_metrics.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <stdexcept>

namespace axvp {

std::int32_t exact_product(Encoding encoding, std::uint8_t x, std::uint8_t w) {
  if (encoding == Encoding::SignMagnitude) return x * w;
  return static_cast<std::int8_t>(x) * static_cast<std::int8_t>(w);
}

ErrorMetrics weighted_error_metrics(const TruthTable& table, Encoding encoding, const OperandHistogram& x_counts,
                                    const OperandHistogram& w_counts) {
  const double x_total = std::accumulate(x_counts.begin(), x_counts.end(), 0.0);
  const double w_total = std::accumulate(w_counts.begin(), w_counts.end(), 0.0);
  if (x_total == 0.0 || w_total == 0.0) throw std::invalid_argument("an operand histogram is empty");

  ErrorMetrics metrics;
  double mean_square = 0.0;
  double nonzero_share = 0.0;
  for (std::size_t x = 0; x < TruthTable::kSide; ++x) {
    if (x_counts[x] == 0) continue;
    const double x_share = static_cast<double>(x_counts[x]) / x_total;
    for (std::size_t w = 0; w < TruthTable::kSide; ++w) {
      if (w_counts[w] == 0) continue;
      const auto bx = static_cast<std::uint8_t>(x);
      const auto bw = static_cast<std::uint8_t>(w);
      const std::int64_t exact = exact_product(encoding, bx, bw);
      const std::int64_t error = table(bx, bw) - exact;
      const double share = x_share * (static_cast<double>(w_counts[w]) / w_total);
      const auto magnitude = static_cast<double>(std::abs(error));
      metrics.mae += share * magnitude;
      metrics.mean += share * static_cast<double>(error);
      mean_square += share * magnitude * magnitude;
      metrics.wce = std::max(metrics.wce, std::abs(error));
      if (error != 0) metrics.ep += share;
      if (exact != 0) {
        nonzero_share += share;
        metrics.mre += share * magnitude / static_cast<double>(std::abs(exact));
      }
    }
  }
  metrics.std = std::sqrt(std::max(0.0, mean_square - metrics.mean * metrics.mean));
  if (nonzero_share > 0.0) metrics.mre /= nonzero_share;
  return metrics;
}

ErrorMetrics error_metrics(const TruthTable& table, Encoding encoding) {
  OperandHistogram uniform;
  uniform.fill(1);
  return weighted_error_metrics(table, encoding, uniform, uniform);
}

}  // namespace axvp
