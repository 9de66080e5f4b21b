#pragma once

#include <cstdint>
#include <limits>

#include "axvp/accel/platform_config.h"

namespace axvp {

/// When one access is served.
struct DramAccess {
  Cycles first_cycle = 0;  ///< The data bus starts to work for it.
  Cycles port_free = 0;    ///< The next access may start.
  Cycles done = 0;         ///< The last byte has arrived.
};

/// Deterministic time of a DRAM with one open row, as every level of the simulation uses it: an access waits for the
/// data bus, pays row_miss_cycles for each row it opens, moves bandwidth_bytes_per_cycle, and completes latency_cycles
/// later; the latency overlaps with the accesses that follow.
class DramTiming {
 public:
  explicit DramTiming(const DramConfig& config) : config_(config) {}

  /// `bytes` > 0 at byte `address`, asked for at cycle `now`.
  DramAccess access(std::uint64_t address, Bytes bytes, Cycles now);
  void reset();

  [[nodiscard]] std::uint64_t row_misses() const { return row_misses_; }
  [[nodiscard]] std::uint64_t accesses() const { return accesses_; }

 private:
  static constexpr std::uint64_t kNoRow = std::numeric_limits<std::uint64_t>::max();

  DramConfig config_;
  std::uint64_t open_row_ = kNoRow;
  Cycles port_free_ = 0;
  std::uint64_t row_misses_ = 0;
  std::uint64_t accesses_ = 0;
};

}  // namespace axvp
