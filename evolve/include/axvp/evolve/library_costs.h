#pragma once

#include "axvp/common/result.h"
#include "axvp/evolve/cell_costs.h"
#include "axvp/power/liberty.h"

namespace axvp {

/// The smallest cell of a library for each gate, found by its function; gates without a cell stay empty (sg13g2 has no
/// adders). The typical load is two inputs of a full adder (or an XOR), the typical slope what its carry output makes
/// of itself under that load. Fails for a library that has neither of them.
[[nodiscard]] Result<CellCosts> cell_costs_of(const LibertyLibrary& library);

}  // namespace axvp
