#include "axvp/multipliers/catalogue_factors.h"

#include <algorithm>

#include "stored_factors.h"

namespace axvp {

StoredFactors stored_factors(const GatedProducts& products) {
  const StoredFactorTables& tables = stored_factor_tables();
  const std::uint64_t hash = products_hash(products);
  const StoredFactorRecord* const end = tables.records + tables.record_count;
  const StoredFactorRecord* const record = std::lower_bound(
      tables.records, end, hash, [](const StoredFactorRecord& r, std::uint64_t h) { return r.hash < h; });
  if (record == end || record->hash != hash) return {};
  if (record->planes == StoredFactorRecord::kNone) return {true, std::nullopt};

  Factorisation planes;
  for (std::size_t p = 0; p < record->planes; ++p) {
    const StoredPlane& plane = tables.planes[record->first_plane + p];
    planes.push_back({tables.activation_vectors[plane.activation_vector], tables.weight_vectors[plane.weight_vector]});
  }
  if (!reproduces(planes, products)) return {};  // another table with the same hash
  return {true, std::move(planes)};
}

}  // namespace axvp
