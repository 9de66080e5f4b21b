#include "axvp/accel/dma_arbiter.h"

#include <algorithm>

namespace axvp {

void DmaArbiter::add(DmaChannel channel, std::uint64_t transfer, std::uint32_t address, Bytes bytes) {
  queues_[static_cast<std::size_t>(channel)].push_back({transfer, address, bytes, 0});
}

std::optional<DmaBurst> DmaArbiter::next() {
  for (std::size_t channel = 0; channel < kDmaChannels; ++channel) {
    auto& queue = queues_[channel];
    if (queue.empty()) continue;
    Pending& pending = queue.front();
    DmaBurst burst;
    burst.channel = static_cast<DmaChannel>(channel);
    burst.transfer = pending.transfer;
    burst.address = static_cast<std::uint32_t>(pending.address + pending.done);
    burst.offset = pending.done;
    burst.bytes = std::min(pending.bytes - pending.done, burst_bytes_ - burst.address % burst_bytes_);
    burst.first = pending.done == 0;
    pending.done += burst.bytes;
    burst.last = pending.done == pending.bytes;
    if (burst.last) queue.pop_front();
    return burst;
  }
  return std::nullopt;
}

bool DmaArbiter::empty() const {
  return std::all_of(queues_.begin(), queues_.end(), [](const auto& queue) { return queue.empty(); });
}

void DmaArbiter::clear() {
  for (auto& queue : queues_) queue.clear();
}

}  // namespace axvp
