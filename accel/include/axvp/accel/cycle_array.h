#pragma once

#include <memory>
#include <vector>

#include "axvp/accel/clocked_array.h"

namespace axvp {

/// The arrays of rtl/array in plain C++: the same registers, the same values in them after every edge. What a token, a
/// weight on its column's bus or a value in a skew register is, is kept as the edge in which it came; everything in a
/// processing element is a variable. `multipliers` holds the raw tables of the pool.
[[nodiscard]] std::unique_ptr<ClockedWsArray> make_cycle_ws_array(const ArrayConfig& array, Encoding encoding,
                                                                  std::vector<TruthTable> multipliers);
[[nodiscard]] std::unique_ptr<ClockedOsArray> make_cycle_os_array(const ArrayConfig& array, Encoding encoding,
                                                                  std::vector<TruthTable> multipliers);

}  // namespace axvp
