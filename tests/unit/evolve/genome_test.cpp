#include "axvp/evolve/genome.h"

#include <gtest/gtest.h>

#include "circuits.h"

namespace axvp {
namespace {

TEST(GenomeTest, EncodingAndCompilingGivesTheCircuitBack) {
  const GateCircuit circuit = built_in_circuit("dadda_trunc-k7c");
  for (const std::size_t idle : {std::size_t{0}, std::size_t{1}, circuit.gates.size() / 2, 5 * circuit.gates.size()}) {
    const Genome genome = encode(circuit, idle);
    EXPECT_EQ(genome.nodes.size(), circuit.gates.size() + idle);
    CircuitProgram program;
    compile(genome, program);
    EXPECT_EQ(to_text(to_circuit(program)), to_text(circuit)) << idle << " idle nodes";
  }
}

TEST(GenomeTest, IdleNodesChangeNothing) {
  const GateCircuit circuit = built_in_circuit("dadda-exact");
  const CircuitProgram program = compile(circuit);
  Genome genome = encode(circuit, 10);
  std::size_t idle = 0;
  for (Genome::Node& node : genome.nodes)
    if (node.function == Genome::kWire) {
      node = {static_cast<std::uint8_t>(GateKind::FullAdder), {2, 10, 3}};
      ++idle;
    }
  EXPECT_EQ(idle, 10u);
  CircuitProgram again;
  compile(genome, again);
  EXPECT_EQ(again, program);
}

TEST(GenomeTest, WiresAndMissingCarriesResolveToTheirSource) {
  // Node 0: x0 & w0; node 1: a wire of node 0's carry, which an AND does not have; node 2: x1 ^ node 1.
  Genome genome;
  genome.nodes = {{static_cast<std::uint8_t>(GateKind::And), {x_signal(0), w_signal(0), 0}},
                  {Genome::kWire, {carry_signal(0), 0, 0}},
                  {static_cast<std::uint8_t>(GateKind::Xor), {x_signal(1), carry_signal(1), 0}}};
  genome.product[3] = output_signal(2);
  CircuitProgram program;
  compile(genome, program);
  EXPECT_EQ(to_text(to_circuit(program)), "and x0 w0;xor x1 g0;p 0 0 0 g1 0 0 0 0 0 0 0 0 0 0 0 0");
}

TEST(GenomeTest, MutationsKeepEveryGenomeValid) {
  Random random{7};
  Genome genome = encode(built_in_circuit("dadda_or-v6c"), 60);
  CircuitProgram program;
  for (int n = 0; n < 20000; ++n) {
    mutate_gene(genome, all_functions(), random);
    if (n % 50 != 0) continue;
    compile(genome, program);
    const auto good = check(to_circuit(program));
    ASSERT_TRUE(good) << good.error().message;
  }
}

TEST(GenomeTest, RefusesMoreNodesThanSignalsHaveNumbers) {
  EXPECT_THROW(static_cast<void>(encode(built_in_circuit("dadda-exact"), 40000)), std::invalid_argument);
}

}  // namespace
}  // namespace axvp
