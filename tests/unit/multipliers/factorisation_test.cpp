#include "axvp/multipliers/factorisation.h"

#include <gtest/gtest.h>

#include <array>

#include "axvp/common/random.h"
#include "axvp/multipliers/catalogue.h"

namespace axvp {
namespace {

GatedProducts built_in(const std::string& id, bool x_is_signed) {
  const Selectable selectable = *Catalogue::built_in().find(id);
  return {selectable.table, selectable.encoding, x_is_signed};
}

/// Sum of `rank` outer products of byte vectors, zero for a zero operand as gating demands.
GatedProducts drawn_table(int rank, std::uint64_t seed) {
  Random random{seed};
  std::array<std::array<std::int32_t, 256>, 4> x{};
  std::array<std::array<std::int32_t, 256>, 4> w{};
  for (std::size_t i = 0; i < static_cast<std::size_t>(rank); ++i)
    for (std::size_t code = 1; code < 256; ++code) {
      x[i][code] = static_cast<std::int32_t>(random.between(-20, 20));
      w[i][code] = static_cast<std::int32_t>(random.between(-20, 20));
    }
  const auto table = TruthTable::from_function([&](std::uint8_t a, std::uint8_t b) {
    std::int32_t sum = 0;
    for (std::size_t i = 0; i < 4; ++i) sum += x[i][a] * w[i][b];
    return sum;
  });
  return {table, Encoding::TwosComplement, true};
}

TEST(Factorisation, ExactMultiplierIsOnePlane) {
  for (const bool x_is_signed : {false, true}) {
    const GatedProducts products = built_in("dadda-exact", x_is_signed);
    const auto planes = factorise(products, 5);
    ASSERT_TRUE(planes);
    EXPECT_EQ(planes->size(), 1u);
    EXPECT_TRUE(reproduces(*planes, products));
  }
}

TEST(Factorisation, FindsAsManyPlanesAsATableWasMadeOf) {
  for (const int rank : {1, 2, 3, 4})
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
      const GatedProducts products = drawn_table(rank, seed);
      EXPECT_EQ(rank_of(products, 10), rank);
      const auto planes = factorise(products, 5);
      ASSERT_TRUE(planes) << "rank " << rank << ", seed " << seed;
      EXPECT_EQ(static_cast<int>(planes->size()), rank) << "seed " << seed;
      EXPECT_TRUE(reproduces(*planes, products)) << "rank " << rank << ", seed " << seed;
    }
}

TEST(Factorisation, TruncationAddsOneRankAColumn) {
  // Dropped partial products: sum over i < k of 2^i x_i (w mod 2^(k - i)), k terms beside x * w.
  EXPECT_EQ(rank_of(built_in("dadda_trunc-k6", false), 20), 7);
  EXPECT_EQ(rank_of(built_in("dadda_trunc-k7", true), 20), 8);
}

TEST(Factorisation, RankCountsUpToTheLimit) {
  EXPECT_EQ(rank_of(built_in("dadda_trunc-k7", true), 5), 6);
  EXPECT_FALSE(factorise(built_in("dadda_trunc-k7", true), 5));
}

TEST(Factorisation, NoiseHasNone) {
  Random random{3};
  const auto noise = TruthTable::from_function(
      [&](std::uint8_t, std::uint8_t) { return static_cast<std::int32_t>(random.between(0, 65535)); });
  EXPECT_FALSE(factorise(GatedProducts{noise, Encoding::SignMagnitude, false}, 8));
}

TEST(Factorisation, ZeroTableNeedsNoPlane) {
  const auto zero = TruthTable::from_function([](std::uint8_t, std::uint8_t) { return 0; });
  const auto planes = factorise(GatedProducts{zero, Encoding::SignMagnitude, false}, 5);
  ASSERT_TRUE(planes);
  EXPECT_TRUE(planes->empty());
}

TEST(Factorisation, OneWrongProductIsNotReproduced) {
  const auto planes = factorise(built_in("dadda-exact", false), 5);
  auto products = Catalogue::built_in().find("dadda-exact")->table.products();
  products[200 * 256 + 100] += 1;
  EXPECT_FALSE(reproduces(*planes, GatedProducts{TruthTable{products}, Encoding::SignMagnitude, false}));
}

}  // namespace
}  // namespace axvp
