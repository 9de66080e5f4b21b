#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace axvp {

/// A row or a column of a table.
using TableVector = std::array<std::int64_t, 256>;

/// The integer combinations of some vectors, with a short basis. Exact integers; the Gram-Schmidt coefficients that
/// steer the reduction are floating point, recomputed at every step.
class Lattice {
 public:
  /// None if the rank exceeds `max_rank`.
  [[nodiscard]] static std::optional<Lattice> spanned_by(const std::vector<TableVector>& generators, int max_rank);

  [[nodiscard]] const std::vector<TableVector>& basis() const { return basis_; }
  /// Integers with vector = sum of coordinate[i] * basis()[i]; none if the vector is not in the lattice.
  [[nodiscard]] std::optional<std::vector<std::int64_t>> coordinates(const TableVector& vector) const;

 private:
  Lattice() = default;
  void add(const TableVector& vector);

  std::vector<TableVector> basis_;
  std::vector<std::array<double, 256>> parts_;  // the basis made orthogonal
  std::vector<double> norms_;                   // squared, of the parts
};

}  // namespace axvp
