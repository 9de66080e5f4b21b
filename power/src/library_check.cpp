#include "library_check.h"

#include <algorithm>

namespace axvp {
namespace {

/// Bit i is the output where input 0 is bit 0 of i and input 1 bit 1; empty if the cell is no such gate.
std::optional<unsigned> gate_function(const LibertyCell& cell, std::size_t inputs) {
  if (!cell.unsupported.empty() || cell.flip_flop || cell.pins.size() != inputs + 1) return std::nullopt;
  std::vector<std::string> names;
  const LibertyPin* output = nullptr;
  for (const auto& pin : cell.pins) {
    if (pin.direction == PinDirection::Input) names.push_back(pin.name);
    if (pin.direction == PinDirection::Output) output = &pin;
  }
  if (names.size() != inputs || output == nullptr || !output->function) return std::nullopt;
  std::vector<std::uint64_t> values;
  for (const auto& pin : output->function->pins()) {
    const auto found = std::find(names.begin(), names.end(), pin);
    if (found == names.end()) return std::nullopt;
    values.push_back(found == names.begin() ? 0b1010 : 0b1100);
  }
  return static_cast<unsigned>(output->function->evaluate(values) & (inputs == 1 ? 0b11 : 0b1111));
}

bool is_inverter(const LibertyCell& cell) {
  return gate_function(cell, 1) == 0b01u;
}

/// One of its four combinations differs from the other three.
bool is_two_input_gate(const LibertyCell& cell) {
  const auto function = gate_function(cell, 2);
  return function && __builtin_popcount(*function) % 2 == 1;
}

bool has_power(const LibertyCell& cell) {
  return std::any_of(cell.pins.begin(), cell.pins.end(), [](const auto& pin) { return !pin.internal_power.empty(); });
}

}  // namespace

Result<void> check_library(const LibertyLibrary& library) {
  const auto has = [&](auto fits) {
    return std::any_of(library.cells.begin(), library.cells.end(),
                       [&](const auto& entry) { return fits(entry.second); });
  };
  if (!has(is_inverter)) return fail("the library {} has no inverter, so nothing can be mapped to it", library.name);
  if (!has(is_two_input_gate))
    return fail("the library {} has no AND, OR, NAND or NOR gate of two inputs, so nothing can be mapped to it",
                library.name);
  if (!has(has_power))
    return fail("the library {} has no internal_power tables, so energy cannot be measured with it", library.name);
  return {};
}

}  // namespace axvp
