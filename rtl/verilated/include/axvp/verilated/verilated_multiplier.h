#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace axvp {

/// One multiplier of rtl/multipliers, compiled by Verilator. An object is one instance of the circuit: use it from one
/// thread at a time; different objects are independent.
class VerilatedMultiplier {
 public:
  virtual ~VerilatedMultiplier() = default;

  [[nodiscard]] virtual int modes() const = 0;  ///< 1 where the module has no mode_i.
  /// Drives x_i, w_i and mode_i and returns p_o. `mode` in [0, modes()).
  [[nodiscard]] virtual std::uint16_t multiply(std::uint8_t x, std::uint8_t w, int mode) = 0;
};

/// Names of all Verilated multiplier modules, e.g. "ax_mul_dadda_exact".
[[nodiscard]] std::vector<std::string_view> verilated_multiplier_modules();

/// A new instance of a module, or nullptr where no module has that name.
[[nodiscard]] std::unique_ptr<VerilatedMultiplier> make_verilated_multiplier(std::string_view rtl_module);

}  // namespace axvp
