#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "axvp/multipliers/truth_table.h"
#include "axvp/workloads/int8_executor.h"
#include "axvp/workloads/quantise.h"

namespace axvp::detail {

__extension__ using Int128 = __int128;

/// Sums over all images and positions of one channel. Exact integers, so the order of adding does not matter.
/// |acc| < 2^31 and fewer than 2^32 values: sum < 2^63, sum of squares < 2^94, count * squares < 2^126.
struct Moments {
  std::int64_t count = 0;
  std::int64_t sum = 0;
  Int128 squares = 0;

  void add(std::int32_t value) {
    ++count;
    sum += value;
    squares += static_cast<Int128>(std::int64_t{value} * value);
  }
  void merge(const Moments& other) {
    count += other.count;
    sum += other.sum;
    squares += other.squares;
  }
  [[nodiscard]] double mean() const { return static_cast<double>(sum) / static_cast<double>(count); }
  /// count^2 * variance, without rounding.
  [[nodiscard]] Int128 scaled_variance() const {
    return static_cast<Int128>(count) * squares - static_cast<Int128>(sum) * sum;
  }
  [[nodiscard]] bool operator==(const Moments& other) const {
    return count == other.count && sum == other.sum && squares == other.squares;
  }
};

using ChannelMoments = std::vector<Moments>;

inline void add_accumulators(const std::vector<std::int32_t>& accumulators, ChannelMoments& moments) {
  const std::size_t channels = moments.size();
  for (std::size_t first = 0; first < accumulators.size(); first += channels)
    for (std::size_t c = 0; c < channels; ++c) moments[c].add(accumulators[first + c]);
}

inline TruthTable exact_products(Encoding encoding) {
  return TruthTable::from_function([&](std::uint8_t x, std::uint8_t w) -> std::int32_t {
    if (encoding == Encoding::SignMagnitude) return std::int32_t{x} * w;
    return std::int32_t{static_cast<std::int8_t>(x)} * static_cast<std::int8_t>(w);
  });
}

/// `quantisation` must outlive it.
inline Result<Int8Executor> exact_executor(const Quantisation& quantisation) {
  const std::size_t layers = quantisation.exact_requantisation.size();
  return Int8Executor::create(quantisation.network,
                              {"exact", std::vector<std::string>(layers, "exact"), quantisation.exact_requantisation},
                              std::vector<TruthTable>(layers, exact_products(quantisation.network.encoding)));
}

}  // namespace axvp::detail
