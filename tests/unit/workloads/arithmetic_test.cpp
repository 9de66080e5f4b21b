#include "axvp/workloads/arithmetic.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "axvp/common/random.h"

namespace axvp {
namespace {

__extension__ using Int128 = __int128;

constexpr std::int32_t kLowest = std::numeric_limits<std::int32_t>::min();
constexpr std::int32_t kHighest = std::numeric_limits<std::int32_t>::max();
constexpr ClampRange kUnsigned{0, 255};
constexpr ClampRange kSigned{-127, 127};
constexpr ClampRange kWide{kLowest, kHighest};
constexpr std::int64_t kLargestBias = (std::int64_t{1} << 47) - 1;
constexpr std::int64_t kSmallestBias = -(std::int64_t{1} << 47);

// The worked examples of docs/arithmetic.md.

TEST(RequantiseTest, ScalesAndShifts) {
  EXPECT_EQ(requantise(1000, {16384, 16, 0}, kUnsigned), 250);            // 1000 / 4
  EXPECT_EQ(requantise(1000, {16384, 16, -10 * 65536}, kUnsigned), 240);  // 1000 / 4 - 10
  EXPECT_EQ(requantise(-1000, {20480, 18, 100 << 18}, kSigned), 22);      // -78.125 + 100 = 21.875
}

TEST(RequantiseTest, NegativeGammaFallsAsTheAccumulatorRises) {
  const Requantisation r{-16384, 15, 20 << 15};  // y = 20 - acc / 2
  EXPECT_EQ(requantise(10, r, kUnsigned), 15);
  EXPECT_EQ(requantise(100, r, kUnsigned), 0);
  EXPECT_EQ(requantise(100, r, kSigned), -30);
  EXPECT_EQ(requantise(-100, r, kSigned), 70);
}

TEST(RequantiseTest, DeadChannelIsItsRoundedOffset) {
  const Requantisation r{0, 16, 242483};  // 3.7 * 2^16 = 242483.2
  for (const std::int32_t acc : {kLowest, -1, 0, 1, kHighest}) EXPECT_EQ(requantise(acc, r, kUnsigned), 4) << acc;
  EXPECT_EQ(requantise(12345, {0, 16, -242483}, kUnsigned), 0);
  EXPECT_EQ(requantise(12345, {0, 16, -242483}, kSigned), -4);
}

TEST(RequantiseTest, ClampsAtBothBounds) {
  const Requantisation identity{16384, 14, 0};
  EXPECT_EQ(requantise(255, identity, kUnsigned), 255);
  EXPECT_EQ(requantise(256, identity, kUnsigned), 255);
  EXPECT_EQ(requantise(-1, identity, kUnsigned), 0);
  EXPECT_EQ(requantise(127, identity, kSigned), 127);
  EXPECT_EQ(requantise(128, identity, kSigned), 127);
  EXPECT_EQ(requantise(-127, identity, kSigned), -127);
  EXPECT_EQ(requantise(-128, identity, kSigned), -127);  // -128 never occurs
  EXPECT_EQ(requantise(77, identity, {0, 63}), 63);      // Relu6 at a scale of 6/63
}

TEST(RequantiseTest, TiesOfBothSignsRoundUp) {
  const Requantisation half{16384, 15, 0};
  EXPECT_EQ(requantise(1, half, kSigned), 1);    // +0.5
  EXPECT_EQ(requantise(-1, half, kSigned), 0);   // -0.5
  EXPECT_EQ(requantise(3, half, kSigned), 2);    // +1.5
  EXPECT_EQ(requantise(-3, half, kSigned), -1);  // -1.5
  const Requantisation minus_half{-16384, 15, 0};
  EXPECT_EQ(requantise(1, minus_half, kSigned), 0);   // -0.5
  EXPECT_EQ(requantise(-1, minus_half, kSigned), 1);  // +0.5
}

TEST(RequantiseTest, ExtremeAccumulatorsDoNotOverflow) {
  // 2^31 * 32767 + 2^47 < 2^48: far inside 64 bits, then the clamp.
  EXPECT_EQ(requantise(kLowest, {32767, 1, kLargestBias}, kWide), kHighest);  // (-(2^46 - 2^31) + 2^47) / 2
  EXPECT_EQ(requantise(kLowest, {32767, 1, kSmallestBias}, kWide), kLowest);
  EXPECT_EQ(requantise(kHighest, {32767, 1, kLargestBias}, kUnsigned), 255);
  EXPECT_EQ(requantise(kHighest, {-32767, 1, kSmallestBias}, kUnsigned), 0);
  EXPECT_EQ(requantise(kHighest, {-32767, 32, 0}, kWide), -16383);  // -16383.4999...
  EXPECT_EQ(requantise(kLowest, {-32767, 32, 0}, kWide), 16384);    // 2^31 * 32767 / 2^32 = +16383.5
  EXPECT_EQ(requantise(kLowest, {32767, 32, 0}, kWide), -16383);    // -16383.5
  EXPECT_EQ(requantise(0, {32767, 32, kLargestBias}, kWide), 32768);
  EXPECT_EQ(requantise(0, {32767, 32, kSmallestBias}, kWide), -32768);
}

/// floor((2 * value + 2^shift) / 2^(shift + 1)): round half up written as a quotient of integers.
std::int64_t round_half_up(Int128 value, int shift) {
  const Int128 divisor = static_cast<Int128>(1) << (shift + 1);
  const Int128 dividend = 2 * value + (static_cast<Int128>(1) << shift);
  Int128 quotient = dividend / divisor;
  if (dividend % divisor < 0) --quotient;
  return static_cast<std::int64_t>(quotient);
}

TEST(RequantiseTest, EqualsTheRoundedQuotientForRandomOperands) {
  Random random{1};
  for (int i = 0; i < 200000; ++i) {
    const auto acc = static_cast<std::int32_t>(random.between(kLowest, kHighest) >> random.below(31));
    const Requantisation r{static_cast<std::int16_t>(random.between(-32768, 32767)),
                           static_cast<std::uint8_t>(random.between(1, 32)),
                           random.between(kSmallestBias, kLargestBias) >> random.below(47)};
    const std::int64_t rounded = round_half_up(static_cast<Int128>(acc) * r.multiplier + r.bias, r.shift);
    const std::int64_t expected = std::min<std::int64_t>(127, std::max<std::int64_t>(-127, rounded));
    ASSERT_EQ(requantise(acc, r, kSigned), expected)
        << acc << " * " << r.multiplier << " + " << r.bias << " >> " << int{r.shift};
  }
}

TEST(MakeRequantisationTest, HandWorkedScales) {
  EXPECT_EQ(make_requantisation(0.25, 3.0), (Requantisation{16384, 16, 3 << 16}));
  EXPECT_EQ(make_requantisation(1.0 / 3.0, 0.0), (Requantisation{21845, 16, 0}));  // 21845.33
  EXPECT_EQ(make_requantisation(-0.75, -1.5), (Requantisation{-24576, 15, -49152}));
  EXPECT_EQ(make_requantisation(1.0, 0.0), (Requantisation{16384, 14, 0}));
  EXPECT_EQ(make_requantisation(32767.4 / 32768.0, 0.0), (Requantisation{32767, 15, 0}));
  EXPECT_EQ(make_requantisation(32767.6 / 32768.0, 0.0), (Requantisation{16384, 14, 0}));  // 32768 would not fit
}

TEST(MakeRequantisationTest, ScaleZeroIsADeadChannel) {
  EXPECT_EQ(make_requantisation(0.0, 3.7), (Requantisation{0, 16, 242483}));
  EXPECT_EQ(make_requantisation(-0.0, 0.0), (Requantisation{0, 16, 0}));
}

TEST(MakeRequantisationTest, TinyScalesLoseBitsOnlyBeyondShift32) {
  EXPECT_EQ(make_requantisation(std::ldexp(1.0, -18), 0.0), (Requantisation{16384, 32, 0}));
  EXPECT_EQ(make_requantisation(std::ldexp(1.0, -20), 0.0), (Requantisation{4096, 32, 0}));
  EXPECT_EQ(make_requantisation(std::ldexp(-1.0, -40), 0.0).multiplier, 0);
  EXPECT_EQ(make_requantisation(std::numeric_limits<double>::denorm_min(), 0.0).multiplier, 0);
}

TEST(MakeRequantisationTest, HugeScalesAndOffsetsSaturate) {
  EXPECT_EQ(make_requantisation(16383.5, 0.0), (Requantisation{32767, 1, 0}));
  EXPECT_EQ(make_requantisation(1e6, 0.0), (Requantisation{32767, 1, 0}));
  EXPECT_EQ(make_requantisation(-1e300, 0.0), (Requantisation{-32767, 1, 0}));
  EXPECT_EQ(make_requantisation(0.25, 1e30).bias, kLargestBias);
  EXPECT_EQ(make_requantisation(0.25, -1e30).bias, -kLargestBias);
}

TEST(MakeRequantisationTest, KeepsFifteenSignificantBits) {
  Random random{2};
  for (int i = 0; i < 100000; ++i) {
    const double scale = std::exp2(random.uniform(-17.99, 13.99)) * (random.below(2) == 0 ? 1.0 : -1.0);
    const double offset = random.uniform(-300.0, 300.0);
    const Requantisation r = make_requantisation(scale, offset);
    ASSERT_GE(std::abs(int{r.multiplier}), 1 << 14) << scale;
    ASSERT_LT(std::abs(int{r.multiplier}), 1 << 15) << scale;
    ASSERT_GE(r.shift, 1);
    ASSERT_LE(r.shift, 32);
    const RealAffine real = to_real(r);
    // Half a unit of a multiplier that is at least 2^14; half a unit of the bias.
    ASSERT_LE(std::abs(real.scale - scale), std::abs(scale) * std::ldexp(1.0, -15)) << scale;
    ASSERT_LE(std::abs(real.offset - offset), std::ldexp(0.5, -r.shift)) << offset;
    ASSERT_EQ(make_requantisation(real.scale, real.offset), r);
  }
}

TEST(AddTest, HandWorkedCases) {
  const AddScaling s = make_add_scaling(0.5, 0.25);
  EXPECT_EQ(s.multiplier_a, 16384);
  EXPECT_EQ(s.multiplier_b, 8192);
  EXPECT_EQ(s.shift, 15);
  EXPECT_EQ(add_scaled(10, -6, s, kSigned), 4);    // 5 - 1.5 = +3.5
  EXPECT_EQ(add_scaled(-10, 6, s, kSigned), -3);   // -3.5
  EXPECT_EQ(add_scaled(-10, 6, s, kUnsigned), 0);  // Relu
  EXPECT_EQ(add_scaled(255, 127, make_add_scaling(1.0, 1.0), kUnsigned), 255);
  EXPECT_EQ(add_scaled(-127, -127, make_add_scaling(1.0, 1.0), kSigned), -127);
}

TEST(AddTest, ShiftFollowsTheLargerScale) {
  const AddScaling s = make_add_scaling(0.001, 1.9);
  EXPECT_EQ(s.shift, 14);
  EXPECT_EQ(s.multiplier_b, 31130);  // 1.9 * 2^14 = 31129.6
  EXPECT_EQ(s.multiplier_a, 16);     // 16.384
  EXPECT_EQ(make_add_scaling(0.0, 0.0).multiplier_a, 0);
}

TEST(AverageTest, HandWorkedCases) {
  const PoolScaling s = make_pool_scaling(1.0 / 64.0);
  EXPECT_EQ(s.multiplier, 16384);
  EXPECT_EQ(s.shift, 20);
  EXPECT_EQ(average(96, s, kSigned), 2);    // +1.5
  EXPECT_EQ(average(-96, s, kSigned), -1);  // -1.5
  EXPECT_EQ(average(64 * 255, s, kUnsigned), 255);
  const PoolScaling ninth = make_pool_scaling(1.0 / 9.0);
  EXPECT_EQ(ninth.multiplier, 29127);  // 2^18 / 9 = 29127.1
  EXPECT_EQ(ninth.shift, 18);
  EXPECT_EQ(average(9 * 200, ninth, kUnsigned), 200);
  EXPECT_EQ(average(9 * 200 + 5, ninth, kUnsigned), 201);  // 200.55
}

}  // namespace
}  // namespace axvp
