#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

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

}  // namespace axvp::detail
