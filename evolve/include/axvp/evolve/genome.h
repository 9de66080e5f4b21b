#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "axvp/common/random.h"
#include "axvp/multipliers/gate_circuit.h"

namespace axvp {

/// A fixed number of nodes, most of which a circuit uses and some of which lie idle: Cartesian genetic programming,
///   J. Miller, P. Thomson, "Cartesian genetic programming", EuroGP 2000, Springer LNCS 1802,
/// with adders as nodes of two outputs. Signals are numbered as in GateCircuit; a node reads only earlier ones. Unlike
/// in a circuit every signal is readable: the carry of a node without one is its output.
struct Genome {
  struct Node {
    std::uint8_t function = 0;  ///< A GateKind, or kWire.
    std::array<SignalId, kGateInputs> inputs{};

    [[nodiscard]] bool operator==(const Node& other) const {
      return function == other.function && inputs == other.inputs;
    }
  };
  static constexpr std::uint8_t kWire = kGateKinds;  ///< Passes its first input on; costs nothing.
  static constexpr std::uint8_t kFunctions = kGateKinds + 1;
  static constexpr std::size_t kGenesPerNode = 1 + kGateInputs;

  std::vector<Node> nodes;
  std::array<SignalId, 16> product{};

  [[nodiscard]] bool operator==(const Genome& other) const { return nodes == other.nodes && product == other.product; }
};

/// The part of a genome that reaches the product, ready to run: slots 0 and 1 hold the constants, 2..17 the operand
/// bits as in GateCircuit, then each step's output and, for adders, its carry in the next slot. Two genomes with the
/// same active circuit give equal programs.
struct CircuitProgram {
  struct Step {
    GateKind kind = GateKind::And;
    std::uint16_t inputs[kGateInputs]{};  ///< Slots; those beyond inputs_of(kind) are 0. Plain, for the kernels.
    std::uint16_t node = 0;               ///< Of the genome; not compared.
    std::uint16_t output = 0;             ///< Slot; an adder's carry is in the next one.

    [[nodiscard]] bool operator==(const Step& other) const {
      return kind == other.kind && inputs[0] == other.inputs[0] && inputs[1] == other.inputs[1] &&
             inputs[2] == other.inputs[2] && inputs[3] == other.inputs[3];
    }
  };
  std::vector<Step> steps;
  std::array<std::uint16_t, 16> product{};
  std::uint16_t slots = kFirstGateSignal;
  std::vector<std::uint8_t> uses_node;  ///< Of the genome's nodes: whether its genes matter; not compared.

  [[nodiscard]] bool operator==(const CircuitProgram& other) const {
    return steps == other.steps && product == other.product;
  }
  [[nodiscard]] bool operator!=(const CircuitProgram& other) const { return !(*this == other); }
};

/// The circuit's gates with `idle_nodes` idle ones spread evenly among them. The circuit has passed check();
/// std::invalid_argument if the nodes do not fit the signal numbers.
[[nodiscard]] Genome encode(const GateCircuit& circuit, std::size_t idle_nodes);

/// Writes the active circuit of a genome to `program`, whose memory it reuses.
void compile(const Genome& genome, CircuitProgram& program);
[[nodiscard]] CircuitProgram compile(const GateCircuit& circuit);
[[nodiscard]] GateCircuit to_circuit(const CircuitProgram& program);

/// The functions that mutations may choose, in ascending order: kWire and gates that the library has.
using FunctionSet = std::vector<std::uint8_t>;
[[nodiscard]] FunctionSet all_functions();

/// Gives one gene a random value, each gene (function, the inputs its function reads, product bit) equally likely.
/// Returns the node it belongs to, or kProductGene.
std::size_t mutate_gene(Genome& genome, const FunctionSet& functions, Random& random);
inline constexpr std::size_t kProductGene = ~std::size_t{0};

}  // namespace axvp
