#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace axvp {

/// What one statement of a generated module computes.
enum class Operation : std::uint8_t {
  And,              ///< Of all inputs; one input is passed on.
  Nand,             ///< Its inverse.
  Or,               ///< Of all inputs.
  Xor,              ///< Of all inputs.
  Xnor,             ///< Its inverse.
  Not,              ///< Of the one input.
  Isolate,          ///< input 0 while input 1 is 1, else 0: an ax_isolate instance, which synthesis keeps.
  ModeBelow,        ///< mode_i < `level`.
  FullAdder,        ///< output + 2 carry = a + b + c: an ax_fa instance.
  HalfAdder,        ///< output + 2 carry = a + b: an ax_ha instance.
  HalfAdderAndOne,  ///< output + 2 carry = a + b + 1, as its two gates.
  Increment,        ///< output + 2 carry = a + 1.
};

[[nodiscard]] constexpr bool has_carry(Operation operation) {
  return operation >= Operation::FullAdder;
}

/// One net, or the two of an adder, and what drives it. Inputs are nets of earlier statements or port bits "x_i[3]".
struct Statement {
  Operation operation = Operation::And;
  std::vector<std::string> inputs;
  std::string output;
  std::string carry{};  ///< Second output of an adder.
  int level = 0;        ///< Of ModeBelow.
};

/// Statements under one comment line.
struct Section {
  std::string comment;
  std::vector<Statement> statements;
};

/// A combinational 8x8 multiplier: every net is driven once, before it is read.
struct ModuleNetlist {
  std::vector<Section> sections;
  std::array<std::string, 16> product;  ///< Net of each product bit, least significant first; kZero and kOne are fit.
  bool has_modes = false;               ///< Whether there is a port mode_i[1:0].

  static constexpr std::string_view kZero = "0";
  static constexpr std::string_view kOne = "1";
};

/// The declaration and the driver of one statement, with line feeds.
[[nodiscard]] std::string statement_text(const Statement& statement);

/// The module, without header comment. Port bits that nothing reads are named as unused, so that lint stays silent
/// about them only.
[[nodiscard]] std::string module_text(const ModuleNetlist& netlist, const std::string& module);

}  // namespace axvp
