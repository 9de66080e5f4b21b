#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "axvp/accel/clocked_array.h"
#include "axvp/verilated/verilated_requantiser.h"

namespace axvp {

/// The multipliers of the array under test: raw tables, and the codes that select them.
struct VerificationPool {
  std::vector<std::string> ids;
  std::vector<TruthTable> tables;
  std::vector<std::uint8_t> codes;
};

/// Where an array first differs from the model: the register of an element, or a sum at the output ports.
struct ArrayMismatch {
  std::string what;           ///< "partial sum", "sum at the output", "valid bit of the output".
  int tile = 0, fold = 0;     ///< From 0; the fold -1 if no operand of one is in the element.
  int row = -1, column = -1;  ///< The element; row -1 if only the column is known, both if neither is.
  std::uint64_t cycle = 0;    ///< Edges since the tile's first one.
  int x = 0, w = 0;           ///< Operands in the element, as numbers.
  std::string multiplier;     ///< The selection.
  std::int64_t got = 0, expected = 0;
};
[[nodiscard]] std::string to_string(const ArrayMismatch& mismatch);

struct ArrayVerification {
  std::uint64_t tiles = 0, folds = 0, switches = 0, stalls = 0, cycles = 0;
  std::optional<ArrayMismatch> mismatch;  ///< The first one; nothing is run after it.
};

/// Runs `tiles` random tiles through an array and, edge by edge, through the C++ model of its registers; compares the
/// sum register of every element after every edge, the outputs, and the sums with loops over the gated tables. Sizes
/// are 1, primes, multiples of the array's sides and their neighbours; folds follow back to back; each selects any
/// member of the pool, also within one matrix product; the ports' FIFOs run empty at random, and weights come early or
/// just in time. Both arrays have to be empty; encoding sm8.
[[nodiscard]] ArrayVerification verify_array(ClockedWsArray& array, const VerificationPool& pool, int tiles,
                                             std::uint64_t seed);
[[nodiscard]] ArrayVerification verify_array(ClockedOsArray& array, const VerificationPool& pool, int tiles,
                                             std::uint64_t seed);

struct RequantiserVerification {
  std::uint64_t values = 0;
  std::optional<std::string> mismatch;  ///< The first one, with all inputs.
};

/// Random tensors through the lane against `requantise` of workloads: every shift, signed and unsigned clamps, corners
/// of all inputs.
[[nodiscard]] RequantiserVerification verify_requantiser(VerilatedRequantiser& lane, int tensors, std::uint64_t seed);

}  // namespace axvp
