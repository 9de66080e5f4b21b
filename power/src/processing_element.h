#pragma once

#include "axvp/common/result.h"
#include "axvp/power/characterise.h"
#include "axvp/power/energy_table.h"
#include "axvp/power/synthesis.h"

namespace axvp {

/// Synthesises rtl/pe/ax_pe.sv and measures its events with uniform operands. Fails if the mapped netlist computes
/// another partial sum than acc + x * w.
[[nodiscard]] Result<PeEnergy> characterise_processing_element(const Synthesiser& synthesiser,
                                                               const CharacteriseOptions& options);

}  // namespace axvp
