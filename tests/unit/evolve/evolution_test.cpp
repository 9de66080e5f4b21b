#include "axvp/evolve/evolution.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "axvp/common/file.h"
#include "axvp/evolve/simplify.h"
#include "axvp/multipliers/error_metrics.h"
#include "circuits.h"

namespace axvp {
namespace {

using ::testing::HasSubstr;

/// Small enough for a test, large enough that islands differ and migrate.
EvolutionTask small_task(CostKind cost = CostKind::Area, std::uint64_t evaluations = 6000) {
  EvolutionTask task;
  task.bound.limit = 118;
  task.cost = cost;
  task.cells = plain_costs();
  task.transitions = uniform_transitions(task.domain, 512, 1);
  task.seeds = {built_in_circuit("dadda-exact"), built_in_circuit("dadda_trunc-k6c")};
  task.search.evaluations = evaluations;
  task.search.islands = 3;
  task.search.epoch_evaluations = 500;
  task.search.migration_epochs = 2;
  task.identity = identity_of(task);
  return task;
}

std::vector<std::string> front_of(const Result<EvolutionResult>& result) {
  if (!result) return {result.error().message};
  std::vector<std::string> front;
  for (const EvolvedCircuit& found : result->front)
    front.push_back(fmt::format("{} {} {}", found.cost, found.error.mean_absolute, to_text(found.circuit)));
  return front;
}

class EvolutionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path{::testing::TempDir()} /
              (std::string{"evolution_"} + ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path folder_;
};

TEST_F(EvolutionTest, FindsSmallerCircuitsWithinTheBound) {
  const EvolutionTask task = small_task();
  const auto result = evolve(task);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_TRUE(result->complete);
  EXPECT_EQ(result->evaluations, 6000u);
  ASSERT_FALSE(result->front.empty());
  auto area = CircuitCost::make(CostKind::Area, task.cells, {}).value();
  double last_cost = 0, last_error = 119;
  for (const EvolvedCircuit& found : result->front) {
    // Figures from the table of the circuit, not from the search.
    const ErrorMetrics metrics =
        error_metrics(tabulate(found.circuit, Encoding::SignMagnitude), Encoding::SignMagnitude);
    EXPECT_LE(metrics.mae, 118);
    EXPECT_NEAR(found.error.mean_absolute, metrics.mae, 1e-9);
    EXPECT_NEAR(found.error.standard_deviation, metrics.std, 1e-6);
    EXPECT_EQ(found.cost, area.area(compile(found.circuit)).value);
    EXPECT_GT(found.cost, last_cost);
    EXPECT_LT(metrics.mae, last_error);
    last_cost = found.cost;
    last_error = metrics.mae;
  }
  EXPECT_LT(result->front.front().cost, area.area(compile(task.seeds[1])).value);
}

#ifdef __SANITIZE_ADDRESS__
constexpr std::uint64_t kComparedEvaluations = 2000;  // migrations still occur
#else
constexpr std::uint64_t kComparedEvaluations = 6000;
#endif

TEST_F(EvolutionTest, TheSameSeedGivesTheSameCircuitsAtAnyThreadCount) {
  for (const CostKind cost : {CostKind::Area, CostKind::Glitch}) {
    const EvolutionTask task = small_task(cost, kComparedEvaluations);
    const auto one = front_of(evolve(task));
    EvolutionRun three;
    three.threads = 3;
    EXPECT_EQ(front_of(evolve(task, three)), one);
    EvolutionRun portable;
    portable.instruction_set = InstructionSet::Portable;
    EXPECT_EQ(front_of(evolve(task, portable)), one);
    EvolutionTask other = task;
    other.search.seed = 2;
    EXPECT_NE(front_of(evolve(other)), one);
  }
}

TEST_F(EvolutionTest, AResumedRunEqualsTheUninterruptedOne) {
  const EvolutionTask task = small_task(CostKind::Glitch);
  const auto whole = front_of(evolve(task));
  EvolutionRun run;
  run.checkpoint = folder_ / "checkpoint.json";
  int stops = 0;
  for (;;) {  // two epochs at a time
    int epochs = 0;
    const auto result = evolve(task, run, [&epochs](const EvolutionStatus&) { return ++epochs < 2; });
    ASSERT_TRUE(result) << result.error().message;
    if (result->complete) {
      EXPECT_EQ(front_of(result), whole);
      break;
    }
    ASSERT_LT(++stops, 10);
  }
  EXPECT_EQ(stops, 2);                            // 4 epochs of 3 * 500: stopped after 2 and at the last one
  EXPECT_EQ(front_of(evolve(task, run)), whole);  // nothing is left to do
}

TEST_F(EvolutionTest, ConstraintsHold) {
  EvolutionTask task = small_task();
  task.seeds = {built_in_circuit("dadda-exact")};
  task.bound.metric = ErrorMetric::StandardDeviation;
  task.bound.limit = 60;
  task.bound.zero_products = true;
  task.bound.mean_limit = 2;
  const auto result = evolve(task);
  ASSERT_TRUE(result) << result.error().message;
  ASSERT_GE(result->front.size(), 1u);
  for (const EvolvedCircuit& found : result->front) {
    const TruthTable table = tabulate(found.circuit, Encoding::SignMagnitude);
    const ErrorMetrics metrics = error_metrics(table, Encoding::SignMagnitude);
    EXPECT_LE(metrics.std, 60);
    EXPECT_LE(std::abs(metrics.mean), 2);
    for (int code = 0; code < 256; ++code) {
      ASSERT_EQ(table(0, static_cast<std::uint8_t>(code)), 0);
      ASSERT_EQ(table(static_cast<std::uint8_t>(code), 0), 0);
    }
  }
}

TEST_F(EvolutionTest, WeightedBoundsFollowTheHistograms) {
  EvolutionTask task = small_task();
  task.domain.weight_bits = 7;
  task.seeds = {restrict_weight(built_in_circuit("dadda-exact"), 7)};
  task.bound.metric = ErrorMetric::StandardDeviation;
  task.bound.limit = 20;
  OperandHistograms usage;
  for (std::size_t code = 0; code < 32; ++code) usage.x[code] = 512;  // 2^14 in all
  for (std::size_t code = 0; code < 64; ++code) usage.w[code] = 256;
  task.bound.usage = usage;
  const auto result = evolve(task);
  ASSERT_TRUE(result) << result.error().message;
  const TruthTable table = tabulate(result->front.front().circuit, Encoding::SignMagnitude);
  EXPECT_LE(weighted_error_metrics(table, Encoding::SignMagnitude, usage.x, usage.w).std, 20);
  EXPECT_GT(error_metrics(table, Encoding::SignMagnitude).std, 20);  // operands that do not occur may go wrong
}

TEST_F(EvolutionTest, EvolvedCircuitsReadBackFromTheirVerilog) {
  const auto result = evolve(small_task());
  ASSERT_TRUE(result) << result.error().message;
  for (const EvolvedCircuit& found : result->front) {
    const auto again = read_structural_verilog(generate_rtl(found.circuit, "m", {"Generated."}), "m.sv");
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(tabulate(*again, Encoding::SignMagnitude), tabulate(found.circuit, Encoding::SignMagnitude));
  }
}

TEST_F(EvolutionTest, RefusesSeedsOutsideOfTheBound) {
  EvolutionTask task = small_task();
  task.seeds = {built_in_circuit("dadda-exact"), built_in_circuit("dadda_trunc-k9c")};
  const auto result = evolve(task);
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message, HasSubstr("seed 1: the seed circuit is outside of the bound: MAE 420.59"));
}

TEST_F(EvolutionTest, RefusesForeignAndDamagedCheckpoints) {
  const EvolutionTask task = small_task();
  EvolutionRun run;
  run.checkpoint = folder_ / "checkpoint.json";
  ASSERT_TRUE(evolve(task, run, [](const EvolutionStatus&) { return false; }));
  EvolutionTask other = task;
  other.bound.limit = 119;
  other.identity = identity_of(other);
  EXPECT_THAT(front_of(evolve(other, run)).front(), HasSubstr("belongs to another search"));
  const std::string good = read_text_file(run.checkpoint).value();
  ASSERT_TRUE(write_file_atomically(run.checkpoint, good.substr(0, good.size() / 2)));
  EXPECT_FALSE(evolve(task, run));
  std::string bad = good;
  const std::size_t product = bad.find("\"product\":[");
  ASSERT_NE(product, std::string::npos);
  bad.insert(product + 11, "60000,");
  ASSERT_TRUE(write_file_atomically(run.checkpoint, bad));
  EXPECT_THAT(front_of(evolve(task, run)).front(), HasSubstr("16 product bits"));
}

}  // namespace
}  // namespace axvp
