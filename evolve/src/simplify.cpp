#include "axvp/evolve/simplify.h"

#include <algorithm>
#include <map>
#include <utility>

namespace axvp {
namespace {

/// Value of a gate of two inputs (or Not) for constant inputs.
bool value_of(GateKind kind, bool a, bool b) {
  switch (kind) {
    case GateKind::And:
      return a && b;
    case GateKind::Or:
      return a || b;
    case GateKind::Xor:
      return a != b;
    case GateKind::Nand:
      return !(a && b);
    case GateKind::Nor:
      return !(a || b);
    case GateKind::Xnor:
      return a == b;
    default:
      return !a;
  }
}

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
    const SignalId a = now_[gate.inputs[0]], b = now_[gate.inputs[1]], c = now_[gate.inputs[2]];
    SignalId& output = now_[output_signal(g)];
    SignalId& carry = now_[carry_signal(g)];
    switch (gate.kind) {
      case GateKind::AndOrInvert:
        output = and_or_invert(a, b, c);
        return;
      case GateKind::OrAndInvert:
        output = or_and_invert(a, b, c);
        return;
      case GateKind::HalfAdder:
        std::tie(output, carry) = half_adder(a, b, live_[output_signal(g)], live_[carry_signal(g)]);
        return;
      case GateKind::FullAdder:
        std::tie(output, carry) = full_adder({a, b, c}, live_[output_signal(g)], live_[carry_signal(g)]);
        return;
      default:
        output = gate.kind == GateKind::Not ? invert(a) : pair(gate.kind, a, b);
    }
  }

  SignalId add(GateKind kind, std::array<SignalId, 3> inputs) {
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
    return add(GateKind::Not, {a, 0, 0});
  }

  /// The function of one signal that is `at_zero` and `at_one` where the signal is 0 and 1.
  SignalId of_one(SignalId signal, bool at_zero, bool at_one) {
    if (at_zero == at_one) return at_one ? kConstantOne : kConstantZero;
    return at_one ? signal : invert(signal);
  }

  SignalId pair(GateKind kind, SignalId a, SignalId b) {
    if (is_constant(b)) std::swap(a, b);  // all of these are symmetric
    if (is_constant(a) && is_constant(b)) return value_of(kind, a == 1, b == 1) ? kConstantOne : kConstantZero;
    if (is_constant(a)) return of_one(b, value_of(kind, a == 1, false), value_of(kind, a == 1, true));
    if (a == b) return of_one(a, value_of(kind, false, false), value_of(kind, true, true));
    return add(kind, {std::min(a, b), std::max(a, b), 0});
  }

  SignalId and_or_invert(SignalId a, SignalId b, SignalId c) {
    if (is_constant(c)) return c == kConstantOne ? kConstantZero : pair(GateKind::Nand, a, b);
    if (is_constant(b)) std::swap(a, b);
    if (is_constant(a)) return a == kConstantZero ? invert(c) : pair(GateKind::Nor, b, c);
    if (a == b) return pair(GateKind::Nor, a, c);
    if (a == c || b == c) return invert(c);
    return add(GateKind::AndOrInvert, {std::min(a, b), std::max(a, b), c});
  }

  SignalId or_and_invert(SignalId a, SignalId b, SignalId c) {
    if (is_constant(c)) return c == kConstantZero ? kConstantOne : pair(GateKind::Nor, a, b);
    if (is_constant(b)) std::swap(a, b);
    if (is_constant(a)) return a == kConstantOne ? invert(c) : pair(GateKind::Nand, b, c);
    if (a == b) return pair(GateKind::Nand, a, c);
    if (a == c || b == c) return invert(c);
    return add(GateKind::OrAndInvert, {std::min(a, b), std::max(a, b), c});
  }

  using SumAndCarry = std::pair<SignalId, SignalId>;

  SumAndCarry half_adder(SignalId a, SignalId b, bool sum_read, bool carry_read) {
    if (!sum_read) return {kConstantZero, pair(GateKind::And, a, b)};
    if (!carry_read) return {pair(GateKind::Xor, a, b), kConstantZero};
    if (is_constant(a) || is_constant(b) || a == b) return {pair(GateKind::Xor, a, b), pair(GateKind::And, a, b)};
    const SignalId sum = add(GateKind::HalfAdder, {std::min(a, b), std::max(a, b), 0});
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
    if (!sum_read) return {kConstantZero, pair(GateKind::Nand, or_and_invert(a, b, c), pair(GateKind::Nand, a, b))};
    const SignalId sum = add(GateKind::FullAdder, in);
    return {sum, static_cast<SignalId>(sum + 1)};
  }

  const GateCircuit& old_;
  std::vector<bool> live_;
  std::vector<SignalId> now_;  // an old signal's place in the new circuit
  std::map<std::pair<GateKind, std::array<SignalId, 3>>, SignalId> made_;
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

}  // namespace axvp
