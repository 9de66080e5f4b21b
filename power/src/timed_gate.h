#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "axvp/power/activity.h"
#include "axvp/power/netlist.h"
#include "axvp/power/timing.h"
#include "gate_program.h"

namespace axvp {

/// Words of one bit-plane of the timed simulation: so many transitions (times 64) run at once.
inline constexpr std::size_t kPlaneWords = 16;
struct alignas(64) Plane {
  std::array<std::uint64_t, kPlaneWords> words{};
};

/// The lanes of a net that toggle at one time.
struct ToggleEvent {
  std::uint32_t time = 0;  ///< In steps after the clock's edge.
  std::uint32_t plane = 0;
};
using Waveform = std::vector<ToggleEvent>;  ///< In order of time, each time at most once.

/// A function as code over the slots of one gate: its pins first, then a one, a flip-flop's state and what comes up on
/// the way.
struct GateCode {
  std::vector<GateProgram::Instruction> code;
  std::uint32_t result = 0;
};

/// What a gate has to count for the pricing of internal energy.
struct GateCounter {
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  std::size_t counter = 0;        ///< Index into the counters asked for.
  std::size_t output = kNone;     ///< Toggles of this output that an event of `pin` launched,
  std::size_t pin = kNone;        ///< or toggles of the pin if there is no output.
  std::size_t condition = kNone;  ///< Index into TimedGate::conditions: has to hold when the event is over.
};

/// One cell, ready for the timed simulation.
struct TimedGate {
  struct Output {
    NetId net = kUnconnected;
    std::uint32_t delay = 1;
    GateCode function;
  };
  std::vector<NetId> inputs;    ///< Slot i is the net of input i.
  std::vector<Output> outputs;  ///< Empty for a flip-flop: its outputs start events, its inputs are watched.
  std::vector<GateCode> conditions;
  std::vector<GateCounter> counters;
  std::uint32_t slots = 0;
  std::uint32_t one = 0;    ///< Slot of the constant 1.
  std::uint32_t state = 0;  ///< Slot of a flip-flop's state.
};

/// The gates of a netlist, levelised, then the flip-flops in the netlist's order. Counters that toggles of the clock
/// decide, or no toggle at all, are left to the caller.
[[nodiscard]] std::vector<TimedGate> compile_gates(const Netlist& netlist, const GateDelays& delays,
                                                   const std::vector<Counter>& counters);
/// True where settled values decide a counter.
[[nodiscard]] bool counts_settled_values(const Netlist& netlist, const Counter& counter);

}  // namespace axvp
