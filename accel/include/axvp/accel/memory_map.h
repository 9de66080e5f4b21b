#pragma once

#include <cstdint>

namespace axvp {

/// The bus as the host and the DMA see it. Addresses in registers, descriptors and tables are bus addresses.
inline constexpr std::uint32_t kRegisterBase = 0x1000'0000;
inline constexpr std::uint32_t kRegisterBytes = 0x1000;
inline constexpr std::uint32_t kDramBase = 0x8000'0000;  ///< Up to 2 GiB.

/// Every table, tensor and weight blob starts at a multiple of this.
inline constexpr std::uint32_t kDramAlignment = 64;

/// On-chip buffer into which the command processor fetches descriptors and point records.
inline constexpr std::uint32_t kCommandBufferBytes = 8192;

}  // namespace axvp
