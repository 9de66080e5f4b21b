#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "axvp/multipliers/gated_products.h"

namespace axvp {

/// Factors of one table: `planes` pairs of vectors from `first_plane` on.
struct StoredFactorRecord {
  static constexpr std::uint8_t kNone = 255;  ///< For `planes`: too many, none is stored.

  std::uint64_t hash;  ///< products_hash() of the table.
  std::uint8_t planes;
  std::uint16_t first_plane;
};

/// Indices of a plane's vectors; many tables share them.
struct StoredPlane {
  std::uint16_t activation_vector;
  std::uint16_t weight_vector;
};

/// What `axvp_generate_factors` writes during the build.
struct StoredFactorTables {
  const StoredFactorRecord* records;  ///< In order of rising hashes.
  std::size_t record_count;
  const StoredPlane* planes;
  const std::array<std::int16_t, 256>* activation_vectors;
  const std::array<std::int8_t, 256>* weight_vectors;
};
[[nodiscard]] const StoredFactorTables& stored_factor_tables();

/// FNV-1a over the products in the order of the stored bytes.
[[nodiscard]] inline std::uint64_t products_hash(const GatedProducts& products) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (int x = 0; x < 256; ++x)
    for (int w = 0; w < 256; ++w) {
      hash ^= static_cast<std::uint32_t>(products(static_cast<std::uint8_t>(x), static_cast<std::uint8_t>(w)));
      hash *= 0x100000001b3U;
    }
  return hash;
}

}  // namespace axvp
