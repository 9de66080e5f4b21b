#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "axvp/multipliers/gated_products.h"

namespace axvp {

/// One term of an exact factorisation, indexed by stored bytes.
struct FactorPlane {
  std::array<std::int16_t, 256> of_activation{};  ///< Span (largest minus smallest value) at most 255.
  std::array<std::int8_t, 256> of_weight{};
};

/// product(x, w) = sum over planes of of_activation[x] * of_weight[w], exactly, for all 65,536 pairs of stored bytes.
using Factorisation = std::vector<FactorPlane>;

/// Rank over the rationals, counted up to `limit`; `limit` + 1 stands for more.
[[nodiscard]] int rank_of(const GatedProducts& products, int limit);

/// The exact factorisation with the fewest planes whose factors fit in bytes; none if that takes more than `max_planes`
/// (at most 8). An all-zero table has 0 planes. Short integer bases of the lattice that the table's rows (or columns)
/// generate, by LLL for dependent vectors (Lenstra, Lenstra, Lovasz 1982; Pohst 1987), for the table itself and for its
/// difference from x * w.
[[nodiscard]] std::optional<Factorisation> factorise(const GatedProducts& products, int max_planes);

/// True if the planes sum to the products on all 65,536 pairs.
[[nodiscard]] bool reproduces(const Factorisation& planes, const GatedProducts& products);

}  // namespace axvp
