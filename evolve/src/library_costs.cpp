#include "axvp/evolve/library_costs.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <vector>

namespace axvp {
namespace {

/// Outputs of a gate for one assignment of its inputs, a in bit 0: the output in bit 0, the carry in bit 1.
unsigned outputs_of(GateKind kind, unsigned inputs) {
  const unsigned a = inputs & 1, b = (inputs >> 1) & 1, c = (inputs >> 2) & 1;
  switch (kind) {
    case GateKind::Not:
      return a ^ 1;
    case GateKind::And:
      return a & b;
    case GateKind::Or:
      return a | b;
    case GateKind::Xor:
      return a ^ b;
    case GateKind::Nand:
      return (a & b) ^ 1;
    case GateKind::Nor:
      return (a | b) ^ 1;
    case GateKind::Xnor:
      return a ^ b ^ 1;
    case GateKind::AndOrInvert:
      return ((a & b) | c) ^ 1;
    case GateKind::OrAndInvert:
      return ((a | b) & c) ^ 1;
    case GateKind::HalfAdder:
    case GateKind::FullAdder:
      break;
  }
  const unsigned sum = a + b + (kind == GateKind::FullAdder ? c : 0);
  return (sum & 1) | (sum >> 1) << 1;
}

/// A cell's pins in the order of a gate's inputs and outputs.
struct PinMap {
  std::vector<const LibertyPin*> inputs, outputs;
};

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

std::optional<PinMap> match(const LibertyCell& cell, GateKind kind) {
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

struct Choice {
  const LibertyCell* cell = nullptr;
  PinMap pins;
};

Result<Choice> choose(const LibertyLibrary& library, GateKind kind) {
  Choice best;
  for (const auto& [name, cell] : library.cells) {
    if (best.cell != nullptr && cell.area >= best.cell->area) continue;
    if (auto pins = match(cell, kind)) best = {&cell, std::move(*pins)};
  }
  if (best.cell == nullptr)
    return fail("library {} has no cell for the gate '{}', which the evolution needs", library.name, to_string(kind));
  return best;
}

struct OperatingPlace {
  double transition_ns = 0.0, load_pf = 0.0;
};

/// Mean over the arcs and both edges.
template <class Arcs, class Table>
double mean_of(const Arcs& arcs, Table&& table, OperatingPlace place) {
  double sum = 0;
  for (const auto& arc : arcs)
    for (const NldmTable& edge : table(arc)) sum += edge.at(place.transition_ns, place.load_pf);
  return arcs.empty() ? 0.0 : sum / (2.0 * static_cast<double>(arcs.size()));
}

const std::array<NldmTable, 2>& delay_of(const TimingArc& arc) {
  return arc.delay_ns;
}
const std::array<NldmTable, 2>& transition_of(const TimingArc& arc) {
  return arc.transition_ns;
}
const std::array<NldmTable, 2>& energy_of(const InternalPower& power) {
  return power.energy_pj;
}

OperatingPlace typical_place(const PinMap& full_adder) {
  OperatingPlace place{0.0, 2.0 * full_adder.inputs.back()->capacitance_pf};
  for (int round = 0; round < 8; ++round)
    place.transition_ns = mean_of(full_adder.outputs[1]->timing, transition_of, place);
  return place;
}

CellCosts::Output output_costs(const LibertyPin& pin, OperatingPlace place) {
  const OperatingPlace light{place.transition_ns, place.load_pf / 2}, heavy{place.transition_ns, place.load_pf * 2};
  const double light_delay = mean_of(pin.timing, delay_of, light), heavy_delay = mean_of(pin.timing, delay_of, heavy);
  const double slope = (heavy_delay - light_delay) / (heavy.load_pf - light.load_pf);
  return {mean_of(pin.internal_power, energy_of, place), light_delay - slope * light.load_pf, slope};
}

}  // namespace

Result<CellCosts> cell_costs_of(const LibertyLibrary& library) {
  const auto adder = choose(library, GateKind::FullAdder);
  if (!adder) return forward_error(adder);
  const OperatingPlace place = typical_place(adder->pins);
  CellCosts costs;
  costs.library = library.name;
  costs.voltage_v = library.voltage_v;
  for (std::size_t kind = 0; kind < kGateKinds; ++kind) {
    const auto choice = choose(library, static_cast<GateKind>(kind));
    if (!choice) return forward_error(choice);
    CellCosts::Cell& cell = costs.cells[kind];
    cell.name = choice->cell->name;
    cell.area = choice->cell->area;
    for (std::size_t pin = 0; pin < choice->pins.inputs.size(); ++pin)
      cell.input_pf[pin] = choice->pins.inputs[pin]->capacitance_pf;
    for (std::size_t n = 0; n < choice->pins.outputs.size(); ++n)
      cell.outputs[n] = output_costs(*choice->pins.outputs[n], place);
  }
  return costs;
}

}  // namespace axvp
