#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "axvp/accel/dataflow.h"
#include "axvp/accel/platform_config.h"

namespace axvp {

/// Closed forms of the array's time (docs/timing.md derives them). A fold is one load of R x C weights and the
/// activation rows that pass over it; a run is a chain of folds over the same rows.

/// Cycles from the first weight word of fold f until the first of fold f + 1 may follow: the shadow registers of row r
/// are free when fold f was swapped in there, so a fold costs its rows or the R cycles of a weight load.
[[nodiscard]] constexpr Cycles ws_fold_interval(const ArrayConfig& array, std::uint64_t positions) {
  return std::max<Cycles>(positions, static_cast<Cycles>(array.rows));
}

/// Cycles that a run of `folds` folds keeps the array's input side busy: until the next run may start.
[[nodiscard]] constexpr Cycles ws_issue_cycles(const ArrayConfig& array, std::uint64_t folds, std::uint64_t positions) {
  return folds * ws_fold_interval(array, positions);
}

/// First weight word in to last result out: 1 + sum_{f<F} max(M_f, R) + M_F + R + C - 2.
[[nodiscard]] constexpr Cycles ws_run_cycles(const ArrayConfig& array, std::uint64_t folds, std::uint64_t positions) {
  if (folds == 0 || positions == 0) return 0;
  return 1 + (folds - 1) * ws_fold_interval(array, positions) + positions + static_cast<Cycles>(array.rows) +
         static_cast<Cycles>(array.columns) - 2;
}

/// Folds of equal length that follow one another: positions of a weight-stationary fold, K of an output-stationary one,
/// output channels of an input-stationary one.
struct FoldGroup {
  std::uint64_t folds = 0;
  std::uint64_t length = 0;
};

/// Time of a chain of folds that enter the array without a gap.
struct ChainCycles {
  Cycles issue = 0;  ///< Until another chain may follow.
  Cycles total = 0;  ///< First operand in to last sum out.

  [[nodiscard]] bool operator==(const ChainCycles& o) const { return issue == o.issue && total == o.total; }
};

/// Adds up the time of a chain, group by group in the order in which they enter the array.
/// WS, and IS with the operands' parts exchanged: 1 + sum_{f<F} max(M_f, R) + M_F + R + C - 2.
/// OS: sum_{f<F} P_f + L + 2R + C - 2 with P = max(K, R), L = K if F = 1 else P. Another chain may follow a single fold
/// after P cycles, too.
class ChainTimer {
 public:
  ChainTimer(Dataflow dataflow, const ArrayConfig& array)
      : dataflow_(dataflow), rows_(static_cast<Cycles>(array.rows)), columns_(static_cast<Cycles>(array.columns)) {}

  void add(const FoldGroup& group);
  [[nodiscard]] ChainCycles cycles() const;

 private:
  Dataflow dataflow_;
  Cycles rows_, columns_;
  std::uint64_t folds_ = 0;
  Cycles issue_ = 0, last_length_ = 0;
};
[[nodiscard]] ChainCycles chain_cycles(Dataflow dataflow, const ArrayConfig& array,
                                       const std::vector<FoldGroup>& groups);

/// A matrix product (M x K) by (K x N).
struct MatrixShape {
  std::uint64_t m = 0, n = 0, k = 0;
};

/// The folds of one matrix product.
[[nodiscard]] FoldGroup fold_group(Dataflow dataflow, const ArrayConfig& array, const MatrixShape& shape);

/// Multiplier lanes: passes of K cycles that follow one another without a gap, and one more for the last sum.
[[nodiscard]] constexpr ChainCycles lane_cycles(const FoldGroup& passes) {
  const Cycles issue = passes.folds * passes.length;
  return {issue, issue == 0 ? 0 : issue + 1};
}

/// Timing preset `scalesim`: SCALE-Sim's forms, in which no fold overlaps with another one. WS ceil(K/R) ceil(N/C)
/// (2R + C + M - 2), OS ceil(M/R) ceil(N/C) (R + C + K - 2), IS ceil(K/R) ceil(M/C) (2R + C + N - 2); the tool itself
/// prints one cycle less a layer.
[[nodiscard]] Cycles scalesim_cycles(Dataflow dataflow, const ArrayConfig& array, const MatrixShape& shape);

/// `operations` on all lanes, and the pipeline's depth.
[[nodiscard]] constexpr Cycles vector_cycles(const VectorUnitConfig& unit, std::uint64_t operations) {
  const auto lanes = static_cast<std::uint64_t>(unit.lanes);
  return (operations + lanes - 1) / lanes + static_cast<Cycles>(unit.latency_cycles);
}

}  // namespace axvp
