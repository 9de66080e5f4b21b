#include "axvp/evolve/library_costs.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "cell_match.h"

namespace axvp {
namespace {

struct Choice {
  const LibertyCell* cell = nullptr;
  PinMap pins;
};

std::optional<Choice> choose(const LibertyLibrary& library, GateKind kind) {
  Choice best;
  for (const auto& [name, cell] : library.cells) {
    if (best.cell != nullptr && cell.area >= best.cell->area) continue;
    if (auto pins = match_cell(cell, kind)) best = {&cell, std::move(*pins)};
  }
  return best.cell != nullptr ? std::optional{best} : std::nullopt;
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

/// Two inputs of `cell` as load, and the slope its last output makes of itself under that load.
OperatingPlace typical_place(const PinMap& cell) {
  OperatingPlace place{0.0, 2.0 * cell.inputs.back()->capacitance_pf};
  for (int round = 0; round < 8; ++round)
    place.transition_ns = mean_of(cell.outputs.back()->timing, transition_of, place);
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
  const auto adder = choose(library, GateKind::FullAdder), gate = choose(library, GateKind::Xor);
  if (!adder && !gate) return fail("library {} has neither a full adder nor an XOR gate", library.name);
  const OperatingPlace place = typical_place(adder ? adder->pins : gate->pins);
  CellCosts costs;
  costs.library = library.name;
  costs.voltage_v = library.voltage_v;
  for (std::size_t kind = 0; kind < kGateKinds; ++kind) {
    const auto choice = choose(library, static_cast<GateKind>(kind));
    if (!choice) continue;
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
