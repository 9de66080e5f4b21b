#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "axvp/verilated/verilated_array.h"
#include "axvp/verilated/verilated_requantiser.h"

namespace axvp {

/// A slip made on purpose (rtl/mutants): in `source`, `expression` stands where `original` was.
struct RtlMutant {
  std::string_view source;  ///< Below rtl/.
  std::string_view kind;
  std::string_view original, expression;
};

/// All mutants; mutant number n of the functions below is element n - 1.
[[nodiscard]] const std::vector<RtlMutant>& rtl_mutants();

/// The circuits with mutant `number`; 0 is the circuit as it should be. The arrays are 4 x 4, in gates, with the pool
/// of rtl/pool/gates.
[[nodiscard]] std::unique_ptr<VerilatedWsArray> make_mutant_ws_array(int number);
[[nodiscard]] std::unique_ptr<VerilatedOsArray> make_mutant_os_array(int number);
[[nodiscard]] std::unique_ptr<VerilatedRequantiser> make_mutant_requantiser(int number);

}  // namespace axvp
