#pragma once

#include <optional>
#include <vector>

#include "axvp/multipliers/gate_circuit.h"
#include "axvp/power/liberty.h"

namespace axvp {

/// A cell's pins in the order of a gate's inputs and outputs.
struct PinMap {
  std::vector<const LibertyPin*> inputs, outputs;
};

/// How a cell's pins make it a gate of this kind; nothing if its functions differ. Points into `cell`.
[[nodiscard]] std::optional<PinMap> match_cell(const LibertyCell& cell, GateKind kind);

}  // namespace axvp
