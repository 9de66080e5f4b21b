#pragma once

#include <cstdint>
#include <string_view>

#include "axvp/common/result.h"

namespace axvp {

/// Which operand stays in a processing element while others pass.
enum class Dataflow : std::uint8_t {
  WeightStationary,  ///< Rows along K, columns along the output channels; activations pass.
  OutputStationary,  ///< Rows along the output positions, columns along the output channels; both operands pass.
  InputStationary,   ///< Rows along K, columns along the output positions; weights pass.
};

/// "weight-stationary", "output-stationary", "input-stationary".
[[nodiscard]] std::string_view to_string(Dataflow dataflow);
/// The same names, or ws, os, is.
[[nodiscard]] Result<Dataflow> parse_dataflow(std::string_view name);

}  // namespace axvp
