#pragma once

#include <cstdint>
#include <limits>

namespace axvp {

/// The two largest of the values seen.
class TopTwo {
 public:
  void add(std::int32_t value) {
    if (values_ == 0 || value > first_) {
      second_ = first_;
      first_ = value;
    } else if (values_ == 1 || value > second_) {
      second_ = value;
    }
    if (values_ < 2) ++values_;
  }

  /// Largest minus second largest, all ones for fewer than two values; 0 for a tie.
  [[nodiscard]] std::uint32_t margin() const {
    if (values_ < 2) return std::numeric_limits<std::uint32_t>::max();
    return static_cast<std::uint32_t>(static_cast<std::int64_t>(first_) - second_);
  }

 private:
  int values_ = 0;  ///< Seen, 2 at most.
  std::int32_t first_ = 0, second_ = 0;
};

}  // namespace axvp
