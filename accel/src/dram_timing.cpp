#include "axvp/accel/dram_timing.h"

#include <algorithm>

namespace axvp {

DramAccess DramTiming::access(std::uint64_t address, Bytes bytes, Cycles now) {
  const auto row_bytes = static_cast<std::uint64_t>(config_.row_bytes);
  const auto bandwidth = static_cast<std::uint64_t>(config_.bandwidth_bytes_per_cycle);
  const std::uint64_t first_row = address / row_bytes;
  const std::uint64_t last_row = (address + bytes - 1) / row_bytes;
  const std::uint64_t opened = last_row - first_row + (first_row == open_row_ ? 0 : 1);
  DramAccess result;
  result.first_cycle = std::max(now, port_free_);
  result.port_free =
      result.first_cycle + opened * static_cast<Cycles>(config_.row_miss_cycles) + (bytes + bandwidth - 1) / bandwidth;
  result.done = result.port_free + static_cast<Cycles>(config_.latency_cycles);
  open_row_ = last_row;
  port_free_ = result.port_free;
  row_misses_ += opened;
  ++accesses_;
  return result;
}

void DramTiming::reset() {
  open_row_ = kNoRow;
  port_free_ = 0;
}

}  // namespace axvp
