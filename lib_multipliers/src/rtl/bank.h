#pragma once

#include <string>
#include <vector>

#include "axvp/multipliers/design.h"

namespace axvp {

/// The multipliers of one family in one module, all on the same operands: Verilator and the C++ compiler take an order
/// of magnitude less time for it than for a model of each.
struct Bank {
  std::string module;  ///< "ax_mul_bank_dadda_trunc".
  struct Member {
    std::string module;
    int modes = 1;
  };
  std::vector<Member> members;  ///< Member k drives p_o[16*k +: 16].

  [[nodiscard]] bool has_modes() const;
};

[[nodiscard]] std::vector<Bank> banks_of(const std::vector<MultiplierDesign>& designs);

[[nodiscard]] std::string bank_text(const Bank& bank);                     ///< SystemVerilog.
[[nodiscard]] std::string bank_list(const std::vector<Bank>& banks);       ///< For CMake.
[[nodiscard]] std::string verilated_list(const std::vector<Bank>& banks);  ///< For rtl/verilated.

}  // namespace axvp
