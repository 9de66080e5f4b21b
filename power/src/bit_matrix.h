#pragma once

#include <cstddef>
#include <cstdint>

namespace axvp {

/// Transposes 8x8 bits: bit j of byte i becomes bit i of byte j.
///   H. S. Warren, "Hacker's Delight", 2nd edition, section 7-3, Addison-Wesley 2012.
[[nodiscard]] inline std::uint64_t transposed8x8(std::uint64_t rows) {
  const auto swap = [&rows](int distance, std::uint64_t mask) {
    const std::uint64_t changed = (rows ^ (rows >> distance)) & mask;
    rows ^= changed ^ (changed << distance);
  };
  swap(7, 0x00AA00AA00AA00AAull);
  swap(14, 0x0000CCCC0000CCCCull);
  swap(28, 0x00000000F0F0F0F0ull);
  return rows;
}

}  // namespace axvp
