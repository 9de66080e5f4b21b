#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

#include "axvp/common/units.h"

namespace axvp {

/// Who a cycle of a layer belongs to. In this order of precedence: a cycle in which several are at work belongs to the
/// first of them.
enum class CycleOwner {
  Array,               ///< Weights, activations or results move through the array.
  VectorUnit,          ///< The array waits for, or is done and followed by, the vector unit.
  WaitForWeights,      ///< Nothing computes, weights are on their way from DRAM.
  WaitForActivations,  ///< The same for activations.
  WriteBack,           ///< Only results move to DRAM.
  Switch,              ///< An operating point's tables are loaded.
  Descriptor,          ///< A descriptor is fetched and decoded.
};

inline constexpr std::size_t kCycleOwners = 7;
[[nodiscard]] std::string_view to_string(CycleOwner owner);

/// Cycles by owner.
struct OwnedCycles {
  std::array<Cycles, kCycleOwners> of{};

  [[nodiscard]] Cycles operator[](CycleOwner owner) const { return of[static_cast<std::size_t>(owner)]; }
  [[nodiscard]] Cycles total() const;
  OwnedCycles& operator+=(const OwnedCycles& other);
};

class Timeline;

/// Collects what each unit did and when, and gives every cycle one owner. No owner is computed as the rest: a cycle in
/// which nobody worked stays unowned, and an audit finds it.
class CycleLedger {
 public:
  /// `owner` was at work in cycles [begin, end). In any order; overlaps are fine.
  void record(CycleOwner owner, Cycles begin, Cycles end);

  /// Who multiplies in a run.
  enum class Engine { Array, Lanes };
  /// A run of the array, or of the lanes beside it, that starts at `begin`: operands enter for `issue` cycles, after
  /// which another run may follow; after `total` its last sum is out. In the order of their begins.
  void record_run(Engine engine, Cycles begin, Cycles issue, Cycles total);

  struct Settlement {
    OwnedCycles owned;
    Cycles unowned = 0;
    Cycles array_chain = 0;  ///< The recorded runs one after the other: first weight in to last sum out without waits.
    /// Cycles between the recorded runs, before the first and after the last: no operands enter the array, so each of
    /// its elements stands still for as many. (Elements further in do so later, by as much as the operands take to
    /// them.) The same of the lanes.
    Cycles array_standstill = 0, lane_standstill = 0;
  };
  /// Divides [begin, end) and forgets what was recorded.
  [[nodiscard]] Settlement settle(Cycles begin, Cycles end);
  void clear();

  /// From now on what is recorded and how it is divided is shown to `timeline`, which outlives the ledger.
  void trace(Timeline& timeline) { timeline_ = &timeline; }
  [[nodiscard]] Timeline* timeline() const { return timeline_; }  ///< Null if nothing is traced.

 private:
  struct Interval {
    Cycles begin, end;
  };
  [[nodiscard]] static Cycles standstill(const std::vector<Interval>& runs, Cycles begin, Cycles end);

  std::array<std::vector<Interval>, kCycleOwners> intervals_;
  std::vector<Interval> array_runs_, lane_runs_;  ///< In which operands enter.
  std::vector<Interval> free_, still_free_;  ///< Working memory of settle.
  Cycles issued_ = 0;                        ///< By the recorded runs.
  Cycles array_chain_ = 0;                   ///< Of the recorded runs.
  Timeline* timeline_ = nullptr;
};

}  // namespace axvp
