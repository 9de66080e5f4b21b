#include <fmt/format.h>

#include <set>

#include "axvp/common/text.h"
#include "axvp/multipliers/gate_circuit.h"

namespace axvp {
namespace {

std::string net(SignalId signal) {
  if (signal <= kConstantOne) return signal == kConstantOne ? "1'b1" : "1'b0";
  if (signal < w_signal(0)) return fmt::format("x_i[{}]", signal - x_signal(0));
  if (signal < kFirstGateSignal) return fmt::format("w_i[{}]", signal - w_signal(0));
  const int offset = signal - kFirstGateSignal;
  return fmt::format("{}{}", offset % 2 == 1 ? "c" : "n", offset / 2);
}

std::string expression(const Gate& gate) {
  const std::string a = net(gate.inputs[0]), b = net(gate.inputs[1]), c = net(gate.inputs[2]), d = net(gate.inputs[3]);
  switch (gate.kind) {
    case GateKind::Not:
      return fmt::format("~{}", a);
    case GateKind::And:
      return fmt::format("{} & {}", a, b);
    case GateKind::Or:
      return fmt::format("{} | {}", a, b);
    case GateKind::Xor:
      return fmt::format("{} ^ {}", a, b);
    case GateKind::Nand:
      return fmt::format("~({} & {})", a, b);
    case GateKind::Nor:
      return fmt::format("~({} | {})", a, b);
    case GateKind::Xnor:
      return fmt::format("~({} ^ {})", a, b);
    case GateKind::Nand3:
      return fmt::format("~({} & {} & {})", a, b, c);
    case GateKind::Nor3:
      return fmt::format("~({} | {} | {})", a, b, c);
    case GateKind::AndOrInvert:
      return fmt::format("~(({} & {}) | {})", a, b, c);
    case GateKind::OrAndInvert:
      return fmt::format("~(({} | {}) & {})", a, b, c);
    case GateKind::AndOrInvert22:
      return fmt::format("~(({} & {}) | ({} & {}))", a, b, c, d);
    case GateKind::OrAndInvert22:
      return fmt::format("~(({} | {}) & ({} | {}))", a, b, c, d);
    case GateKind::MuxInvert:
      return fmt::format("~({} ? {} : {})", c, a, b);
    case GateKind::HalfAdder:
    case GateKind::FullAdder:
      break;
  }
  return "";
}

std::string instance(const Gate& gate, std::size_t number) {
  const std::string output = net(output_signal(number)), carry = net(carry_signal(number));
  if (!has_carry(gate.kind)) return fmt::format("  logic {0};\n  assign {0} = {1};\n", output, expression(gate));
  const std::string third =
      gate.kind == GateKind::FullAdder ? fmt::format(", .c_i({})", net(gate.inputs[2])) : std::string{};
  return fmt::format("  logic {0}, {1};\n  ax_{2} u_{0} (.a_i({3}), .b_i({4}){5}, .s_o({0}), .c_o({1}));\n", output,
                     carry, to_string(gate.kind), net(gate.inputs[0]), net(gate.inputs[1]), third);
}

/// What the module has but nothing reads: operand bits and outputs of gates.
std::string unused(const GateCircuit& circuit) {
  std::set<SignalId> read{circuit.product.begin(), circuit.product.end()};
  for (const Gate& gate : circuit.gates) read.insert(gate.inputs.begin(), gate.inputs.begin() + inputs_of(gate.kind));
  std::vector<std::string> names;
  const auto add_unless_read = [&](SignalId signal) {
    if (read.count(signal) == 0) names.push_back(net(signal));
  };
  for (int bit = 0; bit < 8; ++bit) add_unless_read(x_signal(bit));
  for (int bit = 0; bit < 8; ++bit) add_unless_read(w_signal(bit));
  for (std::size_t g = 0; g < circuit.gates.size(); ++g) {
    add_unless_read(output_signal(g));
    if (has_carry(circuit.gates[g].kind)) add_unless_read(carry_signal(g));
  }
  if (names.empty()) return "";
  return fmt::format("\n  logic unused_bits;\n  assign unused_bits = ^{{{}}};\n", join(names, ", "));
}

}  // namespace

std::string generate_rtl(const GateCircuit& circuit, const std::string& module,
                         const std::vector<std::string>& comment) {
  std::string text;
  for (const std::string& line : comment) text += "// " + line + "\n";
  text += fmt::format(
      "module {} (\n"
      "  input  logic [7:0]  x_i,\n"
      "  input  logic [7:0]  w_i,\n"
      "  output logic [15:0] p_o\n"
      ");\n",
      module);
  for (std::size_t g = 0; g < circuit.gates.size(); ++g) text += instance(circuit.gates[g], g);
  text += "\n";
  for (std::size_t bit = 0; bit < circuit.product.size(); ++bit)
    text += fmt::format("  assign p_o[{}] = {};\n", bit, net(circuit.product[bit]));
  return text + unused(circuit) + "endmodule\n";
}

}  // namespace axvp
