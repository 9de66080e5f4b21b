#pragma once

#include <string>
#include <vector>

#include "axvp/multipliers/encoding.h"
#include "axvp/multipliers/gate_circuit.h"

namespace axvp {

/// A circuit of a search's front.
struct FrontMember {
  std::string search;        ///< Name of the search: its file without folder and ".toml".
  std::size_t position = 1;  ///< On its front, 1 is the cheapest.
  std::string comparable;  ///< Costs compare only where this is equal: encoding, operand bits, operands, cost, library.
  Encoding encoding = Encoding::SignMagnitude;
  GateCircuit circuit;  ///< 8x8: widened where the search was for 8x7.
  double std = 0.0;     ///< Of the error, as the search weighs it.
  double cost = 0.0;
  bool has_operands = false;  ///< The search was under the operands of a network.
};

/// Of each group of comparable circuits those that no other beats in both std and cost, thinned so that each has at
/// most `spacing` (below 1) of the std of the one before it; at the same place the search's name decides. In the order
/// of search and position.
[[nodiscard]] std::vector<FrontMember> best_of(std::vector<FrontMember> members, double spacing);

}  // namespace axvp
