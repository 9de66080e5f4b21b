#pragma once

#include <string>

#include "axvp/multipliers/design.h"

namespace axvp {

/// "Unsigned 8x8 Dadda multiplier: columns below 7 dropped, constant 192 added.": what a generated module is.
[[nodiscard]] std::string describe(const MultiplierParameters& parameters);

}  // namespace axvp
