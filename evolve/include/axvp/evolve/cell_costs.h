#pragma once

#include <array>
#include <string>

#include "axvp/common/units.h"
#include "axvp/multipliers/gate_circuit.h"

namespace axvp {

/// What gates of a library cost, in the form the search can afford: one energy and one delay line a cell output, taken
/// at a typical input slope. Figures of the product come from synthesis and the full tables, not from here.
struct CellCosts {
  struct Output {
    double energy_pj = 0.0;  ///< Inside the cell, of one transition, mean of both edges and all inputs.
    double delay_ns = 0.0;   ///< Without load.
    double delay_ns_per_pf = 0.0;
  };
  struct Cell {
    std::string name;  ///< Empty: the library has none, and circuits must not use the gate.
    SquareMicrometres area{};
    std::array<double, kGateInputs> input_pf{};  ///< Capacitance of the pins for inputs a, b, c, d.
    std::array<Output, 2> outputs{};             ///< Output or sum, carry.
  };
  std::string library;
  double voltage_v = 0.0;
  std::array<Cell, kGateKinds> cells;  ///< By GateKind.

  [[nodiscard]] bool has(GateKind kind) const { return !of(kind).name.empty(); }
  [[nodiscard]] const Cell& of(GateKind kind) const { return cells[static_cast<std::size_t>(kind)]; }
};

}  // namespace axvp
