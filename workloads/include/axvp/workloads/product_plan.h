#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "axvp/multipliers/factorisation.h"
#include "axvp/multipliers/gated_products.h"

namespace axvp {

/// How the fast kernels add up one table's products: exact int8 multiplications of mapped operands, rows of products
/// that are looked up, or both:
///   product(x, w) = sum over planes of activation_map[x] * of_weight[w] + correction[w] + row entry (x, w).
/// Made once per (table, encoding, signedness) and proven on all 65,536 pairs before it can be used. Immutable.
class ProductPlan {
 public:
  /// Which row entries there are.
  enum class Rows {
    None,    ///< The planes are exact.
    Narrow,  ///< 16-bit entries.
    Wide,    ///< 32-bit entries, for products beyond 16 signed bits.
  };

  /// One exact int8 product of mapped operands.
  struct Plane {
    std::array<std::uint8_t, 256> activation_map{};
    std::array<std::int8_t, 256> weight_map{};
    bool maps_activation_to_itself = false;
  };

  enum class Form { Factorised, LookedUp };

  /// `Factorised`: planes where they suffice. Throws std::logic_error if the plan does not equal `products` on every
  /// pair.
  explicit ProductPlan(const GatedProducts& products, Form form = Form::Factorised);

  /// The plan of a truth table. Plans are kept for the process's latest tables: asking again for the same table costs
  /// next to nothing. Thread-safe.
  [[nodiscard]] static std::shared_ptr<const ProductPlan> of(const TruthTable& table, Encoding encoding,
                                                             bool x_is_signed);

  /// See GatedProducts::largest_magnitude.
  [[nodiscard]] std::int64_t largest_magnitude() const { return largest_magnitude_; }
  [[nodiscard]] const std::vector<Plane>& planes() const { return planes_; }
  /// Sum over the planes of what shifting the activation maps into bytes added, negated; indexed by the stored weight.
  [[nodiscard]] const std::array<std::int32_t, 256>& correction() const { return correction_; }
  [[nodiscard]] Rows rows() const { return rows_; }
  /// Largest magnitude of a row entry: decides how many entries add up in 16 bits.
  [[nodiscard]] std::int32_t largest_row_entry() const { return largest_row_entry_; }
  /// Whether entry (x, -w) = -entry (x, w) for all w but -128.
  [[nodiscard]] bool rows_are_odd() const { return rows_are_odd_; }
  /// Narrow entries as [weight byte][activation byte].
  [[nodiscard]] const std::int16_t* rows_by_weight() const { return rows_by_weight_.data(); }
  /// Narrow entries as [activation byte][256 low bytes, then 256 high bytes, by weight byte].
  [[nodiscard]] const std::uint8_t* row_bytes() const { return row_bytes_.data(); }
  /// The whole products as [weight byte][activation byte], for wide rows and depthwise convolutions.
  [[nodiscard]] const std::int32_t* products_by_weight() const { return products_by_weight_.data(); }

  /// The same as bytes, [weight byte][256 low bytes, then 256 high bytes plus 128]; null if some product takes more
  /// than 16 signed bits.
  [[nodiscard]] const std::uint8_t* product_bytes() const {
    return product_bytes_.empty() ? nullptr : product_bytes_.data();
  }

  /// The same products as rows alone, for instruction sets that look up faster than they multiply several times; null
  /// where there is at most one plane or a product takes more than 16 signed bits.
  [[nodiscard]] const std::shared_ptr<const ProductPlan>& looked_up() const { return looked_up_; }

  /// What is done, for reports: "factors 1", "factors 3", "product and rows", "rows", "wide rows", "zero".
  [[nodiscard]] std::string name() const;

 private:
  void add_plane(const FactorPlane& plane);
  void add_rows(const GatedProducts& products);
  void add_product_bytes();
  void check(const GatedProducts& products) const;
  [[nodiscard]] std::int32_t plane_sum(std::size_t x, std::size_t w) const;

  std::int64_t largest_magnitude_ = 0;
  std::vector<Plane> planes_;
  std::array<std::int32_t, 256> correction_{};
  Rows rows_ = Rows::None;
  std::int32_t largest_row_entry_ = 0;
  bool rows_are_odd_ = true;
  std::vector<std::int16_t> rows_by_weight_;
  std::vector<std::uint8_t> row_bytes_;
  std::vector<std::int32_t> products_by_weight_;
  std::vector<std::uint8_t> product_bytes_;
  std::shared_ptr<const ProductPlan> looked_up_;
};

}  // namespace axvp
