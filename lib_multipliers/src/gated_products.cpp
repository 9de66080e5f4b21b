#include "axvp/multipliers/gated_products.h"

#include <algorithm>
#include <cstdlib>

namespace axvp {

GatedProducts::GatedProducts(const TruthTable& table, Encoding encoding, bool x_is_signed)
    : products_(TruthTable::kPairs), bytes_are_signed_(encoding == Encoding::TwosComplement || x_is_signed) {
  for (int bx = 0; bx < TruthTable::kSide; ++bx) {
    const int x = bytes_are_signed_ ? static_cast<std::int8_t>(bx) : bx;
    for (int bw = 0; bw < TruthTable::kSide; ++bw) {
      const int w = static_cast<std::int8_t>(bw);
      std::int32_t product = 0;
      if (x != 0 && w != 0) {
        if (encoding == Encoding::SignMagnitude) {
          product = table(static_cast<std::uint8_t>(std::abs(x)), static_cast<std::uint8_t>(std::abs(w)));
          if ((x < 0) != (w < 0)) product = -product;
        } else {
          product = table(static_cast<std::uint8_t>(bx), static_cast<std::uint8_t>(bw));
        }
      }
      products_[static_cast<std::size_t>(bx * TruthTable::kSide + bw)] = product;
      is_exact_ = is_exact_ && product == x * w;
      if (x != -128 && w != -128)
        largest_magnitude_ = std::max(largest_magnitude_, std::abs(static_cast<std::int64_t>(product)));
    }
  }
}

}  // namespace axvp
