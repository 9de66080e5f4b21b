#pragma once

#include <cstdint>
#include <vector>

#include "axvp/multipliers/encoding.h"
#include "axvp/multipliers/truth_table.h"

namespace axvp {

/// What the array adds for a pair of *stored* bytes: operand conversion, sign and zero gating applied to a truth table.
/// Stored bytes are two's complement for weights and signed tensors, plain 0..255 for non-negative tensors. If x = 0 or
/// w = 0 the product is 0, whatever the raw table says. Kernels read this and nothing else.
class GatedProducts {
 public:
  /// In s8 a non-negative tensor stays in 0..127, so its bytes mean the same either way.
  GatedProducts(const TruthTable& table, Encoding encoding, bool x_is_signed);

  [[nodiscard]] std::int32_t operator()(std::uint8_t stored_x, std::uint8_t stored_w) const {
    return products_[static_cast<std::size_t>(stored_x) * TruthTable::kSide + stored_w];
  }
  /// Largest magnitude over the operands that can occur (|w| <= 127, no -128): bounds the accumulator.
  [[nodiscard]] std::int64_t largest_magnitude() const { return largest_magnitude_; }
  /// Whether all 65,536 products are x * w: a kernel may then multiply instead of looking up.
  [[nodiscard]] bool is_exact() const { return is_exact_; }
  /// Whether x's bytes are read as two's complement: signed tensors, and all tensors in s8.
  [[nodiscard]] bool x_bytes_are_signed() const { return bytes_are_signed_; }

 private:
  std::vector<std::int32_t> products_;
  std::int64_t largest_magnitude_ = 0;
  bool bytes_are_signed_ = false;
  bool is_exact_ = true;
};

}  // namespace axvp
