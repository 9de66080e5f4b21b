#pragma once

#include <cstdint>
#include <vector>

#include "gate_program.h"

namespace axvp {

/// A counter with its nets and condition as slots; `net` and `cause` are kOneNet where any transition counts.
struct BoundCounter {
  std::uint32_t net = 0;
  std::uint32_t cause = 0;
  std::uint32_t condition = 0;
};

/// Adds the ones of `changed[i]` to `totals[i]`.
void add_ones(const std::vector<Block>& changed, std::vector<std::uint64_t>& totals);

/// Adds the ones of changed[net] & changed[cause] & values[condition] & mask. changed[kOneNet] is the mask.
void add_coincidences(const std::vector<Block>& changed, const std::vector<Block>& values,
                      const std::vector<BoundCounter>& counters, std::vector<std::uint64_t>& totals);

}  // namespace axvp
