// `axvp verify --array`: the RTL arrays and the requantisation lane pass, mutants do not, and the first difference is
// named where it arises.

#include <gmock/gmock.h>

#include <sstream>

#include "axvp/cosim/array_verification.h"
#include "axvp/cosim/rtl_array.h"
#include "axvp/multipliers/catalogue.h"
#include "axvp/verilated/verilated_mutants.h"
#include "program_runner.h"

namespace axvp {
namespace {

using ::testing::HasSubstr;
using testing::run_axvp;

TEST(VerifyArray, AllCompiledArraysAndTheLanePass) {
  const auto outcome = run_axvp("verify --array --tiles 60");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  for (const char* array : {"ws 16x16", "ws 5x3", "ws 4x4", "os 16x16", "os 4x4"})
    EXPECT_THAT(outcome.output, HasSubstr(array));
  EXPECT_THAT(outcome.output, HasSubstr("requantisation lane: 38,400 values equal"));
}

TEST(VerifyArray, TakesAPoolOfTheCatalogue) {
  const auto outcome = run_axvp("verify --array --tiles 5 --pool dadda-exact,drum-k4,mitchell,dadda_perf-w2");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
}

TEST(VerifyArray, RefusesWhatTheArrayCannotHold) {
  EXPECT_EQ(run_axvp("verify --array --pool bw-exact").exit_code, 2);
  EXPECT_EQ(run_axvp("verify --array --pool dadda-exakt").exit_code, 2);
  EXPECT_EQ(run_axvp("verify --array --mutants --pool dadda-exact").exit_code, 2);
  EXPECT_EQ(run_axvp("verify --array --tiles 0").exit_code, 2);
  EXPECT_EQ(run_axvp("verify --mutants").exit_code, 2);
}

TEST(VerifyArray, EveryMutantOfTheRtlIsCaught) {
  const auto outcome = run_axvp("verify --array --mutants");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  std::cout << outcome.output;
  EXPECT_GE(rtl_mutants().size(), 100u);
  EXPECT_THAT(outcome.output, HasSubstr("requantise"));
}

VerificationPool gates_pool() {
  VerificationPool pool;
  const std::vector<std::pair<const char*, std::uint8_t>> members{
      {"dadda-exact", 0}, {"dadda_trunc-k7c", 4}, {"dadda_trunc-k9c", 8}, {"gated_dadda-468/m3", 15}};
  for (const auto& [id, code] : members) {
    pool.ids.emplace_back(id);
    pool.tables.push_back(Catalogue::built_in().find(id)->table);
    pool.codes.push_back(code);
  }
  return pool;
}

/// Number of the first mutant whose expression contains `text`.
int mutant_with(const std::string& text) {
  const auto& mutants = rtl_mutants();
  for (std::size_t i = 0; i < mutants.size(); ++i)
    if (mutants[i].expression.find(text) != std::string_view::npos) return static_cast<int>(i) + 1;
  return 0;
}

TEST(ArrayMismatchTest, NamesTheElementWhoseWeightIsNotWritten) {
  const auto array = to_clocked(make_mutant_ws_array(mutant_with("!(r == Rows-1 && c == Columns-1)")));
  const auto result = verify_array(*array, gates_pool(), 50, 1);
  ASSERT_TRUE(result.mismatch);
  EXPECT_EQ(result.mismatch->what, "partial sum");
  EXPECT_EQ(result.mismatch->row, 3);
  EXPECT_EQ(result.mismatch->column, 3);
  EXPECT_THAT(to_string(*result.mismatch),
              ::testing::MatchesRegex(
                  "tile .*, fold .*, PE .3, 3., cycle .*, x = .*, w = .*, .*: partial sum .* instead of .*"));
}

TEST(ArrayMismatchTest, NamesTheOperandsOfAWrongProduct) {
  // Products lose their two top bits: the first pair that shows it has |x w| of 2^14 or more.
  const auto array = to_clocked(make_mutant_ws_array(mutant_with("mul_p_i[13:0]")));
  const auto result = verify_array(*array, gates_pool(), 50, 1);
  ASSERT_TRUE(result.mismatch);
  EXPECT_GE(std::abs(result.mismatch->x * result.mismatch->w), 1 << 13);
  EXPECT_EQ(std::abs(result.mismatch->expected - result.mismatch->got) % (1 << 14), 0);
}

TEST(ArrayMismatchTest, SumsThatLeaveAtTheWrongTimeAreFound) {
  const auto array = to_clocked(make_mutant_os_array(mutant_with("2*Rows+Columns-3 : Rows+Columns-2")));
  const auto result = verify_array(*array, gates_pool(), 50, 1);
  ASSERT_TRUE(result.mismatch);
  EXPECT_EQ(result.mismatch->what, "valid bit of the output");
}

}  // namespace
}  // namespace axvp
