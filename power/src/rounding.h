#pragma once

#include <cmath>

#include "axvp/common/units.h"
#include "axvp/power/energy_table.h"

namespace axvp {

// Figures of an energy table end at a fixed decimal, so that the file is short and does not depend on the last bits of
// the arithmetic.

[[nodiscard]] inline double to_decimals(double value, double unit) {
  return std::round(value * unit) / unit;
}

[[nodiscard]] inline Picojoules rounded(Picojoules energy) {
  return Picojoules{to_decimals(energy.value, 1e6)};
}
[[nodiscard]] inline Nanowatts rounded(Nanowatts power) {
  return Nanowatts{to_decimals(power.value, 1e3)};
}
[[nodiscard]] inline Nanoseconds rounded(Nanoseconds delay) {
  return Nanoseconds{to_decimals(delay.value, 1e4)};
}
[[nodiscard]] inline SquareMicrometres rounded(SquareMicrometres area) {
  return SquareMicrometres{to_decimals(area.value, 1e3)};
}
[[nodiscard]] inline EventEnergy rounded(const EventEnergy& event) {
  return {rounded(event.internal), rounded(event.switching)};
}

}  // namespace axvp
