#pragma once

#include <vector>

#include "axvp/multipliers/operand_transition.h"
#include "axvp/power/characterise.h"

namespace axvp {

/// A trace of operands and the selectables it is to be priced in.
struct PricingTask {
  Encoding encoding = Encoding::SignMagnitude;  ///< Of the operands; the selectables must have the same.
  std::vector<OperandTransition> transitions;
  bool is_sample = true;  ///< Of a longer stream, neighbours being alike (OperandTrace::transitions).
  std::vector<Selectable> selectables;
};

/// What a transition of operands costs in one selectable, in the mean over a trace.
struct OperandEnergy {
  EventEnergy timed;            ///< Glitches included.
  EventEnergy zero_delay;       ///< The same transitions without glitches.
  Picojoules standard_error{};  ///< Of `timed`, if the trace is a sample; else 0.
  Nanowatts leakage{};          ///< Of the instance, under this trace.
};

/// Prices operand traces in selectables from their mapped netlists: [task][selectable]. Energies are cached by content
/// (trace, netlist, library, tools and the sources of this library); netlists are loaded, and compared with their
/// tables, only where something is missing there. Fails for an empty trace, a selectable of another encoding or without
/// RTL, and as synthesis and simulation do.
[[nodiscard]] Result<std::vector<std::vector<OperandEnergy>>> price_operands(const std::vector<PricingTask>& tasks,
                                                                             const Synthesiser& synthesiser,
                                                                             const CharacteriseOptions& options,
                                                                             const CharacteriseProgress& progress = {});

}  // namespace axvp
