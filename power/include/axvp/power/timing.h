#pragma once

#include <array>
#include <vector>

#include "axvp/common/units.h"
#include "axvp/power/netlist.h"

namespace axvp {

struct TimingOptions {
  Nanoseconds input_transition{0.05};  ///< At every input port.
  double output_load_pf = 0.0;         ///< At every output port.
};

/// Loads, transition times and arrival times of every net: NLDM tables, worst slew and latest arrival over all arcs,
/// rise and fall apart. Without wires.
struct Timing {
  std::vector<double> load_pf;                       ///< By net: the capacitance of the input pins it drives.
  std::vector<std::array<double, 2>> transition_ns;  ///< By net and Edge.
  std::vector<std::array<double, 2>> arrival_ns;     ///< By net and Edge, from the inputs and the clock's edge.
  Nanoseconds critical_path{};                       ///< Latest arrival at an output port or a flip-flop's input.
};

[[nodiscard]] Timing analyse_timing(const Netlist& netlist, const TimingOptions& options = {});

/// The input edges that turn the output by an arc of this sense.
[[nodiscard]] std::vector<Edge> causing_edges(TimingSense sense, Edge output);

}  // namespace axvp
