#pragma once

#include "axvp/multipliers/gate_circuit.h"

namespace axvp {

/// Outputs of a gate for one assignment of its inputs, a in bit 0: the output in bit 0, the carry in bit 1.
[[nodiscard]] unsigned outputs_of(GateKind kind, unsigned inputs);

}  // namespace axvp
