#pragma once

#include <memory>
#include <string>
#include <vector>

#include "axvp/accel/array_model.h"
#include "axvp/common/result.h"

namespace axvp {

/// A selectable as RTL: a module of rtl/multipliers and its mode.
struct RtlSelectable {
  std::string id;  ///< For messages.
  std::string module;
  int mode = 0;
};

/// Level rtl: the Verilated array. Its pool is simulated as the table of its multipliers' gates, which this function
/// reads from their Verilated modules on all operand pairs. Errors: an array that was not compiled (the message lists
/// those that were), a selectable without RTL, another encoding than sm8.
[[nodiscard]] Result<std::unique_ptr<ArrayModel>> make_rtl_array(Dataflow dataflow, const ArrayConfig& array,
                                                                 Encoding encoding,
                                                                 const std::vector<RtlSelectable>& pool);

/// The array of rtl/pool/gates, 4 x 4: select codes are 4 * instance + mode. For tests.
[[nodiscard]] std::unique_ptr<ArrayModel> make_gate_level_array(Dataflow dataflow);

}  // namespace axvp
