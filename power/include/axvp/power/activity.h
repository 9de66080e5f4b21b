#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "axvp/common/result.h"
#include "axvp/multipliers/truth_table.h"
#include "axvp/power/netlist.h"
#include "axvp/power/timing.h"

namespace axvp {

/// Values at the input ports: `lanes` independent streams of `steps` vectors each, 64 lanes to a word. For a sequential
/// netlist a step is a clock cycle. Ports not mentioned are held at 0; the clock is not a port to be driven.
class Stimulus {
 public:
  Stimulus(std::size_t steps, std::size_t lanes);

  /// `values[step * lanes + lane]`, the low `width` bits count. Throws std::invalid_argument on a wrong length.
  void drive(const std::string& port, int width, const std::vector<std::uint64_t>& values);
  /// The same value in every lane and step.
  void hold(const std::string& port, int width, std::uint64_t value);

  [[nodiscard]] std::size_t steps() const { return steps_; }
  [[nodiscard]] std::size_t lanes() const { return lanes_; }
  /// Steps that follow another one, over all lanes.
  [[nodiscard]] std::uint64_t transitions() const { return (steps_ - 1) * lanes_; }

  /// Bits of one port: words of bit b at step s begin at `planes[(b * steps + s) * words]`.
  struct Port {
    std::string name;
    int width = 0;
    std::vector<std::uint64_t> planes;
  };
  [[nodiscard]] const std::vector<Port>& ports() const { return ports_; }
  [[nodiscard]] std::size_t words() const { return words_; }  ///< Per bit and step, padded to whole blocks.

 private:
  std::size_t steps_;
  std::size_t lanes_;
  std::size_t words_;
  std::vector<Port> ports_;
};

/// Something to count while simulating. Without a net: transitions after which `when` holds, its pins being those of
/// `cell`. With a net: its toggles, (if given) those that `cause`, an input of the cell that drives the net, launched,
/// (if given) those where `when` holds right after. Without delays "launched" means that both toggle.
struct Counter {
  NetId net = kUnconnected;
  NetId cause = kUnconnected;
  const BooleanExpression* when = nullptr;
  std::size_t cell = 0;
};

/// Toggle counts of some transitions.
struct ToggleCounts {
  std::uint64_t transitions = 0;
  std::vector<std::uint64_t> toggles;   ///< By net.
  std::vector<std::uint64_t> counters;  ///< In the order asked for.
};

/// Transitions fall into so many groups by their lane, (lane / 64) % 16 where there are two steps: how far the groups
/// lie apart tells how exact a mean over a sample is.
inline constexpr std::size_t kActivityGroups = 16;

/// Toggle counts of one simulation.
struct Activity {
  std::uint64_t transitions = 0;
  std::vector<std::uint64_t> toggles;              ///< By net, glitches included.
  std::vector<std::uint64_t> functional;           ///< By net: toggles of the settled values. The others are glitches.
  std::vector<std::uint64_t> counters;             ///< In the order asked for.
  std::vector<std::uint64_t> functional_counters;  ///< The same of the settled values.
  std::vector<ToggleCounts> groups;                ///< With delays: of each group. The sum over groups is the whole.
};

/// Simulates without delays: every net toggles at most once a transition, the clock twice. Flip-flops start at 0.
/// Fails if the stimulus drives a port that the netlist does not have or with another width.
[[nodiscard]] Result<Activity> simulate_zero_delay(const Netlist& netlist, const Stimulus& stimulus,
                                                   const std::vector<Counter>& counters = {});

/// Simulates with inertial delays: a cell's output follows its function `delays` later, unless this changes back
/// before. Equal to event-driven simulation of the same delays, net by net. Every transition starts from settled
/// values. Fails as simulate_zero_delay() does, and if a clear or preset acts between clock edges.
[[nodiscard]] Result<Activity> simulate_timed(const Netlist& netlist, const GateDelays& delays,
                                              const Stimulus& stimulus, const std::vector<Counter>& counters = {});

/// Values of an output port, `[step * lanes + lane]`.
[[nodiscard]] Result<std::vector<std::uint64_t>> simulate_outputs(const Netlist& netlist, const Stimulus& stimulus,
                                                                  const std::string& port);

/// Compares a mapped multiplier (ports x_i, w_i, p_o and, where it has modes, mode_i) with its table on every operand
/// pair that its ports can carry. The error names operands, mode and both values.
[[nodiscard]] Result<void> check_against_table(const Netlist& netlist, const TruthTable& table, int mode);

}  // namespace axvp
