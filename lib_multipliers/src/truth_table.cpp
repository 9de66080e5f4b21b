#include "axvp/multipliers/truth_table.h"

#include <stdexcept>

namespace axvp {

TruthTable::TruthTable(std::vector<std::int32_t> products)
    : products_(std::make_shared<const std::vector<std::int32_t>>(std::move(products))) {
  if (products_->size() != kPairs) throw std::invalid_argument("a truth table holds 65,536 products");
}

}  // namespace axvp
