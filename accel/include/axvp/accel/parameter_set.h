#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "axvp/workloads/arithmetic.h"

namespace axvp {

/// Bytes of one channel's requantisation in memory: int16 multiplier, uint8 shift, int48 bias, little endian.
inline constexpr std::size_t kRequantisationBytes = 9;

[[nodiscard]] std::vector<std::uint8_t> pack_requantisation(const std::vector<Requantisation>& set);

/// Reads `channels` entries. A shift outside [1, 32] is taken modulo 32 as the hardware's shifter would (0 as 32), so
/// that any bytes give a defined result.
[[nodiscard]] std::vector<Requantisation> unpack_requantisation(const std::uint8_t* bytes, std::size_t channels);

}  // namespace axvp
