#include "axvp/workloads/evaluation.h"

#include <gtest/gtest.h>

namespace axvp {
namespace {

TEST(Evaluation, WilsonIntervalMatchesAWorkedExample) {
  // k = 8 of n = 10: (0.8 + 1.9207 / 10 +- 1.96 * sqrt(0.016 + 3.8415 / 400)) / 1.38415 = [0.490, 0.943].
  const Interval interval = wilson_interval(8, 10);
  EXPECT_DOUBLE_EQ(interval.value, 0.8);
  EXPECT_NEAR(interval.low, 0.4902, 1e-4);
  EXPECT_NEAR(interval.high, 0.9433, 1e-4);
  EXPECT_EQ(wilson_interval(0, 0).high, 1.0);
}

TEST(Evaluation, PairedLossAndMcNemarByHand) {
  PairedComparison pair;
  pair.both_right = 80;
  pair.only_reference_right = 8;
  pair.only_this_right = 2;
  pair.none_right = 10;
  // Loss (8 - 2) / 100; standard error sqrt(10 - 36 / 100) / 100 = 0.03105.
  EXPECT_NEAR(pair.loss().value, 0.06, 1e-12);
  EXPECT_NEAR(pair.loss().low, 0.06 - 1.95996 * 0.0310483, 1e-6);
  // P = 2 * (C(10,0) + C(10,1) + C(10,2)) / 2^10 = 2 * 56 / 1024.
  EXPECT_NEAR(pair.mcnemar_p(), 112.0 / 1024.0, 1e-9);
  EXPECT_EQ(PairedComparison{}.mcnemar_p(), 1.0);
}

}  // namespace
}  // namespace axvp
