#pragma once

#include <algorithm>
#include <cstdint>

#include "axvp/accel/platform_config.h"

namespace axvp {

/// Closed forms of the array's time (docs/architecture.md derives them). A fold is one load of R x C weights and the
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

/// `operations` on all lanes, and the pipeline's depth.
[[nodiscard]] constexpr Cycles vector_cycles(const VectorUnitConfig& unit, std::uint64_t operations) {
  const auto lanes = static_cast<std::uint64_t>(unit.lanes);
  return (operations + lanes - 1) / lanes + static_cast<Cycles>(unit.latency_cycles);
}

}  // namespace axvp
