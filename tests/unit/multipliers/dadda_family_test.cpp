#include "axvp/multipliers/dadda_family.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <set>
#include <stdexcept>

#include "axvp/multipliers/catalogue.h"
#include "axvp/multipliers/design.h"
#include "axvp/multipliers/error_metrics.h"

namespace axvp {
namespace {

int bit_of(const OperandBits& bits, int operand, int bit) {
  if ((bits.forced >> bit) & 1) return 1;
  return (bits.kept >> bit) & (operand >> bit) & 1;
}

/// The bits that column c brings to the adders in one mode, partial product by partial product: what the circuits are
/// drawn from.
int ones_in_column(const DaddaParameters& p, int x, int w, int c) {
  const auto partial_product = [&](int i, int j) {
    const int product = bit_of(p.x, x, i) & bit_of(p.w, w, j);
    return p.encoding == Encoding::TwosComplement && (i == 7) != (j == 7) ? 1 - product : product;
  };
  int ones = 0;
  for (int i = 0; i < 8; ++i) {
    const int j = c - i;
    if (j < 0 || j > 7) continue;
    if (c >= p.pair_columns || i == j)
      ones += partial_product(i, j);
    else if (i < j)
      ones += partial_product(i, j) | partial_product(j, i);
  }
  return c < p.or_columns ? std::min(ones, 1) : ones;
}

std::int32_t sum_of_partial_products(const DaddaParameters& parameters, int x, int w, int mode) {
  DaddaParameters p = parameters;
  if (mode > 0 && !p.gate_bits.empty()) p.x.kept = p.w.kept = static_cast<std::uint8_t>(0xff << p.gate_bits[mode - 1]);
  const int off = mode > 0 && !p.gate_levels.empty() ? p.gate_levels[mode - 1] : 0;
  std::int32_t sum = p.constant;
  for (int m = 0; m < mode && m < static_cast<int>(p.gate_constants.size()); ++m) sum += p.gate_constants[m];
  for (int c = std::max(p.dropped_columns, off); c < 15; ++c) sum += ones_in_column(p, x, w, c) * (1 << c);
  if (p.encoding == Encoding::SignMagnitude) return sum;
  sum = (sum + 256 + 32768) & 0xffff;
  return sum < 32768 ? sum : sum - 65536;
}

void expect_sum_of_partial_products(const MultiplierDesign& design) {
  const auto model = make_model(design);
  const auto& parameters = std::get<DaddaParameters>(design.parameters);
  for (int mode = 0; mode < model->modes(); ++mode)
    for (int x = 0; x < 256; ++x)
      for (int w = 0; w < 256; ++w)
        ASSERT_EQ(model->multiply(static_cast<std::uint8_t>(x), static_cast<std::uint8_t>(w), mode),
                  design.is_exchanged ? sum_of_partial_products(parameters, w, x, mode)
                                      : sum_of_partial_products(parameters, x, w, mode))
            << design.id << ": x = " << x << ", w = " << w << ", mode " << mode;
}

TEST(DaddaFamily, EveryModeIsTheSumOfItsPartialProducts) {
  for (const MultiplierDesign& design : built_in_designs())
    if (std::holds_alternative<DaddaParameters>(design.parameters)) expect_sum_of_partial_products(design);
}

MultiplierDesign design_of(DaddaParameters p) {
  return {"test", "test", "", std::move(p)};
}

TEST(DaddaFamily, ParametersThatNoBuiltInDesignHasAddUpToo) {
  DaddaParameters p;
  p.dropped_columns = 3;
  p.pair_columns = 9;
  p.constant = 24;
  p.gate_levels = {4, 5, 11};
  p.gate_constants = {0, 40, 1000};
  expect_sum_of_partial_products(design_of(p));
  p = {};
  p.encoding = Encoding::TwosComplement;
  p.dropped_columns = 4;
  p.or_columns = 10;
  p.constant = -512;
  p.gate_levels = {11, 13};
  expect_sum_of_partial_products(design_of(p));
  p = {};
  p.encoding = Encoding::TwosComplement;
  p.x = {0xfc, 0x02};
  p.w = {0xf8, 0x01};
  p.dropped_columns = 2;
  p.gate_bits = {4, 5};
  expect_sum_of_partial_products(design_of(p));
}

TEST(DaddaFamily, ExactDesignsMultiplyExactly) {
  for (const Encoding encoding : {Encoding::SignMagnitude, Encoding::TwosComplement}) {
    const auto exact = Catalogue::built_in().find(Catalogue::exact_id(encoding));
    ASSERT_TRUE(exact);
    EXPECT_EQ(exact->encoding, encoding);
    const auto value = [encoding](int byte) {
      return encoding == Encoding::TwosComplement && byte > 127 ? byte - 256 : byte;
    };
    for (int x = 0; x < 256; ++x)
      for (int w = 0; w < 256; ++w)
        ASSERT_EQ(exact->table(static_cast<std::uint8_t>(x), static_cast<std::uint8_t>(w)), value(x) * value(w));
  }
}

DaddaParameters dropping(int columns) {
  DaddaParameters p;
  p.dropped_columns = columns;
  return p;
}

TEST(DaddaFamily, CompensationConstantsEqualHandCalculation) {
  // Truncation: columns 0..k-1 sum to (k-1) 2^k + 1 with all partial products at 1 (k <= 8), a quarter of it is lost.
  EXPECT_EQ(compensation_constant(dropping(7), 6), 192);  // 769 / 4 = 192.25, in steps of 64
  EXPECT_EQ(compensation_constant(dropping(8), 7), 512);  // 1793 / 4 = 448.25, in steps of 128: 3.502 -> 4
  EXPECT_EQ(compensation_constant(dropping(6), 5), 96);   // 321 / 4 = 80.25, in steps of 32: 2.508 -> 3
  EXPECT_EQ(compensation_constant(dropping(4), 3), 16);   // 49 / 4 = 12.25, in steps of 8: 1.53 -> 2
  // (1793 + 7 * 256 + 6 * 512) / 4 = 1664.25, in steps of 512: 3.25 -> 3
  EXPECT_EQ(compensation_constant(dropping(10), 9), 1536);
  DaddaParameters ored;
  ored.or_columns = 2;  // OR of two: the loss is 1/16 of column 1; 0.125 in steps of 2.
  EXPECT_EQ(compensation_constant(ored, 1), 0);
  EXPECT_EQ(compensation_constant({}, 0), 0);
  // Baugh-Wooley: column 7 has two inverted partial products, which are 1 three times out of four: 769 / 4 + 6 * 128 /
  // 4
  // + 2 * 128 * 3 / 4 = 576.25, in steps of 128: 4.502 -> 5.
  DaddaParameters bw = dropping(8);
  bw.encoding = Encoding::TwosComplement;
  EXPECT_EQ(compensation_constant(bw, 7), 640);
}

TEST(DaddaFamily, MeanErrorEqualsTheMeanOverAllPairs) {
  for (const MultiplierDesign& design : built_in_designs()) {
    const auto* p = std::get_if<DaddaParameters>(&design.parameters);
    if (p == nullptr) continue;
    const auto model = make_model(design);
    const ErrorMetrics m = error_metrics(model->table(0), model->encoding());
    EXPECT_NEAR(mean_error(*p) + p->constant, m.mean, 1e-6) << design.id;
  }
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
  // -1 * -1: all partial products of the magnitudes are 1, the inverted ones 0; columns 6 to 14 hold 7 6 5 4 3 2 1 0 1.
  EXPECT_EQ(product("bw_trunc-k6", 255, 255),
            -32512 + 7 * 64 + 6 * 128 + 5 * 256 + 4 * 512 + 3 * 1024 + 2 * 2048 + 4096 + 16384);
}

TEST(DaddaFamily, PerforationDropsBitsOfTheWeightNotOfTheActivation) {
  const auto s = Catalogue::built_in().find("dadda_perf-w2");
  ASSERT_TRUE(s);
  EXPECT_EQ(s->table(3, 4), 12);
  EXPECT_EQ(s->table(4, 3), 0);
  EXPECT_EQ(s->table(255, 255), 255 * 252);
}

TEST(DaddaFamily, RejectsParametersOutOfRange) {
  const auto expect_refused = [](const DaddaParameters& p) {
    EXPECT_THROW((void)make_model(design_of(p)), std::invalid_argument);
  };
  expect_refused(dropping(15));
  DaddaParameters p;
  p.gate_levels = {6, 4};
  expect_refused(p);
  p = {};
  p.gate_levels = {4};
  p.gate_constants = {1, 2};
  expect_refused(p);
  p = {};
  p.constant = 1024;  // 65,025 + 1,024 needs 17 bits
  expect_refused(p);
  p = {};
  p.pair_columns = 5;
  p.or_columns = 4;
  expect_refused(p);
  p = {};
  p.or_columns = 4;
  p.x.kept = 0xfe;
  expect_refused(p);
  p = {};
  p.encoding = Encoding::TwosComplement;
  p.w.kept = 0x7f;
  expect_refused(p);
}

}  // namespace
}  // namespace axvp
