#pragma once

#include <string_view>

namespace axvp {

/// How operands are coded at the multiplier's ports; a property of the whole pool (docs/arithmetic.md).
enum class Encoding {
  SignMagnitude,   ///< `sm8`: an unsigned core multiplies magnitudes 0..255 x 0..127, the sign is the XOR.
  TwosComplement,  ///< `s8`: signed [-127, 127], non-negative tensors 0..127; -128 never occurs.
};

[[nodiscard]] constexpr std::string_view to_string(Encoding encoding) {
  return encoding == Encoding::SignMagnitude ? "sm8" : "s8";
}

}  // namespace axvp
