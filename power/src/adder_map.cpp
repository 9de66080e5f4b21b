#include <algorithm>

#include "axvp/power/synthesis.h"

namespace axvp {
namespace {

/// A cell that adds: its pins in the order inputs, sum, carry.
struct Adder {
  const LibertyCell* cell = nullptr;
  std::vector<std::string> inputs;
  std::string sum;
  std::string carry;
};

/// Values of input i over all combinations, as a truth table in a word.
constexpr std::uint64_t kInput[] = {0b10101010, 0b11001100, 0b11110000};

std::uint64_t truth_table(const BooleanExpression& function, const std::vector<std::string>& inputs) {
  std::vector<std::uint64_t> values;
  for (const auto& pin : function.pins())
    values.push_back(kInput[std::find(inputs.begin(), inputs.end(), pin) - inputs.begin()]);
  return function.evaluate(values) & (inputs.size() == 3 ? 0xffu : 0xfu);
}

std::optional<Adder> as_adder(const LibertyCell& cell, std::size_t width) {
  if (!cell.unsupported.empty() || cell.flip_flop) return std::nullopt;
  Adder adder{&cell, {}, "", ""};
  for (const auto& pin : cell.pins)
    if (pin.direction == PinDirection::Input) adder.inputs.push_back(pin.name);
  if (adder.inputs.size() != width || cell.pins.size() != width + 2) return std::nullopt;
  const std::uint64_t sum = width == 3 ? kInput[0] ^ kInput[1] ^ kInput[2] : (kInput[0] ^ kInput[1]) & 0xf;
  const std::uint64_t carry =
      width == 3 ? (kInput[0] & kInput[1]) | (kInput[2] & (kInput[0] | kInput[1])) : kInput[0] & kInput[1] & 0xf;
  for (const auto& pin : cell.pins) {
    if (pin.direction != PinDirection::Output) continue;
    const auto names_inputs = [&](const std::string& name) {
      return std::find(adder.inputs.begin(), adder.inputs.end(), name) != adder.inputs.end();
    };
    if (!std::all_of(pin.function->pins().begin(), pin.function->pins().end(), names_inputs)) return std::nullopt;
    const std::uint64_t table = truth_table(*pin.function, adder.inputs);
    if (table == sum) adder.sum = pin.name;
    if (table == carry) adder.carry = pin.name;
  }
  if (adder.sum.empty() || adder.carry.empty()) return std::nullopt;
  return adder;
}

std::optional<Adder> smallest_adder(const LibertyLibrary& library, std::size_t width) {
  std::optional<Adder> best;
  for (const auto& [name, cell] : library.cells) {
    auto adder = as_adder(cell, width);
    if (adder && (!best || cell.area < best->cell->area)) best = std::move(adder);
  }
  return best;
}

std::string instance(const Adder& adder) {
  const char* ports[] = {"a_i", "b_i", "c_i"};
  std::string pins;
  for (std::size_t i = 0; i < adder.inputs.size(); ++i) pins += fmt::format(".{}({}), ", adder.inputs[i], ports[i]);
  return fmt::format("  {} adder ({}.{}(s_o), .{}(c_o));\n", adder.cell->name, pins, adder.sum, adder.carry);
}

}  // namespace

std::string adder_map(const LibertyLibrary& library) {
  const auto full = smallest_adder(library, 3);
  const auto half = smallest_adder(library, 2);
  std::string text = "module ax_fa (input a_i, input b_i, input c_i, output s_o, output c_o);\n";
  text +=
      full ? instance(*full) : "  assign s_o = a_i ^ b_i ^ c_i;\n  assign c_o = (a_i & b_i) | (c_i & (a_i ^ b_i));\n";
  text += "endmodule\nmodule ax_ha (input a_i, input b_i, output s_o, output c_o);\n";
  text += half ? instance(*half) : "  assign s_o = a_i ^ b_i;\n  assign c_o = a_i & b_i;\n";
  return text + "endmodule\n";
}

}  // namespace axvp
