#include "axvp/explore/pareto.h"

#include <gtest/gtest.h>

#include "axvp/common/random.h"

namespace axvp {
namespace {

TEST(Pareto, KeepsWhatNoOtherPointBeatsAndAllOfEqualPoints) {
  EXPECT_EQ(pareto_front({{1, 5}, {2, 2}, {3, 3}, {5, 1}, {2, 2}, {1, 6}}), (std::vector<std::size_t>{0, 1, 3, 4}));
  EXPECT_TRUE(pareto_front({}).empty());
  EXPECT_FALSE(dominates({1, 1}, {1, 1}));
}

TEST(Pareto, FrontOfFiveThousandPointsEqualsAllPairsCompared) {
  Random random{11};
  std::vector<Objectives> points;
  for (int i = 0; i < 5000; ++i)
    points.push_back({static_cast<double>(random.below(60)), static_cast<double>(random.below(60)),
                      static_cast<double>(random.below(60))});
  std::vector<std::size_t> expected;
  for (std::size_t a = 0; a < points.size(); ++a) {
    bool is_beaten = false;
    for (std::size_t b = 0; b < points.size() && !is_beaten; ++b) {
      bool nowhere_larger = true, somewhere_smaller = false;
      for (std::size_t o = 0; o < 3; ++o) {
        nowhere_larger = nowhere_larger && points[b][o] <= points[a][o];
        somewhere_smaller = somewhere_smaller || points[b][o] < points[a][o];
      }
      is_beaten = nowhere_larger && somewhere_smaller;
    }
    if (!is_beaten) expected.push_back(a);
  }
  EXPECT_EQ(pareto_front(points), expected);
}

}  // namespace
}  // namespace axvp
