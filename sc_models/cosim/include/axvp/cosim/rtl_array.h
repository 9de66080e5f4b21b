#pragma once

#include <memory>
#include <string>
#include <vector>

#include "axvp/accel/clocked_array.h"
#include "axvp/accel/multiplier_lanes.h"
#include "axvp/common/result.h"
#include "axvp/verilated/verilated_array.h"

namespace axvp {

/// A selectable as RTL: a module of rtl/multipliers and its mode.
struct RtlSelectable {
  std::string id;  ///< For messages.
  std::string module;
  int mode = 0;
};

/// Level rtl: the Verilated array. Its pool is simulated as the table of its multipliers' gates, which this function
/// reads from their Verilated modules on all operand pairs. Errors: an array that was not compiled (the message lists
/// those that were), a selectable without RTL, another encoding than sm8. `wave`, if any, is shown every edge.
[[nodiscard]] Result<std::unique_ptr<ArrayModel>> make_rtl_array(Dataflow dataflow, const ArrayConfig& array,
                                                                 Encoding encoding,
                                                                 const std::vector<RtlSelectable>& pool,
                                                                 ArrayWave* wave = nullptr);

/// The same for the lanes beside an array.
[[nodiscard]] Result<std::unique_ptr<LaneModel>> make_rtl_lanes(int lanes, Encoding encoding,
                                                                const std::vector<RtlSelectable>& pool);

/// The same arrays for an owner that clocks them.
[[nodiscard]] Result<std::unique_ptr<ClockedWsArray>> make_rtl_ws_array(const ArrayConfig& array,
                                                                        const std::vector<RtlSelectable>& pool);
[[nodiscard]] Result<std::unique_ptr<ClockedOsArray>> make_rtl_os_array(const ArrayConfig& array,
                                                                        const std::vector<RtlSelectable>& pool);
[[nodiscard]] std::unique_ptr<ClockedWsArray> to_clocked(std::unique_ptr<VerilatedWsArray> array);
[[nodiscard]] std::unique_ptr<ClockedOsArray> to_clocked(std::unique_ptr<VerilatedOsArray> array);

/// The array of rtl/pool/gates, 4 x 4: select codes are 4 * instance + mode. For tests.
[[nodiscard]] std::unique_ptr<ArrayModel> make_gate_level_array(Dataflow dataflow);

}  // namespace axvp
