#include "axvp/accel/qos_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace axvp {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr double kPicojoulesPerMicrojoule = 1e6;

/// Plays inferences of 1 ms that cost `uj_of_point` each; returns the point of every inference.
std::vector<std::size_t> play(const PolicyConfig& config, const std::vector<double>& uj_of_point, int inferences) {
  QosController controller{config, uj_of_point.size()};
  std::vector<std::size_t> points;
  Energy energy;
  for (int i = 0; i < inferences; ++i) {
    const auto decision = controller.decide({static_cast<double>(i), energy});
    points.push_back(decision.point);
    energy += to_energy(Picojoules{uj_of_point[decision.point] * kPicojoulesPerMicrojoule});
  }
  return points;
}

PolicyConfig budget_policy(std::vector<BudgetStep> budget, double window_ms, double hysteresis) {
  PolicyConfig config;
  config.kind = PolicyKind::Budget;
  config.budget = std::move(budget);
  config.window_ms = window_ms;
  config.hysteresis = hysteresis;
  return config;
}

TEST(QosController, FixedStays) {
  PolicyConfig config;
  config.fixed_point = 1;
  EXPECT_THAT(play(config, {3, 2}, 3), ElementsAre(1, 1, 1));
}

TEST(QosController, ScheduleFollowsSimulatedTime) {
  PolicyConfig config;
  config.kind = PolicyKind::Schedule;
  config.schedule = {{0.0, 0}, {2.0, 2}, {4.5, 1}};
  EXPECT_THAT(play(config, {3, 2, 1}, 7), ElementsAre(0, 0, 2, 2, 2, 1, 1));
}

TEST(QosController, BudgetStepsDownUntilAWindowFits) {
  // Windows of 2 ms cost 6, 4 and 2 uJ at the three points.
  EXPECT_THAT(play(budget_policy({{0.0, 3.0}}, 2.0, 0.05), {3, 2, 1}, 8), ElementsAre(0, 0, 1, 1, 2, 2, 2, 2));
}

TEST(QosController, NothingCheaperThanTheLastPoint) {
  EXPECT_THAT(play(budget_policy({{0.0, 0.5}}, 1.0, 0.05), {3, 2}, 4), ElementsAre(0, 1, 1, 1));
}

TEST(QosController, FallingBudgetStepsDownAndRisingBudgetComesBack) {
  const auto points = play(budget_policy({{0.0, 4.0}, {3.0, 2.5}, {6.0, 1.5}, {9.0, 10.0}}, 1.0, 0.05), {3, 2, 1}, 13);
  EXPECT_THAT(points, ElementsAre(0, 0, 0, 1, 1, 1, 2, 2, 2, 0, 0, 0, 0)) << "back to the most accurate that fits";
}

TEST(QosController, DearerPointsSwitchEarlier) {
  std::vector<BudgetStep> falling;
  for (int i = 0; i < 40; ++i) falling.push_back({static_cast<double>(i), 6.0 - 0.1 * i});
  const auto first_switch = [&](double factor) {
    const auto points = play(budget_policy(falling, 1.0, 0.05), {3 * factor, 2 * factor}, 40);
    return std::find(points.begin(), points.end(), 1u) - points.begin();
  };
  EXPECT_LT(first_switch(1.2), first_switch(1.0));
  EXPECT_LT(first_switch(1.5), first_switch(1.2));
}

TEST(QosController, HysteresisKeepsItFromFlutteringAtTheThreshold) {
  // The budget lies between the two points' costs: down once, then it stays.
  const auto points = play(budget_policy({{0.0, 2.95}}, 1.0, 0.0), {3, 2}, 50);
  EXPECT_EQ(std::count(points.begin(), points.end(), 0u), 1);
  // The budget swings around the dearer cost by 2 %: with 5 % hysteresis there is one switch.
  std::vector<BudgetStep> swinging;
  for (int i = 0; i < 50; ++i) swinging.push_back({static_cast<double>(i), i % 2 == 0 ? 2.97 : 3.03});
  const auto switches = [&](double hysteresis) {
    const auto path = play(budget_policy(swinging, 1.0, hysteresis), {3, 2}, 50);
    int count = 0;
    for (std::size_t i = 1; i < path.size(); ++i) count += path[i] != path[i - 1] ? 1 : 0;
    return count;
  };
  EXPECT_EQ(switches(0.05), 1);
  EXPECT_GT(switches(0.0), 10);
}

TEST(QosController, EveryChangeHasAReason) {
  QosController controller{budget_policy({{0.0, 1.0}}, 1.0, 0.05), 2};
  (void)controller.decide({0.0, Energy{}});
  const auto decision = controller.decide({1.0, to_energy(Picojoules{3e6})});
  EXPECT_EQ(decision.point, 1u);
  EXPECT_THAT(decision.reason, HasSubstr("3.000 uJ a window exceed 1.000"));
}

TEST(QosController, WindowsSayWhatTheySpentAndWhatTheyMightHave) {
  // Inferences of 1 ms; windows of 2 ms cost 6 uJ at point 0 and 4 uJ at point 1, the budget is 5, then 3.
  QosController controller{budget_policy({{0.0, 5.0}, {5.0, 3.0}}, 2.0, 0.05), 2};
  Energy energy;
  for (int i = 0; i < 8; ++i) {
    const auto decision = controller.decide({static_cast<double>(i), energy});
    energy += to_energy(Picojoules{(decision.point == 0 ? 3.0 : 2.0) * kPicojoulesPerMicrojoule});
  }
  controller.finish({8.0, energy});
  const auto& windows = controller.windows();
  ASSERT_EQ(windows.size(), 4u) << "the rest of 1 ms is not judged";
  EXPECT_EQ(windows[0].begin_ms, 0.0);
  EXPECT_EQ(windows[0].end_ms, 2.0);
  EXPECT_EQ(windows[0].point, 0u);
  EXPECT_DOUBLE_EQ(windows[0].window_uj, 6.0);
  EXPECT_EQ(windows[0].budget_uj, 5.0);
  EXPECT_TRUE(windows[0].is_over_budget());
  EXPECT_EQ(windows[1].point, 1u);
  EXPECT_DOUBLE_EQ(windows[1].window_uj, 4.0);
  EXPECT_FALSE(windows[1].is_over_budget());
  EXPECT_EQ(windows[2].end_ms, 5.0) << "ends with its budget";
  EXPECT_DOUBLE_EQ(windows[2].window_uj, 4.0) << "2 uJ in 1 ms";
  EXPECT_EQ(windows[2].budget_uj, 5.0);
  EXPECT_FALSE(windows[2].is_over_budget());
  EXPECT_EQ(windows[3].begin_ms, 5.0);
  EXPECT_EQ(windows[3].budget_uj, 3.0);
  EXPECT_TRUE(windows[3].is_over_budget()) << "nothing is cheaper than point 1";
}

/// Plays inferences of 1 ms; `uj(point, i)` is what the i-th costs there.
template <class Cost>
std::vector<std::size_t> play_costs(QosController& controller, int inferences, const Cost& uj) {
  std::vector<std::size_t> points;
  Energy energy;
  for (int i = 0; i < inferences; ++i) {
    points.push_back(controller.decide({static_cast<double>(i), energy}).point);
    energy += to_energy(Picojoules{uj(points.back(), i) * kPicojoulesPerMicrojoule});
  }
  controller.finish({static_cast<double>(inferences), energy});
  return points;
}

TEST(QosController, FallingBudgetIsMetFromItsFirstWindowOnBetweenPointsThatRan) {
  // Costs 3, 2, 1 a window. The first fall explores, the second one does not exceed its budget.
  QosController controller{budget_policy({{0, 10}, {4, 1.5}, {10, 10}, {14, 1.5}}, 1.0, 0.05), 3};
  const auto points = play_costs(controller, 20, [](std::size_t p, int /*i*/) { return 3.0 - static_cast<double>(p); });
  EXPECT_EQ(std::vector<std::size_t>(points.begin() + 4, points.begin() + 8), (std::vector<std::size_t>{1, 2, 2, 2}));
  EXPECT_EQ(points[13], 0u);
  EXPECT_EQ(points[14], 2u) << "at once, and not by way of point 1";
  int over = 0;
  for (const auto& window : controller.windows())
    if (window.is_over_budget()) {
      ++over;
      EXPECT_LT(window.end_ms, 10.0);
    }
  EXPECT_EQ(over, 1) << "the window at point 1, whose cost nobody knew";
}

TEST(QosController, ChangeOfTheBudgetEndsAWindow) {
  QosController controller{budget_policy({{0, 100}, {7, 20}}, 10.0, 0.05), 2};
  const auto points = play_costs(controller, 12, [](std::size_t p, int /*i*/) { return p == 0 ? 3.0 : 1.0; });
  EXPECT_EQ(points[6], 0u);
  EXPECT_EQ(points[7], 1u) << "the window of 10 ms is not waited for";
  ASSERT_EQ(controller.windows().size(), 1u);
  EXPECT_EQ(controller.windows()[0].end_ms, 7.0);
  EXPECT_FALSE(controller.windows()[0].is_over_budget());
}

TEST(QosController, ExpectedCostsFollowTheInputs) {
  // From 10 ms on all points cost 60 %: what point 0 cost before is no measure any more, 1.8 uJ fit 2.9.
  QosController controller{budget_policy({{0, 2.9}}, 1.0, 0.05), 2};
  const auto points =
      play_costs(controller, 20, [](std::size_t p, int i) { return (p == 0 ? 3.0 : 2.0) * (i < 10 ? 1.0 : 0.6); });
  EXPECT_EQ(points[9], 1u);
  EXPECT_EQ(points[10], 1u);
  EXPECT_EQ(points[11], 0u);
  EXPECT_EQ(points[19], 0u);
}

TEST(QosController, LoadingTablesCountsInTheWindowAndNotInWhatThePointIsExpectedToCost) {
  // The inference that begins a visit to a point costs 5 uJ more. Without that the windows cost 3 and 2 uJ.
  std::size_t before = 9;
  QosController controller{budget_policy({{0, 3.5}, {8, 2.5}, {16, 3.5}}, 2.0, 0.05), 2};
  const auto points = play_costs(controller, 24, [&](std::size_t p, int /*i*/) {
    const double tables = p == before ? 0.0 : 5.0;
    before = p;
    return (p == 0 ? 1.5 : 1.0) + tables;
  });
  const auto& windows = controller.windows();
  EXPECT_DOUBLE_EQ(windows[0].window_uj, 8.0);
  EXPECT_TRUE(windows[0].is_over_budget());
  EXPECT_EQ(points[2], 0u) << "3 uJ fit 3.5";
  EXPECT_EQ(points[8], 1u);
  EXPECT_EQ(points[12], 1u);
  EXPECT_EQ(points[16], 0u) << "3 uJ fit 95 % of 3.5";
}

PolicyConfig margin_policy(std::vector<MarginStage> cascade) {
  PolicyConfig config;
  config.kind = PolicyKind::Margin;
  config.cascade = std::move(cascade);
  return config;
}

TEST(QosController, MarginUpToTheThresholdRunsTheNextStage) {
  QosController controller{margin_policy({{2, 1.5}, {1, 0.25}, {0}}), 3, 0.25};
  for (int image = 0; image < 2; ++image) {
    EXPECT_EQ(controller.decide({}).point, 2u);
    EXPECT_TRUE(controller.reads_margin());
    const auto second = controller.rerun(6);  // 1.5
    ASSERT_TRUE(second);
    EXPECT_EQ(second->point, 1u);
    EXPECT_EQ(second->reason, "margin 1.5 of at most 1.5");
    EXPECT_TRUE(controller.reads_margin());
    const auto third = controller.rerun(0);
    ASSERT_TRUE(third);
    EXPECT_EQ(third->point, 0u);
    EXPECT_FALSE(controller.reads_margin()) << "the last stage's answer is always taken";
    EXPECT_FALSE(controller.rerun(0));
  }
  (void)controller.decide({});
  EXPECT_FALSE(controller.rerun(7)) << "1.75";
}

TEST(QosController, OtherPoliciesReadNoMargin) {
  QosController controller{PolicyConfig{}, 2};
  (void)controller.decide({});
  EXPECT_FALSE(controller.reads_margin());
  EXPECT_FALSE(controller.rerun(0));
}

TEST(PolicyConfig, PointsThatAreNotFromDearToCheapAreNamed) {
  const auto energies = [](std::vector<double> uj) {
    std::vector<Energy> result;
    for (const double e : uj) result.push_back(to_energy(Picojoules{e * kPicojoulesPerMicrojoule}));
    return result;
  };
  const PolicyConfig budget = budget_policy({{0.0, 1.0}}, 1.0, 0.05);
  const std::vector<std::string> names{"a", "b", "c"};
  EXPECT_TRUE(check_order(budget, names, energies({3, 2, 2})));
  EXPECT_THAT(check_order(budget, names, energies({3, 1, 2})).error().message,
              HasSubstr("`c` (2.000 uJ of multiplications an inference) follows `b` (1.000 uJ)"));
  EXPECT_TRUE(check_order(PolicyConfig{}, names, energies({3, 1, 2}))) << "a fixed point has no order";
  EXPECT_TRUE(check_order(margin_policy({{2, 1.0}, {0}}), names, energies({3, 9, 2})));
  EXPECT_EQ(check_order(margin_policy({{0, 1.0}, {2}}), names, energies({3, 9, 2})).error().message,
            "controller: the policy margin runs cheap operating points first, but `a` (3.000 uJ of multiplications an "
            "inference) comes before `c` (2.000 uJ)");
}

Result<PolicyConfig> read(const std::string& toml) {
  const auto document = parse_toml(toml, "run.toml");
  if (!document) return forward_error(document);
  FieldReader reader{*document};
  const PolicyConfig config = read_policy_config(reader);
  if (auto done = reader.finish(); !done) return forward_error(done);
  return config;
}

TEST(PolicyConfig, ReadsABudget) {
  const auto config = read(
      "policy = \"budget\"\nwindow_ms = 5\nhysteresis = 0.1\n[[budget]]\nat_ms = 0\nwindow_uj = 100\n"
      "[[budget]]\nat_ms = 50\nwindow_uj = 60\n");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->kind, PolicyKind::Budget);
  ASSERT_EQ(config->budget.size(), 2u);
  EXPECT_EQ(config->budget[1].window_uj, 60.0);
  EXPECT_TRUE(validate(*config, 2));
}

TEST(PolicyConfig, ReadsACascade) {
  auto config = read("policy = \"margin\"\n[[cascade]]\npoint = \"eco\"\nthreshold = 0.75\n[[cascade]]\npoint = 0\n");
  ASSERT_TRUE(config) << config.error().message;
  ASSERT_TRUE(resolve_names(*config, {"exact", "eco"}));
  ASSERT_EQ(config->cascade.size(), 2u);
  EXPECT_EQ(config->cascade[0].point, 1u);
  EXPECT_EQ(config->cascade[0].threshold, 0.75);
  EXPECT_EQ(config->cascade[1].point, 0u);
  EXPECT_TRUE(validate(*config, 2));
  EXPECT_EQ(to_json(*config).dump(), R"({"cascade":[{"point":1,"threshold":0.75},{"point":0}],"policy":"margin"})");
}

TEST(PolicyConfig, WrongCascadesAreNamed) {
  const auto message = [](const std::string& stages) { return read("policy = \"margin\"\n" + stages).error().message; };
  const std::string last = "[[cascade]]\npoint = 0\n";
  EXPECT_THAT(message("[[cascade]]\npoint = 1\n" + last), HasSubstr("threshold"));
  EXPECT_THAT(message("[[cascade]]\npoint = 1\nthreshold = -0.5\n" + last), HasSubstr("threshold = -0.5"));
  EXPECT_THAT(message("[[cascade]]\npoint = 1\nthreshold = nan\n" + last), HasSubstr("threshold = nan"));
  EXPECT_THAT(message("[[cascade]]\npoint = 1\nthreshold = inf\n" + last), HasSubstr("threshold = inf"));
  EXPECT_THAT(message("[[cascade]]\npoint = 1\nthreshold = \"T_M\"\n" + last), HasSubstr("threshold"));
  EXPECT_THAT(message("[[cascade]]\npoint = 1\nthreshold = 1\n[[cascade]]\npoint = 0\nthreshold = 2\n"),
              HasSubstr("the last stage's answer is always taken"));
  EXPECT_THAT(message("window_ms = 3\n" + last), HasSubstr("window_ms is of policy budget, not of margin"));
  EXPECT_THAT(read("policy = \"fixed\"\n" + last).error().message,
              HasSubstr("cascade is of policy margin, not of fixed"));
  EXPECT_THAT(validate(margin_policy({}), 3).error().message, HasSubstr("at least two stages, the cheapest point first; it has 0"));
  EXPECT_THAT(validate(margin_policy({{1}}), 3).error().message, HasSubstr("it has 1"));
  EXPECT_THAT(validate(margin_policy({{1, 1.0}, {3}}), 3).error().message, HasSubstr("cascade[1].point = 3"));
  EXPECT_THAT(validate(margin_policy({{1, -1.0}, {0}}), 3).error().message, HasSubstr("cascade[0].threshold = -1"));
  EXPECT_THAT(validate(margin_policy({{1, 1.0}, {0, 1.0}, {1}}), 3).error().message,
              HasSubstr("cascade[0] and cascade[2] are the same operating point"));
  EXPECT_TRUE(check_outputs(margin_policy({{1, 1.0}, {0}}), 2));
  EXPECT_TRUE(check_outputs(PolicyConfig{}, 1));
  EXPECT_EQ(check_outputs(margin_policy({{1, 1.0}, {0}}), 1).error().message,
            "controller: the policy margin compares the two largest outputs, but the network has 1");
}

TEST(PolicyConfig, PointsHaveNamesOrIndices) {
  auto config =
      read("policy = \"schedule\"\n[[schedule]]\nat_ms = 0\npoint = \"eco\"\n[[schedule]]\nat_ms = 1\npoint = 0\n");
  ASSERT_TRUE(config) << config.error().message;
  ASSERT_TRUE(resolve_names(*config, {"exact", "eco"}));
  EXPECT_EQ(config->schedule[0].point, 1u);
  EXPECT_EQ(config->schedule[1].point, 0u);
  auto fixed = read("point = \"ceo\"\n");
  ASSERT_TRUE(fixed) << fixed.error().message;
  EXPECT_EQ(resolve_names(*fixed, {"exact", "eco"}).error().message,
            "controller: no operating point `ceo`, did you mean `eco`?");
  EXPECT_THAT(read("point = -1\n").error().message, HasSubstr("point = -1"));
  EXPECT_THAT(read("point = 1.5\n").error().message, HasSubstr("point"));
}

TEST(PolicyConfig, WrongPoliciesAreNamed) {
  EXPECT_THAT(read("policy = \"bugdet\"\n").error().message, HasSubstr("budget"));
  EXPECT_THAT(read("policy = \"budget\"\n[[budget]]\nat_ms = 0\nwindow_uj = 0\n").error().message,
              HasSubstr("window_uj"));
  EXPECT_THAT(read("policy = \"budget\"\npoint = 1\n").error().message,
              HasSubstr("point is of policy fixed, not of budget"));
  EXPECT_THAT(read("policy = \"fixed\"\n[[schedule]]\nat_ms = 0\npoint = 99\n").error().message,
              HasSubstr("schedule is of policy schedule, not of fixed"));
  PolicyConfig config;
  config.fixed_point = 3;
  EXPECT_THAT(validate(config, 3).error().message, HasSubstr("point = 3, but there are 3 operating points"));
  config.kind = PolicyKind::Schedule;
  EXPECT_THAT(validate(config, 3).error().message, HasSubstr("schedule is empty"));
  config.schedule = {{0.0, 0}, {5.0, 1}, {5.0, 2}};
  EXPECT_THAT(validate(config, 3).error().message, HasSubstr("schedule[2]: at_ms = 5 follows 5"));
  config.schedule = {{1.0, 0}};
  EXPECT_THAT(validate(config, 3).error().message, HasSubstr("begins at 1 ms"));
  config.schedule = {{0.0, 7}};
  EXPECT_THAT(validate(config, 3).error().message, HasSubstr("schedule[0].point = 7"));
  EXPECT_THAT(validate(budget_policy({{0.0, -1.0}}, 1.0, 0.0), 3).error().message, HasSubstr("budget[0].window_uj"));
  EXPECT_THAT(validate(budget_policy({{0.0, 1.0}}, 0.0, 0.0), 3).error().message, HasSubstr("window_ms"));
  EXPECT_THAT(validate(budget_policy({{0.0, 1.0}}, 1.0, 1.0), 3).error().message, HasSubstr("hysteresis"));
}

}  // namespace
}  // namespace axvp
