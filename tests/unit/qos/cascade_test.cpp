#include "axvp/qos/cascade.h"

#include <gtest/gtest.h>

#include <cmath>

namespace axvp {
namespace {

TEST(CascadeTest, AnswerIsTheFirstLargestAndItsMarginToTheSecond) {
  EXPECT_EQ(answer_of({3, 9, -2, 7}, 0.5).best, 1u);
  EXPECT_DOUBLE_EQ(answer_of({3, 9, -2, 7}, 0.5).margin, 1.0);
  EXPECT_EQ(answer_of({4, 4}, 1.0).best, 0u);
  EXPECT_EQ(answer_of({4, 4}, 1.0).margin, 0.0);
  EXPECT_DOUBLE_EQ(answer_of({-2147483647, 2147483647}, 1.0).margin, 4294967294.0);
}

TEST(CascadeTest, ThresholdsAreThoseOfTheExponentialFit) {
  // Changed: margins 0.2, 0.5 and 1.1; least 0.2, mean 0.6, so scale 0.4.
  const std::vector<PointAnswer> cheap{{1, 0.2}, {2, 0.5}, {3, 1.1}, {4, 9.0}}, full{{0, 1}, {0, 1}, {0, 1}, {4, 1}};
  const MarginThresholds t = calibrate_margins(cheap, full);
  EXPECT_EQ(t.changed, 3u);
  EXPECT_EQ(t.largest, 1.1);
  EXPECT_NEAR(t.t99, 0.2 + 0.4 * std::log(100.0), 1e-12);
  EXPECT_NEAR(t.t999, 0.2 + 0.4 * std::log(1000.0), 1e-12);
}

TEST(CascadeTest, LargestThresholdChangesNoClassOfItsImages) {
  const std::vector<PointAnswer> cheap{{1, 0.2}, {2, 0.5}, {3, 1.1}, {4, 9.0}}, full{{0, 1}, {2, 1}, {0, 1}, {4, 1}};
  const std::vector<int> labels{0, 2, 0, 4};
  const double threshold = calibrate_margins(cheap, full).largest;
  const auto result = run_cascade({{&cheap, 1.0, threshold}, {&full, 10.0, 0.0}}, labels);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->against_last.same_class, 4u);
  EXPECT_DOUBLE_EQ(result->reached[1], 0.75);
  EXPECT_DOUBLE_EQ(result->cost, 1.0 + 0.75 * 10.0);  // E_cheap + F E_full
  EXPECT_DOUBLE_EQ(result->accuracy, 1.0);
}

TEST(CascadeTest, RerunsGrowWithTheThreshold) {
  std::vector<PointAnswer> cheap, full;
  std::vector<int> labels;
  for (int i = 0; i < 100; ++i) {
    cheap.push_back({0, std::abs(std::sin(i * 1.3))});
    full.push_back({static_cast<std::size_t>(i % 2), 1.0});
    labels.push_back(i % 2);
  }
  double before = -1.0;
  for (const double rerun : {0.0, 0.1, 0.35, 0.8, 1.0}) {
    const double threshold = threshold_for_rerun(cheap, rerun);
    const auto result = run_cascade({{&cheap, 1.0, threshold}, {&full, 4.0, 0.0}}, labels);
    EXPECT_LE(result->reached[1], rerun + 1e-12);
    EXPECT_GE(result->reached[1], rerun - 0.011);
    EXPECT_GE(result->reached[1], before);
    before = result->reached[1];
  }
}

TEST(CascadeTest, ThresholdsBetweenStepsDecideTheSame) {
  for (const double step : {0.125, 0.1, 1.0 / 3.0}) {
    for (int code = 0; code < 2000; ++code) {
      const double threshold = step * code, between = between_steps(threshold, step);
      ASSERT_LT(threshold, between) << step << " " << code;
      ASSERT_LT(between, step * (code + 1)) << step << " " << code;
      ASSERT_EQ(between_steps(between, step), between) << "it is one itself";
    }
    EXPECT_NEAR(between_steps(2.9 * step, step), 2.5 * step, 1e-12);
  }
  EXPECT_EQ(between_steps(-1.0, 0.5), -1.0);
}

TEST(CascadeTest, ASingleClassIsNeverUnsure) {
  EXPECT_EQ(answer_of({7}, 0.5).best, 0u);
  EXPECT_EQ(answer_of({7}, 0.5).margin, 0.5 * 4294967295.0);
}

TEST(CascadeTest, ThreeStagesPayForEveryStageThatAnImageRuns) {
  const std::vector<PointAnswer> a{{0, 0.1}, {0, 0.1}, {0, 5}, {0, 5}}, b{{1, 0.1}, {1, 5}, {1, 5}, {1, 5}},
      c{{2, 1}, {2, 1}, {2, 1}, {2, 1}};
  const auto result = run_cascade({{&a, 1, 1}, {&b, 2, 1}, {&c, 4, 0}}, {2, 1, 0, 3});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->reached, (std::vector<double>{1.0, 0.5, 0.25}));
  EXPECT_DOUBLE_EQ(result->cost, 1 + 0.5 * 2 + 0.25 * 4);
  EXPECT_DOUBLE_EQ(result->accuracy, 0.75);  // images 0 (by c), 1 (by b), 2 (by a)
}

TEST(CascadeTest, StaticMixLiesOnTheLineBetweenTwoPoints) {
  const std::vector<PointAnswer> cheap{{0, 1}, {0, 1}}, dear{{0, 1}, {1, 1}};
  const std::vector<int> labels{0, 1};
  EXPECT_DOUBLE_EQ(static_mix_accuracy({{&cheap, 1, 0}, {&dear, 3, 0}}, labels, 1.0), 0.5);
  EXPECT_DOUBLE_EQ(static_mix_accuracy({{&cheap, 1, 0}, {&dear, 3, 0}}, labels, 2.0), 0.75);
  EXPECT_DOUBLE_EQ(static_mix_accuracy({{&cheap, 1, 0}, {&dear, 3, 0}}, labels, 9.0), 1.0);
}

TEST(CascadeTest, RefusesStagesThatAnswerOtherImages) {
  const std::vector<PointAnswer> two{{0, 1}, {0, 1}};
  EXPECT_FALSE(run_cascade({{&two, 1, 0}}, {0}));
  EXPECT_FALSE(run_cascade({}, {0}));
}

}  // namespace
}  // namespace axvp
