#pragma once

#include <cstdint>
#include <vector>

#include "axvp/accel/clocked_array.h"
#include "axvp/common/random.h"
#include "axvp/cosim/array_verification.h"

namespace axvp {

/// One load of an array, with what it has to give. WS: `steps` positions pass by weights [row][column]; OS: `steps` of
/// K pass with activations and weights.
struct RandomFold {
  int steps = 0;
  bool is_signed = false;
  std::uint8_t select = 0;                ///< Index in the pool.
  std::vector<std::uint8_t> activations;  ///< [step][row].
  std::vector<std::int8_t> weights;       ///< WS [row][column], OS [step][column].
  std::vector<std::int32_t> sums;         ///< WS [step][column], OS [row][column].
};

/// The folds of one or two random matrix products.
[[nodiscard]] std::vector<RandomFold> random_tile(Dataflow dataflow, const ArrayConfig& array,
                                                  const VerificationPool& pool, Random& random);

}  // namespace axvp
