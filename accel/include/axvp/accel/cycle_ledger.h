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

/// Collects what each unit did and when, and gives every cycle one owner. No owner is computed as the rest: a cycle in
/// which nobody worked stays unowned, and an audit finds it.
class CycleLedger {
 public:
  /// `owner` was at work in cycles [begin, end). In any order; overlaps are fine.
  void record(CycleOwner owner, Cycles begin, Cycles end);

  /// A run of the array: after `issue` cycles another one may follow, after `total` its last sum is out.
  void record_run(Cycles issue, Cycles total);

  struct Settlement {
    OwnedCycles owned;
    Cycles unowned = 0;
    Cycles array_chain = 0;  ///< The recorded runs one after the other: first weight in to last sum out without waits.
  };
  /// Divides [begin, end) and forgets what was recorded.
  [[nodiscard]] Settlement settle(Cycles begin, Cycles end);
  void clear();

 private:
  struct Interval {
    Cycles begin, end;
  };
  std::array<std::vector<Interval>, kCycleOwners> intervals_;
  Cycles issued_ = 0;       ///< By the recorded runs.
  Cycles array_chain_ = 0;  ///< Of the recorded runs.
};

}  // namespace axvp
