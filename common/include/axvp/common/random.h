#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

namespace axvp {

/// Seeded random numbers whose sequences are the same with every standard library: the engine is the standard's
/// mt19937_64, the mappings to ranges are ours (the standard distributions differ between libraries).
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  /// Uniform over all 64-bit words.
  [[nodiscard]] std::uint64_t word() { return engine_(); }
  /// Uniform in [0, 1), 53 bits.
  [[nodiscard]] double uniform();
  /// Uniform in [low, high).
  [[nodiscard]] double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// Uniform integer in [0, bound), without bias; bound > 0.
  [[nodiscard]] std::uint64_t below(std::uint64_t bound);
  /// Uniform integer in [low, high], both ends included.
  [[nodiscard]] std::int64_t between(std::int64_t low, std::int64_t high);
  /// Standard normal (Box and Muller 1958).
  [[nodiscard]] double normal();
  /// Fisher-Yates.
  template <class T>
  void shuffle(std::vector<T>& items) {
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
  }

 private:
  std::mt19937_64 engine_;
  bool has_spare_ = false;
  double spare_ = 0.0;
};

/// A well mixed seed for stream `index` of a run seeded with `seed` (splitmix64): independent of thread count.
[[nodiscard]] std::uint64_t derive_seed(std::uint64_t seed, std::uint64_t index);

}  // namespace axvp
