#include "axvp/qos/subset_search.h"

#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>

#include "axvp/common/random.h"

namespace axvp {
namespace {

using Values = std::vector<std::vector<double>>;

Values drawn_values(std::size_t rows, std::size_t candidates, std::uint64_t seed) {
  Random random{seed};
  Values values(rows);
  for (auto& row : values)
    for (std::size_t m = 0; m < candidates; ++m) row.push_back(random.uniform() < 0.2 ? 1e6 : random.uniform());
  return values;
}

double value_of(const Values& values, const std::vector<std::size_t>& chosen) {
  double sum = 0.0;
  for (const auto& row : values) {
    double least = std::numeric_limits<double>::infinity();
    for (const std::size_t m : chosen) least = std::min(least, row[m]);
    sum += least;
  }
  return sum;
}

/// Every subset of exactly `count`.
double enumerated(const Values& values, std::size_t count) {
  const std::size_t candidates = values[0].size();
  double least = std::numeric_limits<double>::infinity();
  for (std::uint32_t bits = 0; bits < (1u << candidates); ++bits) {
    std::vector<std::size_t> chosen;
    for (std::size_t m = 0; m < candidates; ++m)
      if ((bits >> m & 1u) != 0) chosen.push_back(m);
    if (chosen.size() == count) least = std::min(least, value_of(values, chosen));
  }
  return least;
}

TEST(SubsetSearchTest, EqualsEnumerationOnDrawnProblems) {
  for (std::uint64_t seed = 0; seed < 12; ++seed)
    for (std::size_t count = 1; count <= 5; ++count) {
      const Values values = drawn_values(15, 10, seed);
      const SubsetSearch found = best_subset(values, count);
      ASSERT_TRUE(found.is_proven);
      ASSERT_LE(found.best.candidates.size(), count);
      ASSERT_NEAR(found.best.value, enumerated(values, count), 1e-9 * found.best.value)
          << "seed " << seed << ", " << count << " candidates";
      ASSERT_NEAR(found.best.value, value_of(values, found.best.candidates), 1e-9 * found.best.value);
    }
}

TEST(SubsetSearchTest, AsManyAsThereAreGivesEachRowItsBest) {
  const Values values{{1, 5}, {4, 2}, {3, 3}};
  EXPECT_EQ(best_subset(values, 7).best.value, 1 + 2 + 3);
}

TEST(SubsetSearchTest, DominatedCandidateIsNotChosen) {
  const Values values{{2, 1, 3}, {2, 2, 0}};
  EXPECT_EQ(best_subset(values, 1).best.candidates, (std::vector<std::size_t>{1}));
  EXPECT_EQ(best_subset(values, 2).best.candidates, (std::vector<std::size_t>{1, 2}));
}

TEST(SubsetSearchTest, NodeLimitSaysThatNothingIsProven) {
  const SubsetSearch found = best_subset(drawn_values(60, 40, 3), 4, 2);
  EXPECT_FALSE(found.is_proven);
  EXPECT_EQ(found.best.candidates.size(), 4u);
}

TEST(SubsetSearchTest, RefusesNothingToChoose) {
  EXPECT_THROW((void)best_subset({}, 1), std::invalid_argument);
  EXPECT_THROW((void)best_subset({{1.0}}, 0), std::invalid_argument);
}

}  // namespace
}  // namespace axvp
