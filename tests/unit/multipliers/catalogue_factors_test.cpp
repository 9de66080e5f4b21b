#include "axvp/multipliers/catalogue_factors.h"

#include <gtest/gtest.h>

#include "axvp/multipliers/catalogue.h"

namespace axvp {
namespace {

TEST(CatalogueFactors, EveryBuiltInTableIsKnownAndReproduced) {
  int factorised = 0;
  for (const Selectable& selectable : Catalogue::built_in().selectables())
    for (const bool x_is_signed : {false, true}) {
      const GatedProducts products{selectable.table, selectable.encoding, x_is_signed};
      const StoredFactors stored = stored_factors(products);
      ASSERT_TRUE(stored.is_known) << selectable.id << ", signed activations: " << x_is_signed;
      if (!stored.planes) continue;
      ++factorised;
      ASSERT_LE(static_cast<int>(stored.planes->size()), kMostStoredPlanes) << selectable.id;
      for (int x = 0; x < 256; ++x)
        for (int w = 0; w < 256; ++w) {
          std::int32_t sum = 0;
          for (const FactorPlane& plane : *stored.planes)
            sum += plane.of_activation[static_cast<std::size_t>(x)] * plane.of_weight[static_cast<std::size_t>(w)];
          ASSERT_EQ(sum, products(static_cast<std::uint8_t>(x), static_cast<std::uint8_t>(w)))
              << selectable.id << ": x = " << x << ", w = " << w << ", signed activations: " << x_is_signed;
        }
    }
  EXPECT_GT(factorised, 200);
}

TEST(CatalogueFactors, AreThoseThatTheSearchFinds) {
  const auto& selectables = Catalogue::built_in().selectables();
  for (std::size_t i = 0; i < selectables.size(); i += 23) {
    const GatedProducts products{selectables[i].table, selectables[i].encoding, true};
    const auto found = factorise(products, kMostStoredPlanes);
    const auto stored = stored_factors(products).planes;
    ASSERT_EQ(stored.has_value(), found.has_value()) << selectables[i].id;
    if (found) {
      EXPECT_EQ(stored->size(), found->size()) << selectables[i].id;
    }
  }
}

TEST(CatalogueFactors, OneChangedProductMakesATableUnknown) {
  auto products = Catalogue::built_in().find("dadda_trunc-k3")->table.products();
  products[200 * 256 + 100] += 1;
  EXPECT_FALSE(stored_factors({TruthTable{products}, Encoding::SignMagnitude, false}).is_known);
}

TEST(CatalogueFactors, ExactMultipliersAreOnePlane) {
  for (const Encoding encoding : {Encoding::SignMagnitude, Encoding::TwosComplement}) {
    const Selectable exact = *Catalogue::built_in().find(Catalogue::exact_id(encoding));
    EXPECT_EQ(stored_factors({exact.table, encoding, false}).planes->size(), 1u);
  }
}

}  // namespace
}  // namespace axvp
