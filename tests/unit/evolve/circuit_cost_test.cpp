#include "axvp/evolve/circuit_cost.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "circuits.h"

namespace axvp {
namespace {

constexpr OperandDomain kUnsigned{Encoding::SignMagnitude, 8};
constexpr std::uint64_t kNoLimit = ~0ull - 1;

/// Outputs of one gate for constant inputs.
std::array<bool, 2> outputs_of(GateKind kind, bool a, bool b, bool c, bool d) {
  switch (kind) {
    case GateKind::Not:
      return {!a};
    case GateKind::And:
      return {a && b};
    case GateKind::Or:
      return {a || b};
    case GateKind::Xor:
      return {a != b};
    case GateKind::Nand:
      return {!(a && b)};
    case GateKind::Nor:
      return {!(a || b)};
    case GateKind::Xnor:
      return {a == b};
    case GateKind::Nand3:
      return {!(a && b && c)};
    case GateKind::Nor3:
      return {!(a || b || c)};
    case GateKind::AndOrInvert22:
      return {!((a && b) || (c && d))};
    case GateKind::OrAndInvert22:
      return {!((a || b) && (c || d))};
    case GateKind::MuxInvert:
      return {!(c ? a : b)};
    case GateKind::AndOrInvert:
      return {!((a && b) || c)};
    case GateKind::OrAndInvert:
      return {!((a || b) && c)};
    case GateKind::HalfAdder:
      return {a != b, a && b};
    case GateKind::FullAdder:
      break;
  }
  return {(a + b + c) % 2 == 1, a + b + c >= 2};
}

/// An event-driven simulation of one transition at a time, gate by gate, with inertial delays as event-driven
/// simulators have them: a new value cancels the one that has not come through yet. Counts every signal's toggles.
class EventSimulation {
 public:
  EventSimulation(const GateCircuit& circuit, std::map<SignalId, int> delays)
      : circuit_(circuit),
        delays_(std::move(delays)),
        value_(kFirstGateSignal + 2 * circuit.gates.size()),
        toggles_(value_.size()) {}

  /// Toggles of every signal, the operands' too.
  std::vector<std::uint64_t> run(const OperandTransition& t) {
    toggles_.assign(toggles_.size(), 0);
    set_operands(t.from.x, t.from.w);
    for (std::size_t g = 0; g < circuit_.gates.size(); ++g)
      for (std::size_t n = 0; n < 2; ++n) value_[output_signal(g) + n] = compute(g)[n];
    toggles_.assign(toggles_.size(), 0);
    set_operands(t.to.x, t.to.w);
    for (std::size_t g = 0; g < circuit_.gates.size(); ++g) schedule(g, 0);
    while (!pending_.empty()) step();
    return toggles_;
  }

 private:
  struct Event {
    int time;
    bool value;
  };
  void set(SignalId signal, bool value) {
    toggles_[signal] += value_[signal] != value ? 1 : 0;
    value_[signal] = value;
  }
  void set_operands(int x, int w) {
    value_[kConstantOne] = true;
    for (int bit = 0; bit < 8; ++bit) {
      set(x_signal(bit), ((x >> bit) & 1) != 0);
      set(w_signal(bit), ((w >> bit) & 1) != 0);
    }
  }
  [[nodiscard]] std::array<bool, 2> compute(std::size_t g) const {
    const auto& in = circuit_.gates[g].inputs;
    return outputs_of(circuit_.gates[g].kind, value_[in[0]], value_[in[1]], value_[in[2]], value_[in[3]]);
  }
  void step() {
    int now = pending_.begin()->second.time;
    for (const auto& [signal, event] : pending_) now = std::min(now, event.time);
    std::set<SignalId> changed;
    for (auto it = pending_.begin(); it != pending_.end();) {
      if (it->second.time != now) {
        ++it;
        continue;
      }
      set(it->first, it->second.value);
      changed.insert(it->first);
      it = pending_.erase(it);
    }
    for (std::size_t g = 0; g < circuit_.gates.size(); ++g) {
      const auto& in = circuit_.gates[g].inputs;
      const auto end = in.begin() + inputs_of(circuit_.gates[g].kind);
      if (std::any_of(in.begin(), end, [&](SignalId s) { return changed.count(s) != 0; })) schedule(g, now);
    }
  }
  void schedule(std::size_t g, int now) {
    const auto out = compute(g);
    for (std::size_t n = 0; n < (has_carry(circuit_.gates[g].kind) ? 2 : 1); ++n) {
      const auto signal = static_cast<SignalId>(output_signal(g) + n);
      if (out[n] == value_[signal])
        pending_.erase(signal);
      else if (pending_.count(signal) == 0)
        pending_[signal] = {now + delays_.at(signal), out[n]};
    }
  }

  const GateCircuit& circuit_;
  std::map<SignalId, int> delays_;
  std::vector<bool> value_;
  std::map<SignalId, Event> pending_;
  std::vector<std::uint64_t> toggles_;
};

std::vector<double> loads_of(const GateCircuit& circuit, const CellCosts& costs) {
  std::vector<double> loads(kFirstGateSignal + 2 * circuit.gates.size());
  for (const Gate& gate : circuit.gates)
    for (std::size_t n = 0; n < static_cast<std::size_t>(inputs_of(gate.kind)); ++n)
      loads[gate.inputs[n]] += costs.of(gate.kind).input_pf[n];
  return loads;
}

/// Energy of counted toggles, in pJ.
double energy_of(const GateCircuit& circuit, const CellCosts& costs, const std::vector<std::uint64_t>& toggles) {
  const std::vector<double> loads = loads_of(circuit, costs);
  double energy = 0;
  for (std::size_t signal = x_signal(0); signal < loads.size(); ++signal) {
    const auto count = static_cast<double>(toggles[signal]);
    energy += count * loads[signal] * costs.voltage_v * costs.voltage_v / 2;
    if (signal < kFirstGateSignal) continue;
    const Gate& gate = circuit.gates[(signal - kFirstGateSignal) / 2];
    energy += count * costs.of(gate.kind).outputs[signal % 2].energy_pj;
  }
  return energy;
}

/// In steps of a fifth of a full adder's carry delay under the load of one carry input.
std::map<SignalId, int> delays_of(const GateCircuit& circuit, const CellCosts& costs) {
  const auto delay_ns = [&costs](GateKind kind, std::size_t output, double load_pf) {
    const auto& line = costs.of(kind).outputs[output];
    return line.delay_ns + line.delay_ns_per_pf * load_pf;
  };
  const double step = delay_ns(GateKind::FullAdder, 1, costs.of(GateKind::FullAdder).input_pf[2]) / 5;
  const std::vector<double> loads = loads_of(circuit, costs);
  std::map<SignalId, int> delays;
  for (std::size_t g = 0; g < circuit.gates.size(); ++g)
    for (std::size_t n = 0; n < (has_carry(circuit.gates[g].kind) ? 2 : 1); ++n) {
      const auto signal = static_cast<SignalId>(output_signal(g) + n);
      const double steps = delay_ns(circuit.gates[g].kind, n, loads[signal]) / step;
      delays[signal] = std::max(1, static_cast<int>(std::lround(steps)));
    }
  return delays;
}

struct Energies {
  double timed_pj = 0.0, zero_delay_pj = 0.0;  // an operation
};

Energies simulate(const GateCircuit& circuit, const CellCosts& costs, const std::vector<OperandTransition>& sample) {
  EventSimulation simulation{circuit, delays_of(circuit, costs)};
  std::vector<std::uint64_t> timed(kFirstGateSignal + 2 * circuit.gates.size()), settled(timed.size());
  for (const OperandTransition& transition : sample) {
    const auto toggles = simulation.run(transition);
    for (std::size_t s = 0; s < toggles.size(); ++s) {
      timed[s] += toggles[s];
      settled[s] += toggles[s] % 2;  // an odd count leaves another value
    }
  }
  const auto count = static_cast<double>(sample.size());
  return {energy_of(circuit, costs, timed) / count, energy_of(circuit, costs, settled) / count};
}

TEST(CircuitCostTest, AreaIsTheSumOfTheCells) {
  const GateCircuit circuit = built_in_circuit("dadda-exact");
  std::map<GateKind, int> count;
  for (const Gate& gate : circuit.gates) ++count[gate.kind];
  EXPECT_EQ(count[GateKind::And], 64);
  EXPECT_EQ(count[GateKind::FullAdder], 48);  // 8 * 8 - 2 * 8; with 8 half adders (Dadda 1965)
  EXPECT_EQ(count[GateKind::HalfAdder], 8);
  const CellCosts costs = plain_costs();
  const double expected = 64 * costs.of(GateKind::And).area.value + 48 * costs.of(GateKind::FullAdder).area.value +
                          8 * costs.of(GateKind::HalfAdder).area.value;
  auto cost = CircuitCost::make(CostKind::Area, costs, {}).value();
  const auto area = cost.within(compile(circuit), kNoLimit);
  ASSERT_TRUE(area);
  EXPECT_DOUBLE_EQ(cost.figure(*area), expected);
  EXPECT_DOUBLE_EQ(cost.area(compile(circuit)).value, expected);
  EXPECT_FALSE(cost.within(compile(circuit), *area - 1));
  EXPECT_TRUE(cost.within(compile(circuit), *area));
}

TEST(CircuitCostTest, EnergiesEqualAnEventDrivenSimulation) {
  const CellCosts costs = plain_costs();
  const auto sample = uniform_transitions(kUnsigned, 512, 5);
  auto glitch = CircuitCost::make(CostKind::Glitch, costs, sample).value();
  auto zero_delay = CircuitCost::make(CostKind::ZeroDelay, costs, sample).value();
  std::vector<GateCircuit> circuits{built_in_circuit("dadda_trunc-k7c"), built_in_circuit("dadda_or-v8")};
  for (std::uint64_t seed = 1; seed <= 4; ++seed) circuits.push_back(mutated_circuit(circuits[seed % 2], 60, seed));
  for (const GateCircuit& circuit : circuits) {
    const CircuitProgram program = compile(circuit);
    const auto timed = glitch.within(program, kNoLimit), settled = zero_delay.within(program, kNoLimit);
    ASSERT_TRUE(timed && settled);
    const Energies expected = simulate(circuit, costs, sample);
    // Energies are rounded to attojoules, charges to 2^-20 of the voltage's square.
    EXPECT_NEAR(glitch.figure(*timed), expected.timed_pj, 1e-5 * expected.timed_pj) << to_text(circuit);
    EXPECT_NEAR(zero_delay.figure(*settled), expected.zero_delay_pj, 1e-5 * expected.zero_delay_pj);
    EXPECT_GT(*timed, *settled);
    EXPECT_FALSE(glitch.within(program, *timed - 1));
    EXPECT_EQ(glitch.within(program, *timed), timed);
  }
}

TEST(CircuitCostTest, AllInstructionSetsGiveTheSameNumbers) {
  if (!name_of(InstructionSet::Avx512)) GTEST_SKIP() << "this machine has no AVX-512";
  const auto sample = uniform_transitions(kUnsigned, 1024, 6);
  for (const CostKind kind : {CostKind::Area, CostKind::ZeroDelay, CostKind::Glitch}) {
    auto fast = CircuitCost::make(kind, plain_costs(), sample, InstructionSet::Avx512).value();
    auto portable = CircuitCost::make(kind, plain_costs(), sample, InstructionSet::Portable).value();
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      const CircuitProgram program =
          compile(mutated_circuit(built_in_circuit("dadda-exact"), static_cast<int>(seed), seed));
      EXPECT_EQ(fast.within(program, kNoLimit), portable.within(program, kNoLimit)) << "seed " << seed;
    }
  }
}

TEST(CircuitCostTest, UniformTransitionsFillTheDomain) {
  int largest_x = 0, largest_w = 0;
  for (const OperandTransition& t : uniform_transitions({Encoding::SignMagnitude, 7}, 4096, 1)) {
    largest_x = std::max({largest_x, int{t.to.x}, int{t.from.x}});
    largest_w = std::max({largest_w, int{t.to.w}, int{t.from.w}});
  }
  EXPECT_EQ(largest_x, 255);
  EXPECT_EQ(largest_w, 127);
}

TEST(CircuitCostTest, RefusesASampleThatFillsNoPass) {
  const auto made = CircuitCost::make(CostKind::Glitch, plain_costs(), uniform_transitions(kUnsigned, 100, 1));
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().message,
              ::testing::HasSubstr("100 operand transitions, expected a positive multiple of 512"));
}

}  // namespace
}  // namespace axvp
