#include "cell_match.h"

#include <algorithm>

#include "gate_outputs.h"

namespace axvp {
namespace {

/// Whether `pin` computes output `which` of the gate, its inputs being `inputs`.
bool computes(const LibertyPin& pin, GateKind kind, unsigned which, const std::vector<const LibertyPin*>& inputs) {
  for (unsigned assignment = 0; assignment < 1u << inputs.size(); ++assignment) {
    std::vector<std::uint64_t> values;
    for (const std::string& name : pin.function->pins()) {
      const auto input =
          std::find_if(inputs.begin(), inputs.end(), [&](const LibertyPin* p) { return p->name == name; });
      if (input == inputs.end()) return false;
      values.push_back((assignment >> (input - inputs.begin())) & 1);
    }
    const unsigned expected = (outputs_of(kind, assignment) >> which) & 1;
    if ((pin.function->evaluate(values) & 1) != expected) return false;
  }
  return true;
}

}  // namespace

std::optional<PinMap> match_cell(const LibertyCell& cell, GateKind kind) {
  PinMap map;
  std::vector<const LibertyPin*> outputs;
  for (const LibertyPin& pin : cell.pins) {
    if (pin.direction == PinDirection::Input) map.inputs.push_back(&pin);
    if (pin.direction == PinDirection::Output) outputs.push_back(&pin);
  }
  const std::size_t wanted_outputs = has_carry(kind) ? 2 : 1;
  const bool complete = std::all_of(outputs.begin(), outputs.end(),
                                    [](const LibertyPin* p) { return p->function.has_value() && !p->timing.empty(); });
  if (cell.flip_flop || !cell.unsupported.empty() || !complete || outputs.size() != wanted_outputs ||
      map.inputs.size() != static_cast<std::size_t>(inputs_of(kind)))
    return std::nullopt;
  const auto by_address = [](const LibertyPin* a, const LibertyPin* b) { return a < b; };  // the file's order
  do {
    map.outputs.clear();
    for (unsigned which = 0; which < wanted_outputs; ++which)
      for (const LibertyPin* pin : outputs)
        if (computes(*pin, kind, which, map.inputs)) map.outputs.push_back(pin);
    if (map.outputs.size() == wanted_outputs) return map;
  } while (std::next_permutation(map.inputs.begin(), map.inputs.end(), by_address));
  return std::nullopt;
}

}  // namespace axvp
