#include "axvp/workloads/product_plan.h"

#include <algorithm>
#include <limits>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "axvp/multipliers/catalogue_factors.h"

namespace axvp {
namespace {

constexpr std::int32_t kLargestEntry = 32767;
constexpr std::size_t kCodes = 256;

std::optional<Factorisation> factors_of(const GatedProducts& products) {
  StoredFactors stored = stored_factors(products);
  return stored.is_known ? std::move(stored.planes) : factorise(products, kMostStoredPlanes);
}

constexpr std::uint8_t byte(std::size_t code) {
  return static_cast<std::uint8_t>(code);
}

/// x * w as a plane, if that brings products beyond 16 bits into 16-bit rows.
std::optional<FactorPlane> near_exact(const GatedProducts& products) {
  FactorPlane plane;
  std::int32_t largest = 0, largest_product = 0;
  for (std::size_t x = 0; x < kCodes; ++x)
    plane.of_activation[x] = products.x_bytes_are_signed() ? static_cast<std::int8_t>(byte(x)) : byte(x);
  for (std::size_t w = 0; w < kCodes; ++w) plane.of_weight[w] = static_cast<std::int8_t>(byte(w));
  for (std::size_t x = 0; x < kCodes; ++x)
    for (std::size_t w = 0; w < kCodes; ++w) {
      const std::int32_t product = products(byte(x), byte(w));
      largest = std::max(largest, std::abs(product - plane.of_activation[x] * plane.of_weight[w]));
      largest_product = std::max(largest_product, std::abs(product));
    }
  if (largest_product <= kLargestEntry || largest > kLargestEntry) return std::nullopt;
  return plane;
}

/// The latest plans, newest last.
class PlanCache {
 public:
  std::shared_ptr<const ProductPlan> find_or_make(const TruthTable& table, Encoding encoding, bool x_is_signed) {
    const std::lock_guard<std::mutex> lock{mutex_};
    for (const Entry& entry : entries_)
      if (entry.encoding == encoding && entry.x_is_signed == x_is_signed && entry.table == table) return entry.plan;
    if (entries_.size() == kCapacity) entries_.erase(entries_.begin());
    entries_.push_back({table, encoding, x_is_signed,
                        std::make_shared<const ProductPlan>(GatedProducts{table, encoding, x_is_signed})});
    return entries_.back().plan;
  }

 private:
  static constexpr std::size_t kCapacity = 64;  // about half a megabyte each
  struct Entry {
    TruthTable table;
    Encoding encoding;
    bool x_is_signed;
    std::shared_ptr<const ProductPlan> plan;
  };
  std::mutex mutex_;
  std::vector<Entry> entries_;
};

}  // namespace

std::shared_ptr<const ProductPlan> ProductPlan::of(const TruthTable& table, Encoding encoding, bool x_is_signed) {
  static PlanCache cache;
  return cache.find_or_make(table, encoding, x_is_signed);
}

ProductPlan::ProductPlan(const GatedProducts& products, Form form)
    : largest_magnitude_(products.largest_magnitude()), products_by_weight_(kCodes * kCodes) {
  for (std::size_t w = 0; w < kCodes; ++w)
    for (std::size_t x = 0; x < kCodes; ++x) products_by_weight_[w * kCodes + x] = products(byte(x), byte(w));
  const auto factors = form == Form::Factorised ? factors_of(products) : std::nullopt;
  if (factors) {
    for (const FactorPlane& plane : *factors) add_plane(plane);
    if (planes_.size() > 1) {
      auto rows = std::make_shared<const ProductPlan>(products, Form::LookedUp);
      if (rows->rows() == Rows::Narrow && rows->planes().empty()) looked_up_ = std::move(rows);
    }
  } else {
    if (const auto exact = near_exact(products)) add_plane(*exact);
    add_rows(products);
    add_product_bytes();
  }
  check(products);
}

void ProductPlan::add_plane(const FactorPlane& factors) {
  const std::int16_t lowest = *std::min_element(factors.of_activation.begin(), factors.of_activation.end());
  Plane plane;
  plane.weight_map = factors.of_weight;
  plane.maps_activation_to_itself = true;
  for (std::size_t x = 0; x < kCodes; ++x) {
    plane.activation_map[x] = static_cast<std::uint8_t>(factors.of_activation[x] - lowest);
    plane.maps_activation_to_itself = plane.maps_activation_to_itself && plane.activation_map[x] == x;
  }
  for (std::size_t w = 0; w < kCodes; ++w) correction_[w] += lowest * plane.weight_map[w];
  planes_.push_back(plane);
}

std::int32_t ProductPlan::plane_sum(std::size_t x, std::size_t w) const {
  std::int32_t sum = correction_[w];
  for (const Plane& plane : planes_) sum += plane.activation_map[x] * plane.weight_map[w];
  return sum;
}

void ProductPlan::add_rows(const GatedProducts& products) {
  rows_by_weight_.assign(kCodes * kCodes, 0);
  row_bytes_.assign(2 * kCodes * kCodes, 0);
  bool fits = true;
  for (std::size_t x = 0; x < kCodes; ++x)
    for (std::size_t w = 0; w < kCodes; ++w) {
      const std::int32_t entry = products(byte(x), byte(w)) - plane_sum(x, w);
      largest_row_entry_ = std::max(largest_row_entry_, std::abs(entry));
      fits = fits && entry == static_cast<std::int16_t>(entry);
      rows_by_weight_[w * kCodes + x] = static_cast<std::int16_t>(entry);
      row_bytes_[2 * kCodes * x + w] = byte(static_cast<std::size_t>(entry & 0xff));
      row_bytes_[2 * kCodes * x + kCodes + w] = byte(static_cast<std::size_t>((entry >> 8) & 0xff));
    }
  for (std::size_t x = 0; x < kCodes; ++x)
    for (std::size_t w = 1; w < kCodes / 2; ++w)
      rows_are_odd_ = rows_are_odd_ && rows_by_weight_[w * kCodes + x] == -rows_by_weight_[(kCodes - w) * kCodes + x];
  rows_ = fits ? Rows::Narrow : Rows::Wide;
}

void ProductPlan::add_product_bytes() {
  constexpr std::int32_t kOffset = 32768;
  product_bytes_.resize(2 * kCodes * kCodes);
  for (std::size_t w = 0; w < kCodes; ++w)
    for (std::size_t x = 0; x < kCodes; ++x) {
      const std::int32_t shifted = products_by_weight_[w * kCodes + x] + kOffset;
      if (shifted < 0 || shifted >= 2 * kOffset) {
        product_bytes_.clear();
        return;
      }
      product_bytes_[2 * kCodes * w + x] = byte(static_cast<std::size_t>(shifted & 0xff));
      product_bytes_[2 * kCodes * w + kCodes + x] = byte(static_cast<std::size_t>(shifted >> 8));
    }
}

void ProductPlan::check(const GatedProducts& products) const {
  for (std::size_t x = 0; x < kCodes; ++x)
    for (std::size_t w = 0; w < kCodes; ++w) {
      std::int32_t value = plane_sum(x, w);
      bool same_bytes = true;
      if (rows_ == Rows::Narrow) {
        const std::int16_t entry = rows_by_weight_[w * kCodes + x];
        value += entry;
        same_bytes = row_bytes_[2 * kCodes * x + w] == byte(static_cast<std::size_t>(entry & 0xff)) &&
                     row_bytes_[2 * kCodes * x + kCodes + w] == byte(static_cast<std::size_t>((entry >> 8) & 0xff));
      } else if (rows_ == Rows::Wide) {
        value = products_by_weight_[w * kCodes + x];
      }
      if (!product_bytes_.empty()) {
        const std::int32_t low = product_bytes_[2 * kCodes * w + x];
        const std::int32_t high = product_bytes_[2 * kCodes * w + kCodes + x];
        same_bytes = same_bytes && 256 * (high - 128) + low == products(byte(x), byte(w));
      }
      if (value != products(byte(x), byte(w)) || !same_bytes)
        throw std::logic_error("the product plan differs from its table at x = " + std::to_string(x) +
                               ", w = " + std::to_string(w));
    }
}

std::string ProductPlan::name() const {
  if (rows_ == Rows::Wide) return "wide rows";
  if (rows_ == Rows::Narrow) return planes_.empty() ? "rows" : "product and rows";
  if (planes_.empty()) return "zero";
  return "factors " + std::to_string(planes_.size());
}

}  // namespace axvp
