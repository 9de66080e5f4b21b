#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "axvp/accel/clocked_array.h"
#include "axvp/accel/timing.h"
#include "axvp/multipliers/encoding.h"
#include "axvp/multipliers/truth_table.h"

namespace axvp {

/// What lanes compute in one run: sums[m][n] = sum over k of product(x[m][n][k], w[n][k]), with zero gating.
struct LaneProduct {
  int positions = 0;                          ///< M, at least 1.
  int depth = 0;                              ///< K, at least 1.
  int channels = 0;                           ///< N, at least 1.
  const std::uint8_t* activations = nullptr;  ///< [m][n][k], stored bytes.
  const std::int8_t* weights = nullptr;       ///< [n][k].
  bool activations_signed = false;
  std::uint8_t select = 0;       ///< Index of the selectable in the pool.
  std::int32_t* sums = nullptr;  ///< [m][n].
};

/// The lanes at one level; all levels give the same sums and cycles.
class LaneModel {
 public:
  virtual ~LaneModel() = default;
  [[nodiscard]] virtual std::string_view level() const = 0;
  virtual ChainCycles run(const LaneProduct& product) = 0;
};

/// Lanes that are clocked by their owner (rtl/array/ax_lanes.sv): output-stationary elements side by side, each with
/// operands of its own. In OsArrayInputs a byte a lane of either operand.
class ClockedLanes {
 public:
  virtual ~ClockedLanes() = default;
  [[nodiscard]] virtual int lanes() const = 0;
  /// One rising edge. Afterwards the sums of one pass, a word a lane, or null.
  virtual const std::int32_t* clock(const OsArrayInputs& inputs) = 0;
};

/// Feeds pass after pass and counts the edges from the one that takes the first operands to the one with the last sums.
[[nodiscard]] std::unique_ptr<LaneModel> make_lane_model(std::unique_ptr<ClockedLanes> lanes, std::string level);

/// Level cycle: the registers of every lane in plain C++. `multipliers` holds the raw tables of the pool.
[[nodiscard]] std::unique_ptr<LaneModel> make_cycle_lanes(int lanes, Encoding encoding,
                                                          std::vector<TruthTable> multipliers);

}  // namespace axvp
