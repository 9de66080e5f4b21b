#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "axvp/multipliers/baselines.h"
#include "axvp/multipliers/circuit_parameters.h"
#include "axvp/multipliers/dadda_family.h"
#include "axvp/multipliers/multiplier.h"

namespace axvp {

using MultiplierParameters = std::variant<DaddaParameters, CompressorParameters, KulkarniParameters, DrumParameters,
                                          MitchellParameters, BoothParameters, CircuitParameters>;

/// One multiplier that this library can model and draw: make_model() gives what it computes, generate_rtl() its gates,
/// both from the parameters alone.
struct MultiplierDesign {
  std::string id;        ///< "dadda_trunc-k7c"; ends with ".swap" where the operands are exchanged.
  std::string family;    ///< "dadda_trunc".
  std::string citation;  ///< Publications; full references stand with the parameters.
  MultiplierParameters parameters;
  bool is_baseline = false;   ///< A published design to compare with, not one to choose.
  bool is_exchanged = false;  ///< Computes m(w, x), m being the design with the same parameters and no ".swap".
};

/// "dadda_trunc-k7c" -> "ax_mul_dadda_trunc_k7c".
[[nodiscard]] std::string rtl_module_of(std::string_view multiplier_id);

/// Throws std::invalid_argument where a parameter is out of its range; the message begins with the id.
[[nodiscard]] std::shared_ptr<const MultiplierModel> make_model(const MultiplierDesign& design);

/// The same circuit with its operands exchanged: id with ".swap" behind it.
[[nodiscard]] MultiplierDesign exchanged(const MultiplierDesign& design);

/// The id of the design inside a ".swap", its own id otherwise.
[[nodiscard]] std::string_view base_id(const MultiplierDesign& design);

/// The built-in multipliers in the order of the catalogue: sm8, then s8, each with its exact one first and its
/// baselines last.
[[nodiscard]] const std::vector<MultiplierDesign>& built_in_designs();

}  // namespace axvp
