#include "axvp/evolve/genome.h"

#include <limits>
#include <numeric>
#include <stdexcept>

namespace axvp {
namespace {

bool is_adder(std::uint8_t function) {
  return function < kGateKinds && has_carry(static_cast<GateKind>(function));
}

std::size_t inputs_of_function(std::uint8_t function) {
  return function == Genome::kWire ? 1 : static_cast<std::size_t>(inputs_of(static_cast<GateKind>(function)));
}

/// What compile() needs between its passes; one for each thread, so that a compilation allocates nothing.
struct Scratch {
  std::vector<SignalId> source;        // of each signal, with wires and missing carries resolved
  std::vector<std::uint16_t> slot_of;  // of each signal
};

std::size_t node_of(SignalId signal) {
  return static_cast<std::size_t>(signal - kFirstGateSignal) / 2;
}

void resolve_sources(const Genome& genome, Scratch& scratch) {
  scratch.source.resize(kFirstGateSignal + 2 * genome.nodes.size());
  for (SignalId s = 0; s < kFirstGateSignal; ++s) scratch.source[s] = s;
  for (std::size_t n = 0; n < genome.nodes.size(); ++n) {
    const Genome::Node& node = genome.nodes[n];
    const SignalId output = node.function == Genome::kWire ? scratch.source[node.inputs[0]] : output_signal(n);
    scratch.source[output_signal(n)] = output;
    scratch.source[carry_signal(n)] = is_adder(node.function) ? carry_signal(n) : output;
  }
}

/// Nodes whose gate reaches the product, and the wires on the way.
void mark_used(const Genome& genome, const Scratch& scratch, std::vector<std::uint8_t>& used) {
  used.assign(genome.nodes.size(), 0);
  const auto use = [&](SignalId signal) {
    if (signal >= kFirstGateSignal) used[node_of(signal)] = 1;
    const SignalId source = scratch.source[signal];
    if (source >= kFirstGateSignal) used[node_of(source)] = 1;
  };
  for (const SignalId signal : genome.product) use(signal);
  for (std::size_t n = genome.nodes.size(); n-- > 0;) {
    if (used[n] == 0) continue;
    const Genome::Node& node = genome.nodes[n];
    for (std::size_t k = 0; k < inputs_of_function(node.function); ++k) use(node.inputs[k]);
  }
}

}  // namespace

Genome encode(const GateCircuit& circuit, std::size_t idle_nodes) {
  const std::size_t total = circuit.gates.size() + idle_nodes;
  if (kFirstGateSignal + 2 * total > std::numeric_limits<SignalId>::max())
    throw std::invalid_argument("a genome has at most 32,758 nodes");
  std::vector<SignalId> moved(kFirstGateSignal + 2 * circuit.gates.size());
  for (SignalId s = 0; s < kFirstGateSignal; ++s) moved[s] = s;
  Genome genome;
  genome.nodes.reserve(total);
  for (std::size_t g = 0; g < circuit.gates.size(); ++g) {
    while (genome.nodes.size() - g < idle_nodes * g / circuit.gates.size()) genome.nodes.push_back({Genome::kWire, {}});
    moved[output_signal(g)] = output_signal(genome.nodes.size());
    moved[carry_signal(g)] = carry_signal(genome.nodes.size());
    Genome::Node node{static_cast<std::uint8_t>(circuit.gates[g].kind), {}};
    for (std::size_t k = 0; k < kGateInputs; ++k) node.inputs[k] = moved[circuit.gates[g].inputs[k]];
    genome.nodes.push_back(node);
  }
  genome.nodes.resize(total, {Genome::kWire, {}});
  for (std::size_t bit = 0; bit < 16; ++bit) genome.product[bit] = moved[circuit.product[bit]];
  return genome;
}

void compile(const Genome& genome, CircuitProgram& program) {
  thread_local Scratch scratch;
  resolve_sources(genome, scratch);
  mark_used(genome, scratch, program.uses_node);
  scratch.slot_of.resize(scratch.source.size());
  for (SignalId s = 0; s < kFirstGateSignal; ++s) scratch.slot_of[s] = s;
  program.steps.clear();
  program.slots = kFirstGateSignal;
  for (std::size_t n = 0; n < genome.nodes.size(); ++n) {
    const Genome::Node& node = genome.nodes[n];
    if (program.uses_node[n] == 0 || node.function == Genome::kWire) continue;
    CircuitProgram::Step step;
    step.kind = static_cast<GateKind>(node.function);
    for (std::size_t k = 0; k < inputs_of_function(node.function); ++k)
      step.inputs[k] = scratch.slot_of[scratch.source[node.inputs[k]]];
    step.node = static_cast<std::uint16_t>(n);
    step.output = program.slots++;
    scratch.slot_of[output_signal(n)] = step.output;
    if (has_carry(step.kind)) scratch.slot_of[carry_signal(n)] = program.slots++;
    program.steps.push_back(step);
  }
  for (std::size_t bit = 0; bit < 16; ++bit)
    program.product[bit] = scratch.slot_of[scratch.source[genome.product[bit]]];
}

CircuitProgram compile(const GateCircuit& circuit) {
  CircuitProgram program;
  compile(encode(circuit, 0), program);
  return program;
}

GateCircuit to_circuit(const CircuitProgram& program) {
  std::vector<SignalId> signal_of(program.slots);
  for (SignalId s = 0; s < kFirstGateSignal; ++s) signal_of[s] = s;
  GateCircuit circuit;
  for (const CircuitProgram::Step& step : program.steps) {
    Gate gate{step.kind, {}};
    for (std::size_t k = 0; k < kGateInputs; ++k) gate.inputs[k] = signal_of[step.inputs[k]];
    signal_of[step.output] = output_signal(circuit.gates.size());
    if (has_carry(step.kind)) signal_of[step.output + 1u] = carry_signal(circuit.gates.size());
    circuit.gates.push_back(gate);
  }
  for (std::size_t bit = 0; bit < 16; ++bit) circuit.product[bit] = signal_of[program.product[bit]];
  return circuit;
}

FunctionSet all_functions() {
  FunctionSet functions(Genome::kFunctions);
  std::iota(functions.begin(), functions.end(), std::uint8_t{0});
  return functions;
}

std::size_t mutate_gene(Genome& genome, const FunctionSet& functions, Random& random) {
  constexpr std::size_t kGenes = Genome::kGenesPerNode;
  const std::size_t genes = kGenes * genome.nodes.size() + genome.product.size();
  for (;;) {
    const std::size_t gene = random.below(genes);
    if (gene >= kGenes * genome.nodes.size()) {
      genome.product[gene - kGenes * genome.nodes.size()] =
          static_cast<SignalId>(random.below(kFirstGateSignal + 2 * genome.nodes.size()));
      return kProductGene;
    }
    const std::size_t n = gene / kGenes, which = gene % kGenes;
    Genome::Node& node = genome.nodes[n];
    if (which == kGateInputs) {
      node.function = functions[random.below(functions.size())];
      return n;
    }
    if (which >= inputs_of_function(node.function)) continue;  // not a gene of this node
    node.inputs[which] = static_cast<SignalId>(random.below(output_signal(n)));
    return n;
  }
}

}  // namespace axvp
