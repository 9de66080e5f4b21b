#include "axvp/power/energy.h"

#include <algorithm>
#include <cmath>

namespace axvp {
namespace {

std::size_t index(NetId net) {
  return static_cast<std::size_t>(net);
}

/// An internal_power group at a pin of a cell, the input that may have caused the toggle, and the counter that tells
/// how often it did.
struct PowerArc {
  std::size_t cell = 0;
  std::size_t pin = 0;
  const InternalPower* power = nullptr;
  NetId cause = kUnconnected;
  const TimingArc* timing = nullptr;  ///< Of the same input, tells which of its edges matter.
  double energy_pj = 0.0;             ///< A toggle's.
};

constexpr double kHalf = 0.5;

}  // namespace

class EnergyMeter::Pricing {
 public:
  Pricing(const Netlist& netlist, const TimingOptions& options)
      : netlist_(netlist), timing_(analyse_timing(netlist, options)), delays_(quantise_delays(netlist, timing_)) {
    for (std::size_t c = 0; c < netlist.cells.size(); ++c)
      for (std::size_t p = 0; p < netlist.cells[c].nets.size(); ++p) list_arcs(c, p);
    first_leakage_ = counters_.size();
    for (auto& arc : arcs_) arc.energy_pj = energy_per_toggle(arc);
    for (std::size_t c = 0; c < netlist.cells.size(); ++c)
      for (const auto& state : netlist.cells[c].type->leakage)
        counters_.push_back({kUnconnected, kUnconnected, &*state.when, c});
  }

  [[nodiscard]] Result<Activity> simulate(const Stimulus& stimulus, ToggleModel model) const {
    return model == ToggleModel::Timed ? simulate_timed(netlist_, delays_, stimulus, counters_)
                                       : simulate_zero_delay(netlist_, stimulus, counters_);
  }

  [[nodiscard]] const Timing& timing() const { return timing_; }

  /// The same transitions with glitches, or what settled values alone toggle.
  [[nodiscard]] NetlistEnergy price(const Activity& activity) const {
    NetlistEnergy result = price_counts({activity.transitions, activity.toggles, activity.counters});
    result.standard_error = standard_error(activity, result);
    return result;
  }
  [[nodiscard]] NetlistEnergy price_settled(const Activity& activity) const {
    return price_counts({activity.transitions, activity.functional, activity.functional_counters});
  }

 private:
  [[nodiscard]] NetlistEnergy price_counts(const ToggleCounts& counts) const {
    NetlistEnergy result;
    result.transitions = counts.transitions;
    result.critical_path = timing_.critical_path;
    for (const auto& part : netlist_.parts) result.parts.push_back({part, {}, {}, {}, {}, 0});
    add_switching(counts, result);
    add_internal(counts, result);
    add_static(counts, result);
    return result;
  }

  /// Of the mean of a sample whose groups are samples too: from how far these lie apart.
  [[nodiscard]] Picojoules standard_error(const Activity& activity, const NetlistEnergy& whole) const {
    const auto mean_of = [](const NetlistEnergy& energy) {
      const PartEnergy total = energy.total();
      return (total.internal + total.switching).value / static_cast<double>(energy.transitions);
    };
    double squares = 0.0;
    double groups = 0.0;
    for (const auto& group : activity.groups) {
      if (group.transitions == 0) continue;
      const double share = static_cast<double>(group.transitions) / static_cast<double>(whole.transitions);
      const double distance = mean_of(price_counts(group)) - mean_of(whole);
      squares += share * share * distance * distance;
      groups += 1.0;
    }
    return Picojoules{groups > 1.0 ? std::sqrt(squares * groups / (groups - 1.0)) : 0.0};
  }

  void list_arcs(std::size_t c, std::size_t p) {
    const NetlistCell& cell = netlist_.cells[c];
    const LibertyPin& pin = cell.type->pins[p];
    if (cell.nets[p] == kUnconnected || cell.nets[p] == kZeroNet || cell.nets[p] == kOneNet) return;
    for (const auto& power : pin.internal_power) {
      const auto* when = power.when ? &*power.when : nullptr;
      if (power.related_pins.empty()) {
        arcs_.push_back({c, p, &power, kUnconnected, nullptr, 0.0});
        counters_.push_back({cell.nets[p], kUnconnected, when, c});
      }
      for (const auto& related : power.related_pins) {
        const NetId cause = cell.nets[static_cast<std::size_t>(cell.type->find_pin(related) - cell.type->pins.data())];
        if (cause == kUnconnected || cause == kZeroNet || cause == kOneNet) continue;
        arcs_.push_back({c, p, &power, cause, timing_arc(pin, related), 0.0});
        counters_.push_back({cell.nets[p], cause, when, c});
      }
    }
  }

  static const TimingArc* timing_arc(const LibertyPin& pin, const std::string& related) {
    for (const auto& arc : pin.timing)
      if (std::find(arc.related_pins.begin(), arc.related_pins.end(), related) != arc.related_pins.end()) return &arc;
    return nullptr;
  }

  void add_switching(const ToggleCounts& counts, NetlistEnergy& result) const {
    std::vector<bool> is_input(netlist_.nets, false);
    for (const auto& port : netlist_.ports)
      if (port.is_input)
        for (const NetId bit : port.bits) is_input[index(bit)] = true;
    const double half_v2 = kHalf * netlist_.library->voltage_v * netlist_.library->voltage_v;
    for (const auto& cell : netlist_.cells)
      for (std::size_t p = 0; p < cell.nets.size(); ++p) {
        if (cell.type->pins[p].direction != PinDirection::Input) continue;
        const auto toggles = static_cast<double>(counts.toggles[index(cell.nets[p])]);
        const Picojoules energy{toggles * cell.type->pins[p].capacitance_pf * half_v2};  // pF V^2 = pJ
        result.parts[cell.part].switching += energy;
        if (is_input[index(cell.nets[p])]) result.switching_at_inputs += energy;
      }
  }

  /// Mean of a rising and a falling transition: they alternate.
  double energy_per_toggle(const PowerArc& arc) const {
    const NetId net = netlist_.cells[arc.cell].nets[arc.pin];
    const bool is_output = netlist_.cells[arc.cell].type->pins[arc.pin].direction == PinDirection::Output;
    const double load = is_output ? timing_.load_pf[index(net)] : 0.0;
    double sum = 0.0;
    for (const Edge edge : kEdges) {
      const auto& table = arc.power->energy_pj[static_cast<std::size_t>(edge)];
      if (arc.cause == kUnconnected) {
        sum += table.at(timing_.transition_ns[index(net)][static_cast<std::size_t>(edge)], load);
        continue;
      }
      const auto causes = arc.timing != nullptr && arc.timing->clock_edge
                              ? std::vector<Edge>{*arc.timing->clock_edge}
                              : causing_edges(arc.timing != nullptr ? arc.timing->sense : TimingSense::NonUnate, edge);
      double mean = 0.0;
      for (const Edge cause : causes)
        mean += table.at(timing_.transition_ns[index(arc.cause)][static_cast<std::size_t>(cause)], load) /
                static_cast<double>(causes.size());
      sum += mean;
    }
    return kHalf * sum;
  }

  /// Arcs of one output share its toggles; arcs of an input are counted each for itself.
  void add_internal(const ToggleCounts& counts, NetlistEnergy& result) const {
    for (std::size_t first = 0; first < arcs_.size();) {
      std::size_t last = first;
      double weighted = 0.0;
      double weights = 0.0;
      for (; last < arcs_.size() && arcs_[last].cell == arcs_[first].cell && arcs_[last].pin == arcs_[first].pin;
           ++last) {
        const auto count = static_cast<double>(counts.counters[last]);
        weighted += count * arcs_[last].energy_pj;
        weights += count;
      }
      const NetlistCell& cell = netlist_.cells[arcs_[first].cell];
      const bool is_output = cell.type->pins[arcs_[first].pin].direction == PinDirection::Output;
      const auto toggles = static_cast<double>(counts.toggles[index(cell.nets[arcs_[first].pin])]);
      if (weights > 0.0)
        result.parts[cell.part].internal += Picojoules{is_output ? toggles * weighted / weights : weighted};
      first = last;
    }
  }

  void add_static(const ToggleCounts& counts, NetlistEnergy& result) const {
    std::size_t counter = first_leakage_;
    for (const auto& cell : netlist_.cells) {
      PartEnergy& part = result.parts[cell.part];
      part.area += cell.type->area;
      ++part.cells;
      double covered = 0.0;
      double leakage = 0.0;
      for (const auto& state : cell.type->leakage) {
        const double share = static_cast<double>(counts.counters[counter++]) /
                             static_cast<double>(std::max<std::uint64_t>(counts.transitions, 1));
        leakage += share * state.power_nw;
        covered += share;
      }
      part.leakage += Nanowatts{leakage + std::max(0.0, 1.0 - covered) * cell.type->leakage_nw};
    }
  }

  const Netlist& netlist_;
  Timing timing_;
  GateDelays delays_;
  std::vector<PowerArc> arcs_;
  std::vector<Counter> counters_;  ///< One per arc, then one per leakage state.
  std::size_t first_leakage_ = 0;
};

namespace {

Result<void> check_tables(const Netlist& netlist) {
  for (const auto& cell : netlist.cells) {
    const bool has_power = std::any_of(cell.type->pins.begin(), cell.type->pins.end(),
                                       [](const auto& pin) { return !pin.internal_power.empty(); });
    if (!has_power)
      return fail("the library {} has no internal_power tables for {}, so energy cannot be measured with it",
                  netlist.library->name, cell.type->name);
  }
  return {};
}

}  // namespace

PartEnergy NetlistEnergy::total() const {
  PartEnergy sum;
  for (const auto& part : parts) {
    sum.internal += part.internal;
    sum.switching += part.switching;
    sum.leakage += part.leakage;
    sum.area += part.area;
    sum.cells += part.cells;
  }
  return sum;
}

EventEnergy NetlistEnergy::per_transition(const PartEnergy& part) const {
  const auto count = static_cast<double>(std::max<std::uint64_t>(transitions, 1));
  return {part.internal / count, part.switching / count};
}

std::string_view to_string(ToggleModel model) {
  return model == ToggleModel::Timed ? "glitch-aware (inertial delays)" : "zero-delay";
}

EnergyMeter::EnergyMeter(std::unique_ptr<const Pricing> pricing) : pricing_(std::move(pricing)) {}
EnergyMeter::EnergyMeter(EnergyMeter&& other) noexcept = default;
EnergyMeter::~EnergyMeter() = default;

Result<EnergyMeter> EnergyMeter::create(const Netlist& netlist, const TimingOptions& options) {
  if (const auto usable = check_tables(netlist); !usable) return forward_error(usable);
  return EnergyMeter{std::make_unique<const Pricing>(netlist, options)};
}

Result<NetlistEnergy> EnergyMeter::measure(const Stimulus& stimulus, ToggleModel model) const {
  const auto activity = pricing_->simulate(stimulus, model);
  if (!activity) return forward_error(activity);
  NetlistEnergy energy = pricing_->price(*activity);
  energy.activity = to_string(model);
  return energy;
}

Result<EnergyOfBoth> EnergyMeter::measure_both(const Stimulus& stimulus) const {
  const auto activity = pricing_->simulate(stimulus, ToggleModel::Timed);
  if (!activity) return forward_error(activity);
  EnergyOfBoth both{pricing_->price(*activity), pricing_->price_settled(*activity)};
  both.timed.activity = to_string(ToggleModel::Timed);
  both.zero_delay.activity = to_string(ToggleModel::ZeroDelay);
  return both;
}

const Timing& EnergyMeter::timing() const {
  return pricing_->timing();
}

Result<NetlistEnergy> measure_energy(const Netlist& netlist, const Stimulus& stimulus, ToggleModel model,
                                     const TimingOptions& options) {
  const auto meter = EnergyMeter::create(netlist, options);
  if (!meter) return forward_error(meter);
  return meter->measure(stimulus, model);
}

Picojoules switching_under_global_activity(const Netlist& netlist, double toggles) {
  const Timing timing = analyse_timing(netlist);
  std::vector<bool> is_driven(netlist.nets, false);
  for (const auto& cell : netlist.cells)
    for (std::size_t p = 0; p < cell.nets.size(); ++p)
      if (cell.type->pins[p].direction == PinDirection::Output && cell.nets[p] != kUnconnected)
        is_driven[index(cell.nets[p])] = true;
  double load_pf = 0.0;
  for (std::size_t net = 0; net < netlist.nets; ++net)
    if (is_driven[net]) load_pf += timing.load_pf[net];
  return Picojoules{kHalf * load_pf * netlist.library->voltage_v * netlist.library->voltage_v * toggles};
}

}  // namespace axvp
