#pragma once

#include <string_view>
#include <vector>

#include "axvp/multipliers/encoding.h"

namespace axvp {

/// One line of the catalogue of evolved multipliers.
struct EvolvedCircuitRecord {
  std::string_view id;
  Encoding encoding;
  std::string_view search;   ///< Configuration that finds it, relative to the project's root.
  int position;              ///< On the front that the search finds, 1 is the cheapest.
  std::string_view circuit;  ///< As gate_circuit_from_text() reads it.
};

[[nodiscard]] const std::vector<EvolvedCircuitRecord>& evolved_circuit_records();

}  // namespace axvp
