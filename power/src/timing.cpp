#include "axvp/power/timing.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace axvp {
namespace {

constexpr double kNever = -std::numeric_limits<double>::infinity();

std::size_t index(NetId net) {
  return static_cast<std::size_t>(net);
}
std::size_t index(Edge edge) {
  return static_cast<std::size_t>(edge);
}

NetId net_at(const NetlistCell& cell, const std::string& pin) {
  return cell.nets[static_cast<std::size_t>(cell.type->find_pin(pin) - cell.type->pins.data())];
}

class Analysis {
 public:
  Analysis(const Netlist& netlist, const TimingOptions& options) : netlist_(netlist) {
    const double slew = options.input_transition.value;
    timing_.load_pf.assign(netlist.nets, 0.0);
    timing_.transition_ns.assign(netlist.nets, {slew, slew});
    timing_.arrival_ns.assign(netlist.nets, {kNever, kNever});
    timing_.delay_ns.assign(netlist.nets, 0.0);
    for (const auto& port : netlist.ports)
      for (const NetId bit : port.bits)
        if (port.is_input)
          timing_.arrival_ns[index(bit)] = {0.0, 0.0};
        else
          timing_.load_pf[index(bit)] += options.output_load_pf;
    timing_.arrival_ns[kZeroNet] = timing_.arrival_ns[kOneNet] = {kNever, kNever};
  }

  Timing run() {
    for (const auto& cell : netlist_.cells) add_loads(cell);
    for (const std::size_t c : netlist_.flip_flops) propagate(netlist_.cells[c]);
    for (const std::size_t c : netlist_.combinational) propagate(netlist_.cells[c]);
    for (const auto& port : netlist_.ports)
      if (!port.is_input)
        for (const NetId bit : port.bits) note_end(bit);
    for (const std::size_t c : netlist_.flip_flops)
      for (const auto& pin : netlist_.cells[c].type->flip_flop->next_state.pins())
        if (netlist_.cells[c].type->find_pin(pin) != nullptr) note_end(net_at(netlist_.cells[c], pin));
    return std::move(timing_);
  }

 private:
  void add_loads(const NetlistCell& cell) {
    for (std::size_t p = 0; p < cell.nets.size(); ++p)
      if (cell.type->pins[p].direction == PinDirection::Input)
        timing_.load_pf[index(cell.nets[p])] += cell.type->pins[p].capacitance_pf;
  }

  void propagate(const NetlistCell& cell) {
    for (std::size_t p = 0; p < cell.nets.size(); ++p) {
      if (cell.type->pins[p].direction != PinDirection::Output || cell.nets[p] == kUnconnected) continue;
      const NetId output = cell.nets[p];
      timing_.transition_ns[index(output)] = {0.0, 0.0};
      Mean delay;
      for (const auto& arc : cell.type->pins[p].timing)
        for (const auto& related : arc.related_pins) propagate(arc, net_at(cell, related), output, delay);
      timing_.delay_ns[index(output)] = delay.value();
    }
  }

  struct Mean {
    double sum = 0.0;
    int count = 0;
    [[nodiscard]] double value() const { return count == 0 ? 0.0 : sum / count; }
  };

  void propagate(const TimingArc& arc, NetId input, NetId output, Mean& delay_ns) {
    if (input == kUnconnected || input == kZeroNet || input == kOneNet) return;
    for (const Edge edge : kEdges) {
      const auto causes = arc.clock_edge ? std::vector<Edge>{*arc.clock_edge} : causing_edges(arc.sense, edge);
      for (const Edge cause : causes) {
        const double arrival = timing_.arrival_ns[index(input)][index(cause)];
        const double slew = timing_.transition_ns[index(input)][index(cause)];
        const double load = timing_.load_pf[index(output)];
        auto& latest = timing_.arrival_ns[index(output)][index(edge)];
        auto& worst = timing_.transition_ns[index(output)][index(edge)];
        const double delay = arc.delay_ns[index(edge)].at(slew, load);
        delay_ns.sum += delay;
        ++delay_ns.count;
        latest = std::max(latest, arrival + delay);
        worst = std::max(worst, arc.transition_ns[index(edge)].at(slew, load));
      }
    }
  }

  void note_end(NetId net) {
    for (const Edge edge : kEdges)
      timing_.critical_path = std::max(timing_.critical_path, Nanoseconds{timing_.arrival_ns[index(net)][index(edge)]});
  }

  const Netlist& netlist_;
  Timing timing_;
};

}  // namespace

std::vector<Edge> causing_edges(TimingSense sense, Edge output) {
  if (sense == TimingSense::PositiveUnate) return {output};
  if (sense == TimingSense::NegativeUnate) return {output == Edge::Rise ? Edge::Fall : Edge::Rise};
  return {Edge::Rise, Edge::Fall};
}

GateDelays quantise_delays(const Netlist& netlist, const Timing& timing, std::uint32_t steps) {
  GateDelays delays;
  delays.step =
      timing.critical_path > Nanoseconds{} ? timing.critical_path / static_cast<double>(steps) : Nanoseconds{1.0};
  const auto to_steps = [&](double ns) {
    return static_cast<std::uint32_t>(std::lround(std::max(ns / delays.step.value, 0.0)));
  };
  delays.of_net.assign(netlist.nets, 1);
  for (std::size_t net = 0; net < netlist.nets; ++net)
    delays.of_net[net] = std::max(to_steps(timing.delay_ns[net]), 1u);
  double clock_to_output_ns = 0.0;
  std::size_t outputs = 0;
  for (const std::size_t c : netlist.flip_flops)
    for (std::size_t p = 0; p < netlist.cells[c].nets.size(); ++p) {
      const NetId net = netlist.cells[c].nets[p];
      if (netlist.cells[c].type->pins[p].direction != PinDirection::Output || net == kUnconnected) continue;
      clock_to_output_ns += timing.delay_ns[index(net)];
      ++outputs;
    }
  const std::uint32_t arrival = outputs == 0 ? 0 : to_steps(clock_to_output_ns / static_cast<double>(outputs));
  for (const auto& port : netlist.ports)
    if (port.is_input)
      for (const NetId bit : port.bits) delays.of_net[index(bit)] = arrival;
  return delays;
}

Timing analyse_timing(const Netlist& netlist, const TimingOptions& options) {
  return Analysis{netlist, options}.run();
}

}  // namespace axvp
