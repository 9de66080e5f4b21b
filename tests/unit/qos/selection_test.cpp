#include "axvp/qos/selection.h"

#include <gtest/gtest.h>

#include <cmath>

#include "axvp/common/random.h"
#include "axvp/qos/pool_search.h"
#include "axvp/qos/refinement.h"

namespace axvp {
namespace {

/// Candidate m costs 1 / (1 + m) of the exact one and errs by m in each layer, layers differ in size and sensitivity.
SelectionProblem ladder(std::size_t layers, std::size_t candidates) {
  SelectionProblem problem;
  for (std::size_t l = 0; l < layers; ++l) {
    const auto weight = static_cast<double>(l + 1);
    auto& cost = problem.cost.emplace_back();
    auto& error = problem.error.emplace_back();
    auto& divergence = problem.divergence.emplace_back();
    for (std::size_t m = 0; m < candidates; ++m) {
      const auto step = static_cast<double>(m);
      cost.push_back(2.0 * weight / static_cast<double>(layers * (layers + 1)) / (1.0 + step));
      error.push_back(0.01 * step);
      divergence.push_back(step * step / weight);
    }
  }
  return problem;
}

TEST(SelectionTest, CompressionIsContinuousAndKeepsInfeasibleRatiosAboveOne) {
  EXPECT_EQ(compress_ratio(0.4), 0.4);
  EXPECT_EQ(compress_ratio(1.0), 1.0);
  EXPECT_NEAR(compress_ratio(1.0 + 1e-9), 1.0, 1e-8);
  // ln alone would give 0.0099, far within the budget, and 1 for e.
  EXPECT_NEAR(compress_ratio(1.01), 1.00995, 1e-5);
  EXPECT_NEAR(compress_ratio(std::exp(1.0)), 2.0, 1e-12);
}

TEST(SelectionTest, RowsAreErrorsOverBudgetsOfAllPoints) {
  const SelectionProblem problem = ladder(2, 3);
  const auto rows = budget_rows(problem, {{0.01, 0.02}, {1.0, 4.0}});
  ASSERT_EQ(rows.size(), 4u);  // two layers, two points
  EXPECT_EQ(rows[0][0], 0.0);  // the exact multiplier fits everywhere
  EXPECT_NEAR(rows[0][2], 0.02 / 0.010001, 1e-12);
  EXPECT_NEAR(rows[1][2], 0.02 / 0.020001, 1e-12);
  EXPECT_NEAR(rows[3][2], 0.02 / 0.080001, 1e-12);
}

TEST(SelectionTest, CandidatesThatFitNowhereAreDropped) {
  EXPECT_EQ(usable_candidates({{0.0, 1.0, 1.1}, {0.0, 5.0, 1.001}}), (std::vector<std::size_t>{0, 1}));
}

TEST(SelectionTest, RepairedRowsKeepTheirBudgetsWhereThePoolHasTheExactOne) {
  const SelectionProblem problem = ladder(5, 8);
  const Budgets budgets{{0.012, 0.031, 0.02, 0.055, 0.07}, {0.3, 1.0, 2.0}};
  const auto rows = budget_rows(problem, budgets);
  const auto points = assign_by_budget(problem, budgets, {0, 2, 5});
  for (std::size_t o = 0; o < points.size(); ++o)
    for (std::size_t l = 0; l < 5; ++l) EXPECT_LE(rows[o * 5 + l][points[o][l]], 1.0) << o << " " << l;
}

TEST(SelectionTest, CostOfALayerNeverRisesFromPointToPoint) {
  const SelectionProblem problem = ladder(6, 9);
  const Budgets budgets{{0.012, 0.031, 0.02, 0.055, 0.07, 0.003}, {0.3, 1.0, 2.0}};
  const auto clustered = cluster_pool(problem, budgets, {3, 20, 5});
  EXPECT_LE(clustered.pool.size(), 3u);
  for (const auto& points : {clustered.by_label, assign_by_budget(problem, budgets, clustered.pool)})
    for (std::size_t o = 1; o < points.size(); ++o)
      for (std::size_t l = 0; l < problem.layers(); ++l)
        EXPECT_LE(problem.cost[l][points[o][l]], problem.cost[l][points[o - 1][l]]);
}

TEST(SelectionTest, LargestWeightThatFitsTheCostIsTaken) {
  const SelectionProblem problem = ladder(6, 9);
  const std::vector<std::size_t> all{0, 1, 2, 3, 4, 5, 6, 7, 8};
  double before = 1e300;
  for (const double cost : {0.2, 0.4, 0.7, 1.0}) {
    const WeightedChoice found = assign_for_cost(problem, all, cost);
    EXPECT_LE(sum_of(problem.cost, found.choice), cost);
    EXPECT_LE(sum_of(problem.divergence, found.choice), before);
    before = sum_of(problem.divergence, found.choice);
    const Choice more = assign_by_divergence(problem, all, found.weight * 1.01);
    EXPECT_TRUE(more == found.choice || sum_of(problem.cost, more) > cost);
  }
  EXPECT_EQ(assign_for_cost(problem, all, 0.01).choice, Choice(6, 8));  // nothing fits: the cheapest
}

TEST(SelectionTest, RestOfTheCostIsSpentWhereItHelpsMost) {
  const SelectionProblem problem = ladder(4, 3);  // layer l costs (l + 1) / 10 exactly, half of it at candidate 1
  const Choice found = spend_rest(problem, {0, 1, 2}, 0.5 + 0.15 + 0.051, {1, 1, 1, 1});
  // 0.2 is left. Layer 0 gains most (1 nat) for 0.05, then layer 1 (1/2) for 0.1, then nothing fits.
  EXPECT_EQ(found, (Choice{0, 0, 1, 1}));
}

TEST(PoolSearchTest, BudgetOptimumIsNoDearerThanKMeansAndFitsEveryRow) {
  Random random{11};
  SelectionProblem problem = ladder(7, 14);
  for (auto& layer : problem.error)
    for (std::size_t m = 1; m < layer.size(); ++m) layer[m] *= random.uniform(0.3, 3.0);
  const Budgets budgets{{0.02, 0.03, 0.02, 0.05, 0.07, 0.01, 0.04}, {0.5, 1.0, 2.0}};
  const auto rows = budget_rows(problem, budgets);
  for (std::size_t n = 2; n <= 5; ++n) {
    const PoolChoice optimum = optimal_budget_pool(problem, budgets, n);
    ASSERT_TRUE(optimum.is_proven);
    const auto clustered = cluster_pool(problem, budgets, {n, 20, 1});
    const auto repaired = assign_by_budget(problem, budgets, clustered.pool);
    double of_optimum = 0.0, of_clusters = 0.0;
    bool clusters_fit = true;
    for (std::size_t o = 0; o < 3; ++o) {
      of_optimum += sum_of(problem.cost, optimum.points[o]);
      of_clusters += sum_of(problem.cost, repaired[o]);
      for (std::size_t l = 0; l < 7; ++l) {
        EXPECT_LE(rows[o * 7 + l][optimum.points[o][l]], 1.0);
        clusters_fit &= rows[o * 7 + l][repaired[o][l]] <= 1.0;
      }
    }
    if (clusters_fit) {
      EXPECT_LE(of_optimum, of_clusters + 1e-12) << n << " instances";
    }
  }
}

TEST(PoolSearchTest, PoolServesAllPointsAtTheirCosts) {
  const SelectionProblem problem = ladder(8, 12);
  const PoolChoice found = search_pool(problem, {0.5, 0.3, 0.2}, 3);
  EXPECT_LE(found.pool.size(), 3u);
  ASSERT_EQ(found.points.size(), 3u);
  EXPECT_LE(sum_of(problem.cost, found.points[0]), 0.5);
  EXPECT_LE(sum_of(problem.cost, found.points[1]), 0.3);
  EXPECT_LE(sum_of(problem.cost, found.points[2]), 0.2);
}

/// Layers 0 and 1 hurt together what they do not hurt alone: the prediction cannot know.
TEST(RefinementTest, FindsWhatTheSumOfLayersDoesNotShow) {
  const SelectionProblem problem = ladder(4, 3);
  const auto measured = [&](const Choice& choice) -> Result<double> {
    return sum_of(problem.divergence, choice) + (choice[0] > 0 && choice[1] > 0 ? 5.0 : 0.0);
  };
  const Choice start{1, 1, 1, 1};
  const double cost = sum_of(problem.cost, start);
  const auto refined = refine_choice(
      problem, {0, 1, 2}, start, cost, 200, [](auto, auto) { return true; }, measured);
  ASSERT_TRUE(refined);
  EXPECT_EQ(refined->before, *measured(start));
  EXPECT_EQ(refined->divergence, *measured(refined->choice));
  EXPECT_LT(refined->divergence, refined->before - 3.0);
  EXPECT_LE(sum_of(problem.cost, refined->choice), cost);
}

TEST(RefinementTest, TakesOnlyWhatIsAllowedAndPassesErrorsOn) {
  const SelectionProblem problem = ladder(4, 3);
  const auto refined = refine_choice(
      problem, {0, 1, 2}, {2, 2, 2, 2}, 1.0, 200, [](std::size_t l, auto) { return l != 3; },
      [&](const Choice& choice) -> Result<double> { return sum_of(problem.divergence, choice); });
  ASSERT_TRUE(refined);
  EXPECT_EQ(refined->choice, (Choice{0, 0, 0, 2}));
  const auto failed = refine_choice(
      problem, {0, 1}, {1, 1, 1, 1}, 1.0, 10, [](auto, auto) { return true; },
      [](const Choice&) -> Result<double> { return fail("no images"); });
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message, "no images");
}

}  // namespace
}  // namespace axvp
