#include <algorithm>

#include "axvp/power/activity.h"
#include "block_run.h"
#include "settled_count.h"
#include "timed_kernel.h"

namespace axvp {
namespace {

/// Transitions of one block of lanes that fit into a plane.
constexpr std::size_t kBlocksPerPlane = kPlaneWords / kBlockWords;

std::size_t index(NetId net) {
  return static_cast<std::size_t>(net);
}

void put(Plane& plane, std::size_t place, const Block& block) {
  std::copy(block.begin(), block.end(), plane.words.begin() + static_cast<std::ptrdiff_t>(place * kBlockWords));
}

/// Simulates transitions from settled values to settled values, many at once, gate by gate.
class TimedRun {
 public:
  TimedRun(const Netlist& netlist, const GateDelays& delays, const GateProgram& program,
           const std::vector<Counter>& counters)
      : program_(program),
        delays_(delays),
        gates_(compile_gates(netlist, delays, counters)),
        first_flip_flop_(netlist.combinational.size()),
        before_(netlist.nets),
        change_(netlist.nets),
        states_(netlist.flip_flops.size()),
        waveforms_(netlist.nets),
        readers_(netlist.nets, 0),
        toggles_(netlist.nets, WordCounts{}),
        counters_(counters.size(), WordCounts{}) {
    find_sources(netlist);
    std::size_t slots = 0;
    for (const auto& gate : gates_) {
      for (const NetId net : gate.inputs) ++readers_[index(net)];
      slots = std::max<std::size_t>(slots, gate.slots);
    }
    run_.slots.resize(slots);
  }

  void add(const std::vector<Block>& before, const std::vector<Block>& now, const Block& mask) {
    for (std::size_t net = 0; net < before_.size(); ++net) put(before_[net], filled_, before[net]);
    for (const NetId net : sources_) {
      Block change;
      for (std::size_t i = 0; i < kBlockWords; ++i) change[i] = (now[index(net)][i] ^ before[index(net)][i]) & mask[i];
      put(change_[index(net)], filled_, change);
    }
    for (std::size_t i = 0; i < states_.size(); ++i) put(states_[i], filled_, now[program_.registers()[i].state]);
    for (std::size_t i = 0; i < kBlockWords; ++i)
      transitions_[filled_ * kBlockWords + i] += static_cast<std::uint64_t>(__builtin_popcountll(mask[i]));
    if (++filled_ == kBlocksPerPlane) flush();
  }

  /// Simulates what was added last; a plane that is not full has no toggles in the rest.
  void flush() {
    if (filled_ == 0) return;
    for (const NetId net : sources_) {
      for (std::size_t block = filled_; block < kBlocksPerPlane; ++block) put(change_[index(net)], block, Block{});
      start(net);
    }
    unread_ = readers_;
    for (const NetId net : sources_) finish(net);
    for (std::size_t g = 0; g < gates_.size(); ++g) simulate(g);
    filled_ = 0;
  }

  /// Counts of one word of the planes.
  [[nodiscard]] ToggleCounts counts_of(std::size_t word) const {
    ToggleCounts counts{transitions_[word], {}, {}};
    for (const auto& toggles : toggles_) counts.toggles.push_back(toggles[word]);
    for (const auto& counter : counters_) counts.counters.push_back(counter[word]);
    return counts;
  }

 private:
  /// Input ports but the clock, and what flip-flops drive.
  void find_sources(const Netlist& netlist) {
    for (const auto& port : netlist.ports)
      if (port.is_input)
        for (const NetId bit : port.bits)
          if (bit != netlist.clock) sources_.push_back(bit);
    for (const std::size_t c : netlist.flip_flops)
      for (std::size_t p = 0; p < netlist.cells[c].nets.size(); ++p)
        if (netlist.cells[c].type->pins[p].direction == PinDirection::Output &&
            netlist.cells[c].nets[p] != kUnconnected)
          sources_.push_back(netlist.cells[c].nets[p]);
  }

  void start(NetId net) {
    const Plane& change = change_[index(net)];
    if (std::all_of(change.words.begin(), change.words.end(), [](std::uint64_t word) { return word == 0; })) return;
    const std::uint32_t plane = planes_.take();
    planes_[plane] = change;
    waveforms_[index(net)].push_back({delays_.of_net[index(net)], plane});
  }

  /// A net is complete: counts it, and forgets it unless a gate reads it.
  void finish(NetId net) {
    count_toggles(waveforms_[index(net)], planes_, toggles_[index(net)]);
    if (unread_[index(net)] == 0) forget(net);
  }

  void forget(NetId net) {
    for (const ToggleEvent event : waveforms_[index(net)]) planes_.give_back(event.plane);
    waveforms_[index(net)].clear();
  }

  void simulate(std::size_t g) {
    const TimedGate& gate = gates_[g];
    run_.gate = &gate;
    run_.inputs.clear();
    run_.outputs.clear();
    for (const NetId net : gate.inputs) run_.inputs.push_back(&waveforms_[index(net)]);
    for (const auto& output : gate.outputs) run_.outputs.push_back(&waveforms_[index(output.net)]);
    set_start_values(g);
    if (!gate.outputs.empty()) run_gate(run_, planes_);
    if (!gate.counters.empty()) {
      set_start_values(g);
      count_coincidences(run_, planes_, counters_);
    }
    for (const NetId net : gate.inputs)
      if (--unread_[index(net)] == 0) forget(net);
    for (const auto& output : gate.outputs) finish(output.net);
  }

  void set_start_values(std::size_t g) {
    const TimedGate& gate = gates_[g];
    for (std::size_t i = 0; i < gate.inputs.size(); ++i) run_.slots[i] = before_[index(gate.inputs[i])];
    run_.slots[gate.inputs.size()] = Plane{};
    run_.slots[gate.one].words.fill(~std::uint64_t{0});
    run_.slots[gate.state] = g >= first_flip_flop_ ? states_[g - first_flip_flop_] : Plane{};
  }

  const GateProgram& program_;
  const GateDelays& delays_;
  std::vector<TimedGate> gates_;
  std::size_t first_flip_flop_;
  std::vector<NetId> sources_;
  std::size_t filled_ = 0;     ///< Blocks in the planes below.
  std::vector<Plane> before_;  ///< By net.
  std::vector<Plane> change_;  ///< By net, for sources.
  std::vector<Plane> states_;  ///< By flip-flop, after the clock's edge.
  std::vector<Waveform> waveforms_;
  std::vector<std::uint32_t> readers_;  ///< By net: input pins on it.
  std::vector<std::uint32_t> unread_;   ///< Those whose gates are still to come.
  WordCounts transitions_{};
  std::vector<WordCounts> toggles_;   ///< By net.
  std::vector<WordCounts> counters_;  ///< In the order asked for.
  PlanePool planes_;
  GateRun run_;
};

static_assert(kPlaneWords == kActivityGroups);

void add_counts(const std::vector<std::uint64_t>& from, std::vector<std::uint64_t>& to) {
  for (std::size_t i = 0; i < to.size(); ++i) to[i] += from[i];
}

}  // namespace

Result<Activity> simulate_timed(const Netlist& netlist, const GateDelays& delays, const Stimulus& stimulus,
                                const std::vector<Counter>& counters) {
  const auto drives = bind_ports(netlist, stimulus);
  if (!drives) return forward_error(drives);
  const GateProgram program{netlist, counters};
  SettledCount settled{netlist, program, counters};
  TimedRun timed{netlist, delays, program, counters};
  for (std::size_t block = 0; block * kBlockWords < stimulus.words(); ++block) {
    const Block mask = lane_mask(stimulus, block);
    BlockRun run{program, stimulus, *drives, block};
    std::vector<Block> before = run.advance();
    for (std::size_t step = 1; step < stimulus.steps(); ++step) {
      const std::vector<Block>& now = run.advance();
      if (run.was_overridden())
        return fail(
            "{}: a clear or preset changes a register between clock edges (step {}); timed simulation takes "
            "resets that are held",
            netlist.top, step);
      settled.add(before, now, mask);
      timed.add(before, now, mask);
      std::copy_n(now.begin(), netlist.nets, before.begin());
    }
  }
  timed.flush();
  Activity activity{stimulus.transitions(), std::vector<std::uint64_t>(netlist.nets, 0),
                    settled.toggles(),      std::vector<std::uint64_t>(counters.size(), 0),
                    settled.counters(),     {}};
  for (std::size_t word = 0; word < kPlaneWords; ++word) {
    activity.groups.push_back(timed.counts_of(word));
    add_counts(activity.groups.back().toggles, activity.toggles);
    add_counts(activity.groups.back().counters, activity.counters);
  }
  if (netlist.clock != kUnconnected) activity.toggles[index(netlist.clock)] = activity.functional[index(netlist.clock)];
  for (std::size_t i = 0; i < counters.size(); ++i)
    if (counts_settled_values(netlist, counters[i])) activity.counters[i] = activity.functional_counters[i];
  return activity;
}

}  // namespace axvp
