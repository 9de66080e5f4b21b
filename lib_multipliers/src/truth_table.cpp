#include "axvp/multipliers/truth_table.h"

#include <stdexcept>
#include <utility>

namespace axvp {

TruthTable::TruthTable(std::vector<std::int32_t> products) : TruthTable() {
  if (products.size() != kPairs) throw std::invalid_argument("a truth table holds 65,536 products");
  shared_->products = std::move(products);
  shared_->is_filled = true;
}

TruthTable TruthTable::deferred(Function product_of_bytes) {
  TruthTable table;
  table.shared_->function = std::move(product_of_bytes);
  return table;
}

void TruthTable::Shared::fill() {
  std::call_once(once, [this] {
    products = from_function(function).products();
    is_filled.store(true, std::memory_order_release);
  });
}

}  // namespace axvp
