#pragma once

#include "axvp/common/result.h"
#include "axvp/multipliers/gate_circuit.h"
#include "axvp/power/netlist.h"

namespace axvp {

/// The circuit of a mapped multiplier with ports x_i, w_i and p_o, gate for cell; buffers become wires. Fails where a
/// cell is no gate of circuits, naming it.
[[nodiscard]] Result<GateCircuit> circuit_of(const Netlist& netlist);

}  // namespace axvp
