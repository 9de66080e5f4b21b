#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

namespace axvp {

/// All 65,536 products of an 8x8 multiplier: row = byte of the activation x, column = byte of the weight w (activation
/// first, as everywhere). For sm8 the bytes are magnitudes, for s8 two's-complement bytes. Raw: without zero gating.
/// Cheap to copy: the products are shared and never change.
class TruthTable {
 public:
  static constexpr int kSide = 256;
  static constexpr int kPairs = kSide * kSide;

  /// `products` holds 65,536 entries, row-major; throws std::invalid_argument otherwise.
  explicit TruthTable(std::vector<std::int32_t> products);

  template <class Function>
  [[nodiscard]] static TruthTable from_function(Function&& product_of_bytes) {
    std::vector<std::int32_t> products(kPairs);
    for (int x = 0; x < kSide; ++x)
      for (int w = 0; w < kSide; ++w)
        products[static_cast<std::size_t>(x) * kSide + static_cast<std::size_t>(w)] =
            product_of_bytes(static_cast<std::uint8_t>(x), static_cast<std::uint8_t>(w));
    return TruthTable{std::move(products)};
  }

  [[nodiscard]] std::int32_t operator()(std::uint8_t x, std::uint8_t w) const {
    return (*products_)[static_cast<std::size_t>(x) * kSide + w];
  }
  [[nodiscard]] const std::vector<std::int32_t>& products() const { return *products_; }
  [[nodiscard]] bool operator==(const TruthTable& other) const { return *products_ == *other.products_; }
  [[nodiscard]] bool operator!=(const TruthTable& other) const { return !(*this == other); }

 private:
  std::shared_ptr<const std::vector<std::int32_t>> products_;
};

}  // namespace axvp
