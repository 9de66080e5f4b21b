#pragma once

#include "axvp/common/result.h"
#include "axvp/evolve/cell_costs.h"
#include "axvp/power/liberty.h"

namespace axvp {

/// The smallest cell of a library for each gate, found by its function. The typical load is two full-adder inputs, the
/// typical slope what a full adder's carry output makes of itself under that load. Fails for a library that has no cell
/// for a gate (sg13g2 has no adders), naming the gate.
[[nodiscard]] Result<CellCosts> cell_costs_of(const LibertyLibrary& library);

}  // namespace axvp
