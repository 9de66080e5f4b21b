#include "axvp/multipliers/gate_circuit.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "axvp/common/text.h"

namespace axvp {
namespace {

constexpr std::array<std::string_view, kGateKinds> kKindNames{"not",   "and",   "or",   "xor",   "nand",  "nor",
                                                              "xnor",  "nand3", "nor3", "aoi21", "oai21", "aoi22",
                                                              "oai22", "muxi",  "ha",   "fa"};

struct Outputs {
  std::uint64_t output = 0, carry = 0;
};

/// 64 operand pairs at once.
Outputs compute(GateKind kind, std::uint64_t a, std::uint64_t b, std::uint64_t c, std::uint64_t d) {
  switch (kind) {
    case GateKind::Not:
      return {~a};
    case GateKind::And:
      return {a & b};
    case GateKind::Or:
      return {a | b};
    case GateKind::Xor:
      return {a ^ b};
    case GateKind::Nand:
      return {~(a & b)};
    case GateKind::Nor:
      return {~(a | b)};
    case GateKind::Xnor:
      return {~(a ^ b)};
    case GateKind::Nand3:
      return {~(a & b & c)};
    case GateKind::Nor3:
      return {~(a | b | c)};
    case GateKind::AndOrInvert:
      return {~((a & b) | c)};
    case GateKind::OrAndInvert:
      return {~((a | b) & c)};
    case GateKind::AndOrInvert22:
      return {~((a & b) | (c & d))};
    case GateKind::OrAndInvert22:
      return {~((a | b) & (c | d))};
    case GateKind::MuxInvert:
      return {~((c & a) | (~c & b))};
    case GateKind::HalfAdder:
      return {a ^ b, a & b};
    case GateKind::FullAdder:
      return {a ^ b ^ c, (a & b) | (c & (a ^ b))};
  }
  return {};
}

/// Bits of 64 consecutive pairs, w from 64 * quarter on for one x.
void set_operands(std::vector<std::uint64_t>& signals, int x, int quarter) {
  constexpr std::array<std::uint64_t, 6> kCount{0xaaaaaaaaaaaaaaaa, 0xcccccccccccccccc, 0xf0f0f0f0f0f0f0f0,
                                                0xff00ff00ff00ff00, 0xffff0000ffff0000, 0xffffffff00000000};
  for (int bit = 0; bit < 8; ++bit) {
    signals[x_signal(bit)] = (x >> bit) & 1 ? ~0ull : 0;
    signals[w_signal(bit)] = bit < 6 ? kCount[static_cast<std::size_t>(bit)] : ((quarter >> (bit - 6)) & 1) ? ~0ull : 0;
  }
}

std::string signal_name(SignalId signal) {
  if (signal <= kConstantOne) return signal == kConstantOne ? "1" : "0";
  if (signal < w_signal(0)) return fmt::format("x{}", signal - x_signal(0));
  if (signal < kFirstGateSignal) return fmt::format("w{}", signal - w_signal(0));
  const int offset = signal - kFirstGateSignal;
  return fmt::format("g{}{}", offset / 2, offset % 2 == 1 ? "c" : "");
}

std::optional<SignalId> signal_from(std::string_view name) {
  if (name == "0") return kConstantZero;
  if (name == "1") return kConstantOne;
  if (name.size() < 2) return std::nullopt;
  const bool carry = name.front() == 'g' && name.back() == 'c';
  const std::string_view digits = name.substr(1, name.size() - (carry ? 2 : 1));
  std::size_t number = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (digits.empty() || problem != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  if (name.front() == 'x' && number < 8) return x_signal(static_cast<int>(number));
  if (name.front() == 'w' && number < 8) return w_signal(static_cast<int>(number));
  if (name.front() == 'g' && number < kMaximumGates) return carry ? carry_signal(number) : output_signal(number);
  return std::nullopt;
}

/// The signals behind the first word; exactly `count` of them.
Result<std::vector<SignalId>> read_signals(const std::vector<std::string>& words, std::size_t count,
                                           std::string_view where) {
  if (words.size() != count + 1)
    return fail("{}: '{}' takes {} signals, found {}", where, words.front(), count, words.size() - 1);
  std::vector<SignalId> signals;
  for (std::size_t n = 1; n < words.size(); ++n) {
    const auto signal = signal_from(words[n]);
    if (!signal) return fail("{}: '{}' is no signal; expected 0, 1, x0..x7, w0..w7, gN or gNc", where, words[n]);
    signals.push_back(*signal);
  }
  return signals;
}

Result<Gate> read_gate(const std::vector<std::string>& words, std::size_t number) {
  const auto kind = std::find(kKindNames.begin(), kKindNames.end(), words.front());
  if (kind == kKindNames.end())
    return fail("gate {}: unknown kind '{}'{}", number, words.front(),
                suggestion(words.front(), {kKindNames.begin(), kKindNames.end()}));
  Gate gate;
  gate.kind = static_cast<GateKind>(kind - kKindNames.begin());
  const auto signals =
      read_signals(words, static_cast<std::size_t>(inputs_of(gate.kind)), fmt::format("gate {}", number));
  if (!signals) return forward_error(signals);
  std::copy(signals->begin(), signals->end(), gate.inputs.begin());
  return gate;
}

}  // namespace

std::string_view to_string(GateKind kind) {
  return kKindNames[static_cast<std::size_t>(kind)];
}

Result<void> check(const GateCircuit& circuit) {
  if (circuit.gates.size() > kMaximumGates)
    return fail("{} gates, expected at most {}", circuit.gates.size(), kMaximumGates);
  const auto readable = [&circuit](SignalId signal, std::size_t gates_before) {
    if (signal < kFirstGateSignal) return true;
    const auto gate = static_cast<std::size_t>(signal - kFirstGateSignal) / 2;
    const bool is_carry = signal % 2 == 1;
    return gate < gates_before && (!is_carry || has_carry(circuit.gates[gate].kind));
  };
  for (std::size_t g = 0; g < circuit.gates.size(); ++g) {
    const Gate& gate = circuit.gates[g];
    for (int n = 0; n < inputs_of(gate.kind); ++n)
      if (const SignalId input = gate.inputs[static_cast<std::size_t>(n)]; !readable(input, g))
        return fail("gate {} ({}) reads {}, which no earlier gate drives", g, to_string(gate.kind), signal_name(input));
  }
  for (std::size_t bit = 0; bit < circuit.product.size(); ++bit)
    if (!readable(circuit.product[bit], circuit.gates.size()))
      return fail("product bit {} reads {}, which no gate drives", bit, signal_name(circuit.product[bit]));
  return {};
}

TruthTable tabulate(const GateCircuit& circuit, Encoding encoding) {
  std::vector<std::uint64_t> signals(kFirstGateSignal + 2 * circuit.gates.size());
  signals[kConstantOne] = ~0ull;
  std::vector<std::int32_t> products(TruthTable::kPairs);
  for (int group = 0; group < TruthTable::kPairs / 64; ++group) {
    set_operands(signals, group / 4, group % 4);
    for (std::size_t g = 0; g < circuit.gates.size(); ++g) {
      const auto& in = circuit.gates[g].inputs;
      const Outputs out =
          compute(circuit.gates[g].kind, signals[in[0]], signals[in[1]], signals[in[2]], signals[in[3]]);
      signals[output_signal(g)] = out.output;
      signals[carry_signal(g)] = out.carry;
    }
    for (int lane = 0; lane < 64; ++lane) {
      std::uint32_t product = 0;
      for (std::size_t bit = 0; bit < 16; ++bit)
        product |= static_cast<std::uint32_t>((signals[circuit.product[bit]] >> lane) & 1) << bit;
      products[static_cast<std::size_t>(64 * group + lane)] = encoding == Encoding::TwosComplement
                                                                  ? static_cast<std::int16_t>(product)
                                                                  : static_cast<std::int32_t>(product);
    }
  }
  return TruthTable{std::move(products)};
}

std::string to_text(const GateCircuit& circuit) {
  std::string text;
  for (const Gate& gate : circuit.gates) {
    text += to_string(gate.kind);
    for (int n = 0; n < inputs_of(gate.kind); ++n) text += " " + signal_name(gate.inputs[static_cast<std::size_t>(n)]);
    text += ";";
  }
  text += "p";
  for (const SignalId signal : circuit.product) text += " " + signal_name(signal);
  return text;
}

Result<GateCircuit> gate_circuit_from_text(std::string_view text) {
  GateCircuit circuit;
  const std::vector<std::string> parts = split(text, ';');
  for (std::size_t n = 0; n + 1 < parts.size(); ++n) {
    const auto gate = read_gate(split(parts[n], ' '), n);
    if (!gate) return forward_error(gate);
    circuit.gates.push_back(*gate);
  }
  const auto words = split(parts.back(), ' ');
  if (words.front() != "p") return fail("the last part is '{}', expected 'p' and 16 signals", parts.back());
  const auto product = read_signals(words, circuit.product.size(), "product");
  if (!product) return forward_error(product);
  std::copy(product->begin(), product->end(), circuit.product.begin());
  if (const auto good = check(circuit); !good) return forward_error(good);
  return circuit;
}

}  // namespace axvp
