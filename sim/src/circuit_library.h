#pragma once

#include <string>
#include <vector>

#include "axvp/multipliers/catalogue.h"
#include "run_config.h"

namespace axvp::sim {

/// A circuit of a library, in one operand order.
struct LibraryCircuit {
  std::string id;
  double cost = 0.0;  ///< In the library's unit, e.g. mW.
};

struct CircuitLibrary {
  std::vector<LibraryCircuit> circuits;  ///< Selectables of the catalogue, in the order of the CSV file.
  double exact_cost = 0.0;               ///< Of the cheapest exact circuit.
  std::string sha256;                    ///< Of the CSV file.
};

/// Reads the circuits of `config` that have `encoding` and adds them to `catalogue`; ".swap" behind the id where the
/// operands are exchanged, for circuits that are not symmetric. Left out are circuits without a table, those with the
/// products of an earlier one, and constant ones. Fails for a malformed file, or without an exact circuit.
[[nodiscard]] Result<CircuitLibrary> add_circuit_library(const LibraryConfig& config, Encoding encoding,
                                                         Catalogue& catalogue);

}  // namespace axvp::sim
