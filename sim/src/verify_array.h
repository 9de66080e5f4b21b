#pragma once

#include <cstdint>
#include <string>

#include "command.h"

namespace axvp::sim {

/// Options of `axvp verify --array`.
struct ArrayProofOptions {
  bool chosen = false;   ///< --array was given.
  bool mutants = false;  ///< Mutants of the RTL instead of the RTL.
  std::string pool;      ///< Selectables of the arrays with a table, by commas; empty: those of rtl/pool/gates.
  int tiles = 300;
  std::uint64_t seed = 1;
};

/// Random tiles through every compiled array and random values through the requantisation lane. Exit code 1 and the first
/// difference if there is one; with `mutants` if one is not caught.
int verify_arrays(const ArrayProofOptions& options, const GlobalOptions& global);

}  // namespace axvp::sim
