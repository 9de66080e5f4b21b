#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "timed_gate.h"

namespace axvp {

/// Planes by number, used again once their net is no longer read, so that they stay in the cache.
class PlanePool {
 public:
  [[nodiscard]] std::uint32_t take() {
    if (free_.empty()) {
      planes_.emplace_back();
      return static_cast<std::uint32_t>(planes_.size() - 1);
    }
    const std::uint32_t plane = free_.back();
    free_.pop_back();
    return plane;
  }
  void give_back(std::uint32_t plane) { free_.push_back(plane); }
  [[nodiscard]] Plane& operator[](std::uint32_t plane) { return planes_[plane]; }

 private:
  std::vector<Plane> planes_;
  std::vector<std::uint32_t> free_;
};

/// An output while its gate is evaluated.
struct OutputState {
  Plane value;              ///< Of the function at the last event.
  Plane pending;            ///< Lanes with a change that has not come out yet; at most one a lane.
  std::size_t waiting = 0;  ///< First event of the waveform that has not come out yet.
};

/// One gate in one batch of transitions. The vectors keep their memory from gate to gate.
struct GateRun {
  const TimedGate* gate = nullptr;
  std::vector<const Waveform*> inputs;  ///< By input of the gate.
  std::vector<Plane> slots;             ///< The inputs' slots hold the values before the transition.
  std::vector<Waveform*> outputs;       ///< By output; empty to begin with.
  std::vector<OutputState> states;
  std::vector<std::size_t> next_input, next_output;
  std::vector<const Plane*> input_toggles, output_toggles;
};

/// Fills the outputs: the function at the union of the inputs' event times, each change after the output's delay; two
/// changes of a lane less than the delay apart cancel each other. (Verilog's inertial delay, IEEE 1364-2005 6.1.3.)
void run_gate(GateRun& run, PlanePool& planes);

/// Counts, by word of the planes.
using WordCounts = std::array<std::uint64_t, kPlaneWords>;

/// Adds to the counters of a gate. After run_gate() with the same start values.
void count_coincidences(GateRun& run, PlanePool& planes, std::vector<WordCounts>& counters);

/// Adds the toggles of a net.
void count_toggles(const Waveform& waveform, PlanePool& planes, WordCounts& counts);

}  // namespace axvp
