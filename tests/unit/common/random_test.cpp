#include "axvp/common/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace axvp {
namespace {

TEST(Random, FollowsTheStandardEngine) {
  // [rand.predef]: the 10,000th word of mt19937_64 with its default seed.
  Random random{5489};
  for (int i = 0; i < 9999; ++i) static_cast<void>(random.word());
  EXPECT_EQ(random.word(), 9981545732273789042u);
}

TEST(Random, BoundedDrawsAreUniform) {
  Random random{1};
  std::array<int, 7> counts{};
  for (int i = 0; i < 70000; ++i) ++counts[random.below(7)];
  for (const int count : counts) EXPECT_NEAR(count, 10000, 400);  // 4 standard deviations: 4 * sqrt(8571)
}

TEST(Random, NormalHasUnitMoments) {
  Random random{2};
  double sum = 0, squares = 0;
  constexpr int kDraws = 100000;
  for (int i = 0; i < kDraws; ++i) {
    const double x = random.normal();
    sum += x;
    squares += x * x;
  }
  EXPECT_NEAR(sum / kDraws, 0.0, 0.015);     // 4.7 standard errors
  EXPECT_NEAR(squares / kDraws, 1.0, 0.02);  // 4.5 standard errors
}

TEST(Random, ShuffleKeepsAllItemsAndBetweenItsBounds) {
  Random random{3};
  std::vector<int> items{0, 1, 2, 3, 4, 5, 6, 7};
  random.shuffle(items);
  auto sorted = items;
  std::sort(sorted.begin(), sorted.end());
  EXPECT_EQ(sorted, (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7}));
  for (int i = 0; i < 1000; ++i) {
    const auto value = random.between(-2, 2);
    EXPECT_GE(value, -2);
    EXPECT_LE(value, 2);
  }
}

TEST(Random, DerivedSeedsDiffer) {
  EXPECT_NE(derive_seed(1, 0), derive_seed(1, 1));
  EXPECT_NE(derive_seed(1, 0), derive_seed(2, 0));
  EXPECT_EQ(derive_seed(1, 7), derive_seed(1, 7));
}

}  // namespace
}  // namespace axvp
