#include "netlist.h"

#include <fmt/format.h>

#include <set>

#include "axvp/common/text.h"

namespace axvp {
namespace {

std::string assignment(const std::string& net, const std::string& expression) {
  return fmt::format("  logic {0};\n  assign {0} = {1};\n", net, expression);
}

std::string adder(const Statement& s) {
  const std::string declaration = fmt::format("  logic {}, {};\n", s.output, s.carry);
  const auto& in = s.inputs;
  if (s.operation == Operation::Increment)
    return declaration + fmt::format("  assign {0} = ~{2};\n  assign {1} = {2};\n", s.output, s.carry, in[0]);
  if (s.operation == Operation::HalfAdderAndOne)
    return declaration +
           fmt::format("  assign {0} = ~({2} ^ {3});\n  assign {1} = {2} | {3};\n", s.output, s.carry, in[0], in[1]);
  const bool full = s.operation == Operation::FullAdder;
  return declaration + fmt::format("  ax_{0} u_{1} (.a_i({2}), .b_i({3}){4}, .s_o({1}), .c_o({5}));\n",
                                   full ? "fa" : "ha", s.output, in[0], in[1],
                                   full ? fmt::format(", .c_i({})", in[2]) : "", s.carry);
}

std::string port_list(bool has_modes) {
  return fmt::format(
      "  input  logic [7:0]  x_i,\n"
      "  input  logic [7:0]  w_i,\n"
      "{}"
      "  output logic [15:0] p_o\n",
      has_modes ? "  input  logic [1:0]  mode_i,\n" : "");
}

std::string product_text(const ModuleNetlist& netlist) {
  std::string text;
  for (std::size_t bit = 0; bit < netlist.product.size(); ++bit) {
    const std::string& net = netlist.product[bit];
    const std::string value = net == ModuleNetlist::kZero ? "1'b0" : net == ModuleNetlist::kOne ? "1'b1" : net;
    text += fmt::format("  assign p_o[{}] = {};\n", bit, value);
  }
  return text;
}

std::string unused_text(const ModuleNetlist& netlist) {
  std::set<std::string> read{netlist.product.begin(), netlist.product.end()};
  for (const Section& section : netlist.sections)
    for (const Statement& statement : section.statements) read.insert(statement.inputs.begin(), statement.inputs.end());
  std::vector<std::string> unused;
  const auto check = [&](const std::string& net) {
    if (read.count(net) == 0) unused.push_back(net);
  };
  for (int bit = 0; bit < 8; ++bit) {
    check(fmt::format("x_i[{}]", bit));
    check(fmt::format("w_i[{}]", bit));
  }
  for (const Section& section : netlist.sections)
    for (const Statement& statement : section.statements) {
      check(statement.output);
      if (has_carry(statement.operation)) check(statement.carry);
    }
  if (unused.empty()) return "";
  return fmt::format("\n  logic unused_bits;\n  assign unused_bits = ^{{{}}};\n", join(unused, ", "));
}

}  // namespace

std::string statement_text(const Statement& s) {
  switch (s.operation) {
    case Operation::And:
      return assignment(s.output, join(s.inputs, " & "));
    case Operation::Nand:
      return assignment(s.output, "~(" + join(s.inputs, " & ") + ")");
    case Operation::Or:
      return assignment(s.output, join(s.inputs, " | "));
    case Operation::Xor:
      return assignment(s.output, join(s.inputs, " ^ "));
    case Operation::Xnor:
      return assignment(s.output, "~(" + join(s.inputs, " ^ ") + ")");
    case Operation::Not:
      return assignment(s.output, "~" + s.inputs.front());
    case Operation::Isolate:
      return fmt::format("  logic {0};\n  ax_isolate u_{0} (.a_i({1}), .on_i({2}), .y_o({0}));\n", s.output,
                         s.inputs[0], s.inputs[1]);
    case Operation::ModeBelow:
      return assignment(s.output, fmt::format("mode_i < 2'd{}", s.level));
    default:
      return adder(s);
  }
}

std::string module_text(const ModuleNetlist& netlist, const std::string& module) {
  std::string text = fmt::format("module {} (\n{});\n", module, port_list(netlist.has_modes));
  for (const Section& section : netlist.sections) {
    text += "  // " + section.comment + "\n";
    for (const Statement& statement : section.statements) text += statement_text(statement);
    text += "\n";
  }
  return text + product_text(netlist) + unused_text(netlist) + "endmodule\n";
}

}  // namespace axvp
