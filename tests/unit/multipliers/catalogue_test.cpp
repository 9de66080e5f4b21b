#include "axvp/multipliers/catalogue.h"

#include <gmock/gmock.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "axvp/common/hash.h"

namespace axvp {
namespace {

using ::testing::HasSubstr;

TruthTable exact_table() {
  return TruthTable::from_function([](std::uint8_t x, std::uint8_t w) { return x * w; });
}

/// What tells tables apart, for sets and maps.
std::string digest(const TruthTable& table) {
  const auto& products = table.products();
  return sha256({reinterpret_cast<const char*>(products.data()), products.size() * sizeof products[0]});
}

TEST(Catalogue, OffersAtLeast250DistinctTables) {
  std::set<std::string> tables;
  for (const Selectable& s : Catalogue::built_in().selectables()) tables.insert(digest(s.table));
  EXPECT_GE(tables.size(), 250u);
}

TEST(Catalogue, NoFixedDesignRepeatsAnother) {
  std::map<std::string, std::string> id_of_table;
  for (const auto& model : Catalogue::built_in().models()) {
    if (model->modes() > 1 || model->id() == "booth-exact") continue;  // gates and Booth's rows are another circuit
    const auto [first, is_new] = id_of_table.try_emplace(digest(model->table(0)), model->id());
    EXPECT_TRUE(is_new) << model->id() << " computes what " << first->second << " does";
  }
}

TEST(Catalogue, AsymmetricDesignsComeWithTheirOperandsExchanged) {
  const Catalogue& catalogue = Catalogue::built_in();
  for (const Selectable& s : catalogue.selectables()) {
    if (s.is_baseline || s.family == "evolved") continue;  // those are made for one order of the operands
    const auto transposed = TruthTable::from_function([&s](std::uint8_t x, std::uint8_t w) { return s.table(w, x); });
    const bool is_exchanged = !s.inner_module.empty();
    const auto other = catalogue.find(is_exchanged ? s.id.substr(0, s.id.size() - 5) : s.id + ".swap");
    EXPECT_EQ(other.has_value(), transposed != s.table) << s.id;
    if (other) {
      EXPECT_EQ(other->table, transposed) << s.id;
    }
  }
}

TEST(Catalogue, RtlOfAnExchangedDesignIsAWrapperRoundItsBase) {
  const auto s = Catalogue::built_in().find("dadda_perf-w2.swap");
  ASSERT_TRUE(s);
  EXPECT_EQ(s->rtl_module, "ax_mul_dadda_perf_w2_swap");
  EXPECT_EQ(s->inner_module, "ax_mul_dadda_perf_w2");
  EXPECT_THAT(rtl_sources(*s), ::testing::ElementsAre("rtl/multipliers/ax_fa.sv", "rtl/multipliers/ax_ha.sv",
                                                      "rtl/multipliers/ax_mul_dadda_perf_w2.sv",
                                                      "rtl/multipliers/ax_mul_dadda_perf_w2_swap.sv"));
  // The weight's byte is what loses its two lowest bits in the base, the activation's here.
  EXPECT_EQ(s->table(7, 5), 20);
  EXPECT_EQ(s->table(5, 7), 28);
}

TEST(Catalogue, BaselinesAreMarked) {
  std::set<std::string> families;
  for (const Selectable& s : Catalogue::built_in().selectables())
    if (s.is_baseline) families.insert(s.family);
  EXPECT_THAT(families, ::testing::ElementsAre("booth", "c42", "drum", "kulkarni", "mitchell"));
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
  for (const Encoding encoding : {Encoding::SignMagnitude, Encoding::TwosComplement})
    EXPECT_TRUE(ids.count(std::string{Catalogue::exact_id(encoding)}));
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
