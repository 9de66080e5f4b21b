#pragma once

#include <cstdint>
#include <string_view>

#include "axvp/multipliers/encoding.h"
#include "axvp/multipliers/truth_table.h"

namespace axvp {

/// Bit-true behaviour of one 8x8 multiplier: the specification that its RTL and its mapped netlist have to equal on all
/// 65,536 operand pairs in each mode. Implementations are immutable and thread-safe.
class MultiplierModel {
 public:
  virtual ~MultiplierModel() = default;

  [[nodiscard]] virtual std::string_view id() const = 0;        ///< Unique, e.g. "dadda_trunc-k7c".
  [[nodiscard]] virtual std::string_view family() const = 0;    ///< E.g. "dadda_trunc".
  [[nodiscard]] virtual std::string_view citation() const = 0;  ///< The publications the circuit comes from.
  [[nodiscard]] virtual Encoding encoding() const = 0;
  /// Number of modes, at least 1; a mode is a number in [0, modes()), the value at the RTL's `mode_i`.
  [[nodiscard]] virtual int modes() const = 0;
  /// SystemVerilog module with ports x_i[7:0], w_i[7:0], p_o[15:0] and, with several modes, mode_i[1:0].
  [[nodiscard]] virtual std::string_view rtl_module() const = 0;
  /// The raw product (no zero gating) of two operand codes, activation first. `mode` in [0, modes()).
  [[nodiscard]] virtual std::int32_t multiply(std::uint8_t x, std::uint8_t w, int mode) const = 0;
  /// All products of one mode.
  [[nodiscard]] virtual TruthTable table(int mode) const = 0;
};

}  // namespace axvp
