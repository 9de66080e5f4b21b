#include "axvp/multipliers/truth_table.h"

#include <stdexcept>
#include <utility>

namespace axvp {

TruthTable::TruthTable(std::vector<std::int32_t> products) : TruthTable() {
  if (products.size() != kPairs) throw std::invalid_argument("a truth table holds 65,536 products");
  shared_->products = std::move(products);
  shared_->is_filled = true;
}

TruthTable TruthTable::deferred(std::function<TruthTable()> fill) {
  TruthTable table;
  table.shared_->fill = std::move(fill);
  return table;
}

void TruthTable::Shared::fill_once() {
  std::call_once(once, [this] {
    products = fill().products();
    is_filled.store(true, std::memory_order_release);
  });
}

}  // namespace axvp
