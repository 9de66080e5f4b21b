#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "axvp/common/result.h"
#include "axvp/power/activity.h"
#include "axvp/power/energy_table.h"
#include "axvp/power/netlist.h"
#include "axvp/power/timing.h"

namespace axvp {

/// How the toggles that energy is computed from are counted.
enum class ToggleModel : std::uint8_t {
  ZeroDelay,  ///< simulate_zero_delay(): no glitches.
  Timed,      ///< simulate_timed() with the delays of the library: glitches included.
};
/// "zero-delay", "glitch-aware (inertial delays)".
[[nodiscard]] std::string_view to_string(ToggleModel model);

/// Energy of one module instance of a netlist (or of its top), over a whole simulation.
struct PartEnergy {
  std::string part;  ///< Path of the instance, "" for the top itself.
  Picojoules internal{};
  Picojoules switching{};  ///< C V^2 / 2 of the part's own input pins, whoever drives them.
  Nanowatts leakage{};
  SquareMicrometres area{};
  std::size_t cells = 0;
};

/// Energy of a netlist over a simulation. Every toggle of a net costs C V^2 / 2 of each input pin on it (no wires),
/// charged to the cell that owns the pin; so parts add up, and a block pays for its operand ports. Internal energy
/// comes from the NLDM tables at the net's load and the propagated slews; where several inputs may have caused an
/// output's toggle, their tables are weighted with how often both toggled together.
struct NetlistEnergy {
  std::string activity;
  std::uint64_t transitions = 0;
  std::vector<PartEnergy> parts;     ///< As in Netlist::parts.
  Picojoules switching_at_inputs{};  ///< The share of all switching that is charged at the input ports.
  Nanoseconds critical_path{};
  /// Of the mean of a transition, if the transitions are a sample: from the spread of kActivityGroups groups. 0 without
  /// delays. For combinational netlists.
  Picojoules standard_error{};

  [[nodiscard]] PartEnergy total() const;
  /// Mean per transition of one part.
  [[nodiscard]] EventEnergy per_transition(const PartEnergy& part) const;
};

/// The same transitions under both models.
struct EnergyOfBoth {
  NetlistEnergy timed, zero_delay;
};

/// Prices simulations of one netlist, which has to live as long as the meter does.
class EnergyMeter {
 public:
  /// Fails where the library has no internal_power tables for a cell.
  [[nodiscard]] static Result<EnergyMeter> create(const Netlist& netlist, const TimingOptions& options = {});
  EnergyMeter(EnergyMeter&& other) noexcept;
  ~EnergyMeter();

  /// Fails as the simulation does.
  [[nodiscard]] Result<NetlistEnergy> measure(const Stimulus& stimulus, ToggleModel model) const;
  /// Both models from one simulation.
  [[nodiscard]] Result<EnergyOfBoth> measure_both(const Stimulus& stimulus) const;
  [[nodiscard]] const Timing& timing() const;

 private:
  class Pricing;
  explicit EnergyMeter(std::unique_ptr<const Pricing> pricing);
  std::unique_ptr<const Pricing> pricing_;
};

/// A meter for one simulation.
[[nodiscard]] Result<NetlistEnergy> measure_energy(const Netlist& netlist, const Stimulus& stimulus, ToggleModel model,
                                                   const TimingOptions& options = {});

/// Switching energy alone if every net toggled `toggles` times, input ports left out: what static tools call switching
/// power under a global activity; a cross-check.
[[nodiscard]] Picojoules switching_under_global_activity(const Netlist& netlist, double toggles);

}  // namespace axvp
