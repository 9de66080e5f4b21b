#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "axvp/common/file.h"
#include "axvp/multipliers/npy.h"
#include "program_runner.h"
#include "temporary_folder.h"

namespace axvp {
namespace {

using ::testing::HasSubstr;
using testing::run_axvp;

class MultipliersCommand : public testing::TemporaryFolder {};

/// The exact product, one more where x = 3 and w = 5.
TruthTable almost_exact() {
  return TruthTable::from_function([](std::uint8_t x, std::uint8_t w) { return x * w + (x == 3 && w == 5 ? 1 : 0); });
}

TEST_F(MultipliersCommand, ShowsWhatTheCatalogueAndTheEnergyTableKnow) {
  const auto outcome = run_axvp("multipliers show dadda-exact");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_THAT(outcome.output, HasSubstr("MAE 0.000  mean 0.000  std 0.000  WCE 0  EP 0.00 %"));
  EXPECT_THAT(outcome.output, HasSubstr("encoding  sm8"));
  EXPECT_THAT(outcome.output, HasSubstr("delay 3.08 ns"));
}

TEST_F(MultipliersCommand, ShowsATableOfOnesOwn) {
  ASSERT_TRUE(write_npy_table(folder_ / "mine.npy", almost_exact()));
  const auto outcome = run_axvp("multipliers show " + path("mine.npy"));
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_THAT(outcome.output, HasSubstr("mine\n"));
  EXPECT_THAT(outcome.output, HasSubstr("WCE 1  EP 0.00 %"));  // one of 65,536 pairs
  EXPECT_THAT(outcome.output, HasSubstr("not in the energy table"));
}

TEST_F(MultipliersCommand, ListsOneFamilyOrAll) {
  const auto all = run_axvp("multipliers list");
  EXPECT_EQ(all.exit_code, 0) << all.errors;
  EXPECT_THAT(all.output, HasSubstr("dadda_trunc-k7c"));
  EXPECT_THAT(all.output, HasSubstr("gated_dadda-468/m2"));
  const auto unknown = run_axvp("multipliers list --family daddy");
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_THAT(unknown.errors, HasSubstr("no multiplier is like that"));
}

TEST_F(MultipliersCommand, ExportsTablesThatReadBackTheSame) {
  EXPECT_EQ(run_axvp("multipliers export dadda-exact " + path("exact.npy")).exit_code, 0);
  const auto table = read_npy_table(folder_ / "exact.npy");
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_EQ((*table)(200, 100), 20000);
  EXPECT_EQ(run_axvp("multipliers export dadda-exact " + path("exact.h")).exit_code, 0);
  const auto header = read_text_file(folder_ / "exact.h");
  ASSERT_TRUE(header);
  EXPECT_THAT(*header, HasSubstr("static const int32_t axvp_dadda_exact[256][256]"));
  EXPECT_THAT(*header, HasSubstr("{0,2,4,6,8,"));
  const auto refused = run_axvp("multipliers export dadda-exact " + path("exact.txt"));
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.errors, HasSubstr(".npy, .h or .sv"));
}

TEST_F(MultipliersCommand, ImportsATableAndSaysWhatASimulationNeeds) {
  ASSERT_TRUE(write_npy_table(folder_ / "mine.npy", almost_exact()));
  const auto outcome = run_axvp("multipliers import " + path("mine.npy"));
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_THAT(outcome.output, HasSubstr("[[multiplier]]\nid = \"mine\"\ntable = \"" + path("mine.npy") + "\""));
  EXPECT_THAT(outcome.output, HasSubstr("energy_pj, area_um2, leakage_nw and delay_ns"));
  const auto taken = run_axvp("multipliers import " + path("mine.npy") + " --id dadda-exact");
  EXPECT_EQ(taken.exit_code, 2);
  EXPECT_THAT(taken.errors, HasSubstr("dadda-exact"));
}

TEST_F(MultipliersCommand, EvolveSaysWhereTheSearchIsWrong) {
  const auto missing = run_axvp("multipliers evolve " + path("none.toml") + " --output " + path("found.json"));
  EXPECT_EQ(missing.exit_code, 2);
  EXPECT_THAT(missing.errors, HasSubstr("none.toml"));
  const auto wrong = run_axvp("multipliers evolve " + file("search.toml", "[error]\nlimit = -1\n") + " --output " +
                              path("found.json"));
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_THAT(wrong.errors, HasSubstr("search.toml: line 2"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "found.json"));
}

TEST_F(MultipliersCommand, PowerNamesTheLibraryThatIsMissing) {
  const auto outcome = run_axvp("power --update " + path("e.json") + " --liberty " + path("none.lib"));
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.errors, HasSubstr("none.lib"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "e.json"));
}

}  // namespace
}  // namespace axvp
