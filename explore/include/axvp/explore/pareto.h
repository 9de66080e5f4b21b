#pragma once

#include <cstddef>
#include <vector>

namespace axvp {

/// Values to be minimised, all of one length.
using Objectives = std::vector<double>;

/// True if `a` is nowhere larger than `b` and somewhere smaller.
[[nodiscard]] bool dominates(const Objectives& a, const Objectives& b);

/// Indices, ascending, of the points that no other one dominates; of equal points all.
[[nodiscard]] std::vector<std::size_t> pareto_front(const std::vector<Objectives>& points);

}  // namespace axvp
