#pragma once

#include "axvp/common/result.h"
#include "axvp/power/liberty.h"

namespace axvp {

/// Fails where nothing can be mapped to a library or measured with it: no inverter, no two-input gate (AND, OR and
/// their inverted forms), no internal_power table.
[[nodiscard]] Result<void> check_library(const LibertyLibrary& library);

}  // namespace axvp
