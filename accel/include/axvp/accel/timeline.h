#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "axvp/accel/cycle_ledger.h"

namespace axvp {

/// What of a run is kept: operations of one name (all if empty), what overlaps with [begin, end), at most `most_events`.
struct TimelineWindow {
  std::string layer;
  Cycles begin = 0;
  Cycles end = std::numeric_limits<Cycles>::max();
  std::size_t most_events = 1'000'000;
};

/// Collects what happened when, for Perfetto and Chrome's trace viewer: operations, folds of the array, what each unit did,
/// whom each cycle belongs to, switches of the operating point, and the energy so far.
class Timeline {
 public:
  Timeline(std::vector<std::string> point_names, TimelineWindow window);

  /// A unit was at work, as the ledger hears it.
  void busy(CycleOwner owner, Cycles begin, Cycles end);
  /// Cycles that belong to an owner.
  void owned(CycleOwner owner, Cycles begin, Cycles end);
  /// `folds` loads of the array, one every `interval` cycles.
  void folds(Cycles begin, std::uint64_t folds, Cycles interval);
  void switched(std::uint32_t to, Cycles begin, Cycles end);

  struct Operation {
    std::string name;
    std::uint32_t point = 0;
    Cycles begin = 0, end = 0, array_cycles = 0;
    std::uint64_t macs = 0;
    double energy_pj = 0;        ///< Of the operation.
    double total_energy_pj = 0;  ///< Of the run until its end.
  };
  /// An operation is complete; everything since the one before belongs to it.
  void complete(const Operation& operation);

  /// The whole as JSON in Chrome's trace event format; `clock_mhz` turns cycles into microseconds. Slices that overlap on
  /// a track are put on lanes of their own.
  [[nodiscard]] std::string to_json(double clock_mhz) const;
  [[nodiscard]] std::uint64_t dropped_events() const { return dropped_; }

 private:
  struct Slice {
    int track = 0;
    Cycles begin = 0, end = 0;
    std::string name;
    std::string arguments;  ///< JSON members, or empty.
  };
  struct Sample {
    Cycles cycle = 0;
    double energy_uj = 0, power_pj_per_cycle = 0;
  };

  void add(Slice slice);

  std::vector<std::string> point_names_;
  TimelineWindow window_;
  std::vector<Slice> pending_;  ///< Of the operation under way.
  std::vector<Slice> slices_;
  std::vector<Sample> samples_;
  std::uint64_t dropped_ = 0;
};

}  // namespace axvp
