#include "axvp/accel/top_two.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "axvp/common/random.h"

namespace axvp {
namespace {

constexpr std::int32_t kLeast = std::numeric_limits<std::int32_t>::min();
constexpr std::int32_t kMost = std::numeric_limits<std::int32_t>::max();

std::uint32_t margin_of(const std::vector<std::int32_t>& values) {
  TopTwo two;
  for (const std::int32_t value : values) two.add(value);
  return two.margin();
}

TEST(TopTwo, MarginIsThatOfTheSortedValues) {
  Random random{7};
  for (int run = 0; run < 2000; ++run) {
    std::vector<std::int32_t> values(2 + random.below(6));
    for (auto& value : values) value = static_cast<std::int32_t>(random.below(9)) - 4;  // ties are frequent
    auto sorted = values;
    std::sort(sorted.rbegin(), sorted.rend());
    ASSERT_EQ(margin_of(values), static_cast<std::uint32_t>(sorted[0] - sorted[1])) << ::testing::PrintToString(values);
  }
}

TEST(TopTwo, MarginHoldsTheWholeRange) {
  EXPECT_EQ(margin_of({kLeast, kMost}), 0xFFFFFFFFu);
  EXPECT_EQ(margin_of({kMost, kLeast, kLeast}), 0xFFFFFFFFu);
  EXPECT_EQ(margin_of({kLeast, kLeast}), 0u);
  EXPECT_EQ(margin_of({-5, kLeast}), 0x7FFFFFFBu);
}

TEST(TopTwo, FewerThanTwoValuesAreNeverUnsure) {
  EXPECT_EQ(margin_of({}), 0xFFFFFFFFu);
  EXPECT_EQ(margin_of({3}), 0xFFFFFFFFu);
}

}  // namespace
}  // namespace axvp
