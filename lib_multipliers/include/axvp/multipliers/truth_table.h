#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
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

  template <class ProductOfBytes>
  [[nodiscard]] static TruthTable from_function(ProductOfBytes&& product_of_bytes) {
    std::vector<std::int32_t> products(kPairs);
    for (int x = 0; x < kSide; ++x)
      for (int w = 0; w < kSide; ++w)
        products[static_cast<std::size_t>(x) * kSide + static_cast<std::size_t>(w)] =
            product_of_bytes(static_cast<std::uint8_t>(x), static_cast<std::uint8_t>(w));
    return TruthTable{std::move(products)};
  }
  /// A table that is made when it is first read: a catalogue of hundreds costs nothing until one is used. `fill` always
  /// gives the same and may be called in any thread.
  [[nodiscard]] static TruthTable deferred(std::function<TruthTable()> fill);

  [[nodiscard]] std::int32_t operator()(std::uint8_t x, std::uint8_t w) const {
    return products()[static_cast<std::size_t>(x) * kSide + w];
  }
  [[nodiscard]] const std::vector<std::int32_t>& products() const {
    if (!shared_->is_filled.load(std::memory_order_acquire)) shared_->fill_once();
    return shared_->products;
  }
  [[nodiscard]] bool operator==(const TruthTable& other) const { return products() == other.products(); }
  [[nodiscard]] bool operator!=(const TruthTable& other) const { return !(*this == other); }

 private:
  struct Shared {
    void fill_once();

    std::atomic<bool> is_filled{false};
    std::once_flag once;
    std::function<TruthTable()> fill;
    std::vector<std::int32_t> products;
  };

  TruthTable() : shared_(std::make_shared<Shared>()) {}
  std::shared_ptr<Shared> shared_;
};

}  // namespace axvp
