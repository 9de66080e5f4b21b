#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace axvp {

/// A row or a column of a table.
using TableVector = std::array<std::int64_t, 256>;

/// A reduced basis of the lattice that `generators` span, or none if its rank exceeds `max_rank`. Exact integers; the
/// Gram-Schmidt coefficients that steer the reduction are floating point, recomputed at every step.
[[nodiscard]] std::optional<std::vector<TableVector>> reduced_basis(const std::vector<TableVector>& generators,
                                                                    int max_rank);

/// Integer coefficients with vector = sum of coefficient[i] * basis[i]; none if the vector is not in the lattice.
[[nodiscard]] std::optional<std::vector<std::int64_t>> coordinates(const std::vector<TableVector>& basis,
                                                                   const TableVector& vector);

}  // namespace axvp
