#include <stdexcept>

#include "design_functions.h"

namespace axvp {

void check_parameters(const CircuitParameters& p) {
  if (p.circuit == nullptr) throw std::invalid_argument("the circuit is missing");
  if (const auto good = check(p.circuit->circuit()); !good) throw std::invalid_argument(good.error().message);
}

std::int32_t product_of(const CircuitParameters& p, std::uint8_t x, std::uint8_t w) {
  return p.circuit->table()(x, w);
}

}  // namespace axvp
