#pragma once

#include "axvp/multipliers/gate_circuit.h"

namespace axvp {

/// The same function with less: constants folded, gates that reach no product bit dropped, equal gates merged, adders
/// with a constant input or an unread output written as gates.
[[nodiscard]] GateCircuit simplify(const GateCircuit& circuit);

/// Ties w's bits from `weight_bits` on to 0 and simplifies: an 8x7 multiplier for the sm8 weights 0..127.
[[nodiscard]] GateCircuit restrict_weight(const GateCircuit& circuit, int weight_bits);

/// Adds x * 128 where w's top bit is 1 to an 8x7 multiplier, which gets 0 for this bit, so that the errors of the upper
/// half of the table are those of the lower one. Where the bit is tied to 0, synthesis takes all of it away
/// again.
[[nodiscard]] GateCircuit widen_weight(const GateCircuit& circuit);

}  // namespace axvp
