#include "axvp/multipliers/catalogue.h"

#include <gmock/gmock.h>

#include <set>
#include <vector>

namespace axvp {
namespace {

using ::testing::HasSubstr;

TruthTable exact_table() {
  return TruthTable::from_function([](std::uint8_t x, std::uint8_t w) { return x * w; });
}

TEST(Catalogue, OffersAtLeastSixteenDistinctTables) {
  std::set<std::vector<std::int32_t>> tables;
  for (const Selectable& s : Catalogue::built_in().selectables()) tables.insert(s.table.products());
  EXPECT_GE(tables.size(), 16u);
}

TEST(Catalogue, EverySelectableIsFoundByItsId) {
  const Catalogue catalogue = Catalogue::built_in();
  std::set<std::string> ids;
  for (const Selectable& s : catalogue.selectables()) {
    const auto found = catalogue.find(s.id);
    ASSERT_TRUE(found) << s.id;
    EXPECT_EQ(found->table, s.table) << s.id;
    EXPECT_TRUE(ids.insert(s.id).second) << s.id << " twice";
  }
  EXPECT_TRUE(ids.count(std::string{Catalogue::kExactId}));
}

TEST(Catalogue, ModesOfAReconfigurableMultiplierShareTheInstance) {
  const Catalogue catalogue = Catalogue::built_in();
  for (int mode = 0; mode < 4; ++mode) {
    const auto s = catalogue.find("gated_dadda-468/m" + std::to_string(mode));
    ASSERT_TRUE(s);
    EXPECT_EQ(s->multiplier_id, "gated_dadda-468");
    EXPECT_EQ(s->mode, mode);
    EXPECT_EQ(s->rtl_module, "ax_mul_gated_dadda_468");
  }
}

TEST(Catalogue, UnknownIdNamesTheNearest) {
  const auto found = Catalogue::built_in().find("dada_trunc-k7c");
  ASSERT_FALSE(found);
  EXPECT_THAT(found.error().message, HasSubstr("unknown multiplier 'dada_trunc-k7c', did you mean `dadda_trunc-k"));
}

TEST(Catalogue, ReconfigurableMultiplierWithoutAModeSaysSo) {
  const auto found = Catalogue::built_in().find("gated_dadda-468");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().message,
            "multiplier 'gated_dadda-468' has several modes; choose one, e.g. 'gated_dadda-468/m0'");
}

TEST(Catalogue, TakesAUsersTable) {
  Catalogue catalogue = Catalogue::built_in();
  ASSERT_TRUE(catalogue.add_table("mine", Encoding::SignMagnitude, exact_table(), "mine.npy"));
  const auto found = catalogue.find("mine");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->table(7, 9), 63);
  EXPECT_EQ(found->rtl_module, "");
  EXPECT_EQ(found->origin, "mine.npy");
  EXPECT_FALSE(Catalogue::built_in().find("mine")) << "the built-in catalogue must not change";
}

TEST(Catalogue, RefusesATakenOrMalformedId) {
  Catalogue catalogue = Catalogue::built_in();
  const auto message = [&catalogue](const char* id) {
    const auto added = catalogue.add_table(id, Encoding::SignMagnitude, exact_table(), "t.npy");
    return added ? std::string{"added"} : added.error().message;
  };
  EXPECT_THAT(message("dadda-exact"), HasSubstr("taken"));
  EXPECT_THAT(message("gated_dadda-468"), HasSubstr("taken"));
  EXPECT_THAT(message(""), HasSubstr("expected letters"));
  EXPECT_THAT(message("a b"), HasSubstr("expected letters"));
}

TEST(Catalogue, RefusesProductsBeyondSixteenBits) {
  Catalogue catalogue = Catalogue::built_in();
  const auto wide =
      TruthTable::from_function([](std::uint8_t x, std::uint8_t w) { return x == 2 && w == 3 ? 65536 : x * w; });
  const auto added = catalogue.add_table("wide", Encoding::SignMagnitude, wide, "wide.npy");
  ASSERT_FALSE(added);
  EXPECT_EQ(
      added.error().message,
      "multiplier 'wide' (wide.npy): the product of the bytes x = 2, w = 3 is 65536, expected 0 to 65535 (16 bits)");
  const auto large_for_s8 = TruthTable::from_function([](std::uint8_t, std::uint8_t) { return 32768; });
  EXPECT_FALSE(catalogue.add_table("s", Encoding::TwosComplement, large_for_s8, "s.npy"));
}

}  // namespace
}  // namespace axvp
