#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

#include "axvp/common/random.h"
#include "axvp/evolve/cell_costs.h"
#include "axvp/evolve/genome.h"
#include "axvp/evolve/structural_verilog.h"
#include "axvp/multipliers/design.h"
#include "axvp/multipliers/gate_circuit.h"
#include "axvp/multipliers/rtl_generator.h"

namespace axvp {

/// The circuit of a built-in multiplier with one mode.
inline GateCircuit built_in_circuit(const std::string& id) {
  for (const MultiplierDesign& multiplier : built_in_designs())
    if (multiplier.id == id) return read_structural_verilog(generate_rtl(multiplier), id).value();
  throw std::invalid_argument(id);
}

/// A circuit after random mutations: wrong, odd, with every kind of gate.
inline GateCircuit mutated_circuit(const GateCircuit& circuit, int mutations, std::uint64_t seed) {
  Random random{seed};
  Genome genome = encode(circuit, circuit.gates.size() / 2);
  for (int n = 0; n < mutations; ++n) mutate_gene(genome, all_functions(), random);
  CircuitProgram program;
  compile(genome, program);
  return to_circuit(program);
}

/// Figures that differ from gate to gate, for hand calculations.
inline CellCosts plain_costs() {
  CellCosts costs;
  costs.library = "by hand";
  costs.voltage_v = 2.0;  // a toggle of C pF costs 2 C pJ
  for (std::size_t kind = 0; kind < kGateKinds; ++kind) {
    CellCosts::Cell& cell = costs.cells[kind];
    const auto number = static_cast<double>(kind + 1);
    cell.name = "cell";
    cell.area = SquareMicrometres{10 * number};
    cell.input_pf = {0.010, 0.012, 0.014, 0.011};
    cell.outputs = {CellCosts::Output{0.02 * number, 0.05 + 0.02 * number, 1.0},
                    CellCosts::Output{0.03 * number, 0.04 + 0.02 * number, 2.0}};
  }
  return costs;
}

}  // namespace axvp
