#pragma once

#include "axvp/common/result.h"
#include "axvp/power/characterise.h"
#include "axvp/power/energy_table.h"
#include "axvp/power/synthesis.h"

namespace axvp {

/// Synthesises rtl/vector/ax_requantise.sv and measures an operation. Fails if the mapped netlist computes another
/// output than the arithmetic contract's formula.
[[nodiscard]] Result<VectorLaneEnergy> characterise_vector_lane(const Synthesiser& synthesiser,
                                                                const CharacteriseOptions& options);

}  // namespace axvp
