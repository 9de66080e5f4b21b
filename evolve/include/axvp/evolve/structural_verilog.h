#pragma once

#include <string>
#include <string_view>

#include "axvp/common/result.h"
#include "axvp/multipliers/gate_circuit.h"

namespace axvp {

/// Reads the structural SystemVerilog that this project generates: one module with ports x_i, w_i and p_o; nets
/// assigned once from & | ^ ~ ( ), bits, 1'b0 and 1'b1, before they are read; instances of ax_ha and ax_fa. Inverted
/// expressions become the inverting gates. Modules with modes and anything else are refused; errors carry the line.
[[nodiscard]] Result<GateCircuit> read_structural_verilog(std::string_view text, const std::string& name);

}  // namespace axvp
