#pragma once

#include <optional>

#include "axvp/multipliers/factorisation.h"

namespace axvp {

/// Factorisations of more planes are not stored: beyond, looking rows up is faster (docs/performance.md).
constexpr int kMostStoredPlanes = 8;

/// What the catalogue knows of a table's factorisation.
struct StoredFactors {
  bool is_known = false;                ///< False for tables that no built-in selectable has.
  std::optional<Factorisation> planes;  ///< None if known to take more than kMostStoredPlanes planes.
};

/// The factorisation that `factorise(products, kMostStoredPlanes)` finds, without the search for it: the build made it for
/// all built-in selectables. Found by a hash of the 65,536 products; planes that come out reproduce each of them.
[[nodiscard]] StoredFactors stored_factors(const GatedProducts& products);

}  // namespace axvp
