#include "axvp/multipliers/multiplier.h"

namespace axvp {

TruthTable tabulate(const MultiplierModel& model, int mode) {
  return TruthTable::from_function(
      [&model, mode](std::uint8_t x, std::uint8_t w) { return model.multiply(x, w, mode); });
}

}  // namespace axvp
