#include "axvp/evolve/simplify.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "gate_outputs.h"

namespace axvp {
namespace {

bool is_constant(SignalId signal) {
  return signal <= kConstantOne;
}

/// Which signals of a circuit reach its product.
std::vector<bool> live_signals(const GateCircuit& circuit) {
  std::vector<bool> live(kFirstGateSignal + 2 * circuit.gates.size());
  for (const SignalId signal : circuit.product) live[signal] = true;
  for (std::size_t g = circuit.gates.size(); g-- > 0;) {
    if (!live[output_signal(g)] && !live[carry_signal(g)]) continue;
    const Gate& gate = circuit.gates[g];
    for (int n = 0; n < inputs_of(gate.kind); ++n) live[gate.inputs[static_cast<std::size_t>(n)]] = true;
  }
  return live;
}

/// Rebuilds a circuit gate by gate.
class Rebuilder {
 public:
  explicit Rebuilder(const GateCircuit& old) : old_(old), live_(live_signals(old)), now_(live_.size()) {
    for (SignalId s = 0; s < kFirstGateSignal; ++s) now_[s] = s;
  }

  GateCircuit rebuild() {
    for (std::size_t g = 0; g < old_.gates.size(); ++g)
      if (live_[output_signal(g)] || live_[carry_signal(g)]) rebuild_gate(g);
    for (std::size_t bit = 0; bit < 16; ++bit) new_.product[bit] = now_[old_.product[bit]];
    return std::move(new_);
  }

 private:
  void rebuild_gate(std::size_t g) {
    const Gate& gate = old_.gates[g];
    const SignalId a = now_[gate.inputs[0]], b = now_[gate.inputs[1]], c = now_[gate.inputs[2]],
                   d = now_[gate.inputs[3]];
    SignalId& output = now_[output_signal(g)];
    SignalId& carry = now_[carry_signal(g)];
    switch (gate.kind) {
      case GateKind::HalfAdder:
        std::tie(output, carry) = half_adder(a, b, live_[output_signal(g)], live_[carry_signal(g)]);
        return;
      case GateKind::FullAdder:
        std::tie(output, carry) = full_adder({a, b, c}, live_[output_signal(g)], live_[carry_signal(g)]);
        return;
      default:
        output = fold(gate.kind, {a, b, c, d});
    }
  }

  using Inputs = std::array<SignalId, kGateInputs>;

  SignalId add(GateKind kind, const Inputs& inputs) {
    const auto [known, is_new] = made_.try_emplace({kind, inputs}, output_signal(new_.gates.size()));
    if (is_new) new_.gates.push_back({kind, inputs});
    return known->second;
  }

  SignalId invert(SignalId a) {
    if (is_constant(a)) return a == kConstantZero ? kConstantOne : kConstantZero;
    if (a >= kFirstGateSignal) {
      const Gate& driver = new_.gates[static_cast<std::size_t>(a - kFirstGateSignal) / 2];
      if (driver.kind == GateKind::Not) return driver.inputs[0];
    }
    return add(GateKind::Not, {a, 0, 0, 0});
  }

  SignalId pair(GateKind kind, SignalId a, SignalId b) { return fold(kind, {a, b, 0, 0}); }

  /// A gate of one output: the smallest that has its function of the signals that are not constant.
  SignalId fold(GateKind kind, Inputs inputs) {
    const auto count = static_cast<std::size_t>(inputs_of(kind));
    std::set<SignalId> signals(inputs.begin(), inputs.begin() + static_cast<std::ptrdiff_t>(count));
    signals.erase(kConstantZero);
    signals.erase(kConstantOne);
    std::vector<SignalId> variables(signals.begin(), signals.end());
    drop_what_does_not_matter(kind, inputs, variables);
    const std::uint32_t wanted = truth_of(kind, inputs, variables);
    if (variables.empty()) return wanted != 0 ? kConstantOne : kConstantZero;
    if (variables.size() == 1) return wanted == 2 ? variables[0] : invert(variables[0]);
    if (const auto found = gate_for(wanted, variables)) return add(found->kind, found->inputs);
    for (SignalId& variable : variables) {  // a & ~b and its like
      const SignalId plain = variable;
      variable = invert(plain);
      const auto found = gate_for(truth_of(kind, inputs, variables), variables);
      if (found) return add(found->kind, found->inputs);
      variable = plain;
    }
    return add(kind, inputs);
  }

  /// The output for all values of `variables`, a bit for each; a variable may be the inverse of one of the inputs.
  std::uint32_t truth_of(GateKind kind, const Inputs& inputs, const std::vector<SignalId>& variables) const {
    std::uint32_t truth = 0;
    for (std::uint32_t assignment = 0; assignment < 1u << variables.size(); ++assignment) {
      unsigned values = 0;
      for (std::size_t n = 0; n < kGateInputs; ++n) {
        bool value = inputs[n] == kConstantOne;
        for (std::size_t v = 0; v < variables.size(); ++v) {
          const bool bit = ((assignment >> v) & 1) != 0;
          if (variables[v] == inputs[n]) value = bit;
          if (is_inverse(variables[v], inputs[n])) value = !bit;
        }
        values |= static_cast<unsigned>(value) << n;
      }
      truth |= (outputs_of(kind, values) & 1) << assignment;
    }
    return truth;
  }
  bool is_inverse(SignalId a, SignalId b) const {
    const auto inverts = [this](SignalId inverter, SignalId of) {
      if (inverter < kFirstGateSignal) return false;
      const Gate& gate = new_.gates[static_cast<std::size_t>(inverter - kFirstGateSignal) / 2];
      return gate.kind == GateKind::Not && gate.inputs[0] == of;
    };
    return inverts(a, b) || inverts(b, a);
  }

  void drop_what_does_not_matter(GateKind kind, Inputs& inputs, std::vector<SignalId>& variables) const {
    for (std::size_t v = variables.size(); v-- > 0;) {
      Inputs without = inputs;
      std::replace(without.begin(), without.end(), variables[v], kConstantZero);
      Inputs with = inputs;
      std::replace(with.begin(), with.end(), variables[v], kConstantOne);
      if (truth_of(kind, without, variables) != truth_of(kind, with, variables)) continue;
      inputs = without;
      variables.erase(variables.begin() + static_cast<std::ptrdiff_t>(v));
    }
  }

  /// A gate of one output with as many inputs as there are variables and this function of them.
  std::optional<Gate> gate_for(std::uint32_t wanted, const std::vector<SignalId>& variables) const {
    std::vector<SignalId> order = variables;
    std::sort(order.begin(), order.end());
    do {
      Gate gate;
      std::copy(order.begin(), order.end(), gate.inputs.begin());
      for (std::size_t kind = 0; kind < kGateKinds; ++kind) {
        gate.kind = static_cast<GateKind>(kind);
        if (has_carry(gate.kind) || static_cast<std::size_t>(inputs_of(gate.kind)) != variables.size()) continue;
        if (truth_of(gate.kind, gate.inputs, variables) == wanted) return gate;
      }
    } while (std::next_permutation(order.begin(), order.end()));
    return std::nullopt;
  }

  using SumAndCarry = std::pair<SignalId, SignalId>;

  SumAndCarry half_adder(SignalId a, SignalId b, bool sum_read, bool carry_read) {
    if (!sum_read) return {kConstantZero, pair(GateKind::And, a, b)};
    if (!carry_read) return {pair(GateKind::Xor, a, b), kConstantZero};
    if (is_constant(a) || is_constant(b) || a == b) return {pair(GateKind::Xor, a, b), pair(GateKind::And, a, b)};
    const SignalId sum = add(GateKind::HalfAdder, {std::min(a, b), std::max(a, b), 0, 0});
    return {sum, static_cast<SignalId>(sum + 1)};
  }

  SumAndCarry full_adder(std::array<SignalId, 3> in, bool sum_read, bool carry_read) {
    std::sort(in.begin(), in.end());  // constants first
    const auto [a, b, c] = in;
    if (a == kConstantZero) return half_adder(b, c, sum_read, carry_read);
    if (a == kConstantOne)
      return {sum_read ? pair(GateKind::Xnor, b, c) : kConstantZero,
              carry_read ? pair(GateKind::Or, b, c) : kConstantZero};
    if (a == b) return {c, a};
    if (b == c) return {a, b};
    if (!carry_read) return {pair(GateKind::Xor, pair(GateKind::Xor, a, b), c), kConstantZero};
    if (!sum_read)
      return {kConstantZero,
              pair(GateKind::Nand, fold(GateKind::OrAndInvert, {a, b, c, 0}), pair(GateKind::Nand, a, b))};
    const SignalId sum = add(GateKind::FullAdder, {a, b, c, 0});
    return {sum, static_cast<SignalId>(sum + 1)};
  }

  const GateCircuit& old_;
  std::vector<bool> live_;
  std::vector<SignalId> now_;  // an old signal's place in the new circuit
  std::map<std::pair<GateKind, Inputs>, SignalId> made_;
  GateCircuit new_;
};

}  // namespace

GateCircuit simplify(const GateCircuit& circuit) {
  GateCircuit current = circuit;
  for (;;) {  // each pass only folds, drops and splits adders, so this ends
    GateCircuit next = Rebuilder{current}.rebuild();
    if (next == current) return current;
    current = std::move(next);
  }
}

GateCircuit restrict_weight(const GateCircuit& circuit, int weight_bits) {
  GateCircuit tied = circuit;
  const auto tie = [weight_bits](SignalId& signal) {
    if (signal >= w_signal(weight_bits) && signal < kFirstGateSignal) signal = kConstantZero;
  };
  for (Gate& gate : tied.gates)
    for (SignalId& input : gate.inputs) tie(input);
  for (SignalId& signal : tied.product) tie(signal);
  return simplify(tied);
}

GateCircuit widen_weight(const GateCircuit& circuit) {
  GateCircuit wide = restrict_weight(circuit, 7);  // what reads the top bit would change with it
  const auto add = [&wide](GateKind kind, SignalId a, SignalId b, SignalId c) {
    wide.gates.push_back({kind, {a, b, c, 0}});
    return output_signal(wide.gates.size() - 1);
  };
  SignalId carry = kConstantZero;
  for (int bit = 0; bit < 8; ++bit) {
    SignalId& product = wide.product[static_cast<std::size_t>(7 + bit)];
    const SignalId partial = add(GateKind::And, x_signal(bit), w_signal(7), 0);
    product = add(bit == 0 ? GateKind::HalfAdder : GateKind::FullAdder, product, partial, carry);
    carry = static_cast<SignalId>(product + 1);
  }
  wide.product[15] = add(GateKind::Xor, wide.product[15], carry, 0);
  return wide;
}

}  // namespace axvp
