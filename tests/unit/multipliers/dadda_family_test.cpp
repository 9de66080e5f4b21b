#include "axvp/multipliers/dadda_family.h"

#include <gmock/gmock.h>

#include <cmath>
#include <cstdlib>
#include <set>
#include <stdexcept>

#include "axvp/multipliers/catalogue.h"

namespace axvp {
namespace {

/// Sum over the partial products one by one: what the circuits are drawn from.
std::int32_t sum_of_partial_products(const DaddaParameters& p, int x, int w, int gated_columns) {
  std::int32_t sum = p.constant;
  for (int column = 0; column < 15; ++column) {
    int ones = 0;
    for (int i = 0; i < 8; ++i) {
      const int j = column - i;
      if (j < p.dropped_rows || j > 7) continue;
      ones += ((x >> i) & 1) & ((w >> j) & 1);
    }
    if (column < p.dropped_columns || column < gated_columns) continue;
    if (column < p.or_columns && ones > 1) ones = 1;
    sum += ones << column;
  }
  return sum;
}

TEST(DaddaFamily, EveryModeIsTheSumOfItsPartialProducts) {
  for (const DaddaMultiplier& m : built_in_dadda_multipliers()) {
    const auto model = make_dadda_model(m);
    for (int mode = 0; mode < model->modes(); ++mode) {
      const int gated = mode == 0 ? 0 : m.parameters.gate_levels[static_cast<std::size_t>(mode - 1)];
      for (int x = 0; x < 256; ++x)
        for (int w = 0; w < 256; ++w)
          ASSERT_EQ(model->multiply(static_cast<std::uint8_t>(x), static_cast<std::uint8_t>(w), mode),
                    sum_of_partial_products(m.parameters, x, w, gated))
              << m.id << ": x = " << x << ", w = " << w << ", mode " << mode;
    }
  }
}

TEST(DaddaFamily, ExactMultipliesExactly) {
  const auto exact = Catalogue::built_in().find("dadda-exact");
  ASSERT_TRUE(exact);
  for (int x = 0; x < 256; ++x)
    for (int w = 0; w < 256; ++w)
      ASSERT_EQ(exact->table(static_cast<std::uint8_t>(x), static_cast<std::uint8_t>(w)), x * w);
}

TEST(DaddaFamily, CompensationConstantsEqualHandCalculation) {
  // Truncation: columns 0..k-1 sum to (k-1) 2^k + 1 with all partial products at 1 (k <= 8), a quarter of it is lost.
  EXPECT_EQ(compensation_constant(7, 0), 192);  // 769 / 4 = 192.25, in steps of 64
  EXPECT_EQ(compensation_constant(8, 0), 512);  // 1793 / 4 = 448.25, in steps of 128: 3.502 -> 4
  EXPECT_EQ(compensation_constant(6, 0), 96);   // 321 / 4 = 80.25, in steps of 32: 2.508 -> 3
  EXPECT_EQ(compensation_constant(4, 0), 16);   // 49 / 4 = 12.25, in steps of 8: 1.53 -> 2
  EXPECT_EQ(compensation_constant(10, 0),
            1536);  // (1793 + 7 * 256 + 6 * 512) / 4 = 1664.25, in steps of 512: 3.25 -> 3
  // OR of two: the loss is 1/16 of column 1; 0.125 in steps of 2.
  EXPECT_EQ(compensation_constant(0, 2), 0);
  EXPECT_EQ(compensation_constant(0, 0), 0);
}

TEST(DaddaFamily, HandWorkedProducts) {
  const auto product = [](const char* id, int x, int w) {
    const auto s = Catalogue::built_in().find(id);
    return s ? s->table(static_cast<std::uint8_t>(x), static_cast<std::uint8_t>(w)) : -1;
  };
  // 15 * 15 = 225: columns 0..6 hold 1 2 3 4 3 2 1 ones.
  EXPECT_EQ(product("gated_dadda-468/m0", 15, 15), 225);
  EXPECT_EQ(product("gated_dadda-468/m1", 15, 15), 3 * 16 + 2 * 32 + 64);
  EXPECT_EQ(product("gated_dadda-468/m2", 15, 15), 64);
  EXPECT_EQ(product("gated_dadda-468/m3", 15, 15), 0);
  EXPECT_EQ(product("dadda_or-v5", 15, 15), 31 + 2 * 32 + 64);
  EXPECT_EQ(product("dadda_or-v7", 15, 15), 127);
  EXPECT_EQ(product("dadda_trunc-k6", 15, 15), 64);
  EXPECT_EQ(product("dadda_trunc-k6c", 15, 15), 64 + 96);
  EXPECT_EQ(product("dadda_trunc-k7c", 0, 0), 192);  // raw tables are not gated
}

TEST(DaddaFamily, PerforationDropsBitsOfTheWeightNotOfTheActivation) {
  const auto s = Catalogue::built_in().find("dadda_perf-w2");
  ASSERT_TRUE(s);
  EXPECT_EQ(s->table(3, 4), 12);
  EXPECT_EQ(s->table(4, 3), 0);
  EXPECT_EQ(s->table(255, 255), 255 * 252);
}

TEST(DaddaFamily, RejectsParametersOutOfRange) {
  const auto make = [](DaddaParameters p) { return make_dadda_model({"bad", "bad", "", std::move(p)}); };
  DaddaParameters p;
  p.dropped_columns = 16;
  EXPECT_THROW((void)make(p), std::invalid_argument);
  p = {};
  p.gate_levels = {6, 4};
  EXPECT_THROW((void)make(p), std::invalid_argument);
  p = {};
  p.constant = 1024;  // 65,025 + 1,024 needs 17 bits
  EXPECT_THROW((void)make(p), std::invalid_argument);
}

}  // namespace
}  // namespace axvp
