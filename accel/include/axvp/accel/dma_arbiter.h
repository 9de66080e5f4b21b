#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "axvp/common/units.h"

namespace axvp {

/// Queues of the DMA; an earlier one is served first whenever a burst ends.
enum class DmaChannel : std::size_t { Command, Weights, Activations, WriteBack };
inline constexpr std::size_t kDmaChannels = 4;

/// A part of a transfer that crosses no multiple of the burst size in DRAM.
struct DmaBurst {
  DmaChannel channel = DmaChannel::Command;
  std::uint64_t transfer = 0;  ///< What `add` was told.
  std::uint32_t address = 0;
  Bytes offset = 0;  ///< Within the transfer.
  Bytes bytes = 0;
  bool first = false;
  bool last = false;
};

/// Decides what the DMA moves next: fixed priority of the channels at every burst, first come first served within one.
class DmaArbiter {
 public:
  /// `burst_bytes` is a power of two.
  explicit DmaArbiter(Bytes burst_bytes) : burst_bytes_(burst_bytes) {}

  /// A transfer of `bytes` > 0 at `address`.
  void add(DmaChannel channel, std::uint64_t transfer, std::uint32_t address, Bytes bytes);
  [[nodiscard]] std::optional<DmaBurst> next();
  [[nodiscard]] bool empty() const;
  void clear();

 private:
  struct Pending {
    std::uint64_t transfer;
    std::uint32_t address;
    Bytes bytes;
    Bytes done;
  };
  Bytes burst_bytes_;
  std::array<std::deque<Pending>, kDmaChannels> queues_;
};

}  // namespace axvp
