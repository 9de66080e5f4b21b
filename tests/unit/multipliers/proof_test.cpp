#include "axvp/multipliers/proof.h"

#include <gmock/gmock.h>

namespace axvp {
namespace {

TruthTable times(int factor) {
  return TruthTable::from_function([factor](std::uint8_t x, std::uint8_t w) { return factor * (x & 15) * (w & 15); });
}

std::uint16_t product(std::uint8_t x, std::uint8_t w, int mode) {
  return static_cast<std::uint16_t>((mode + 1) * (x & 15) * (w & 15));
}

TEST(Proof, OfAnEqualCircuitFindsNothing) {
  EXPECT_FALSE(first_mismatch(product, {times(1), times(2), times(3)}));
}

TEST(Proof, NamesTheFirstPairThatDiffers) {
  const auto wrong = [](std::uint8_t x, std::uint8_t w, int mode) {
    return static_cast<std::uint16_t>(product(x, w, mode) + (x == 200 && w == 31 && mode == 1 ? 7 : 0));
  };
  const auto found = first_mismatch(wrong, {times(1), times(2)});
  ASSERT_TRUE(found);
  EXPECT_EQ(to_string(*found), "x = 200, w = 31, mode 1: 247, expected 240");  // 2 * 8 * 15
}

TEST(Proof, ComparesSixteenBitsAsTwosComplement) {
  const auto negative = TruthTable::from_function([](std::uint8_t, std::uint8_t) { return -2; });
  EXPECT_FALSE(first_mismatch([](std::uint8_t, std::uint8_t, int) { return std::uint16_t{0xfffe}; }, {negative}));
}

TEST(Proof, FindsAModeThatIsKeptAtASwitch) {
  int last = 0;
  const auto stale = [&last](std::uint8_t x, std::uint8_t w, int mode) {
    const int seen = last == 2 && mode == 1 ? last : mode;
    last = mode;
    return product(x, w, seen);
  };
  const auto found = first_mismatch(stale, {times(1), times(2), times(3)});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->mode, 1);
  EXPECT_EQ(found->mode_before, 2);
}

TEST(Proof, FindsAnOperandThatIsKeptAtASwitch) {
  std::uint8_t x_before = 0;
  int last = 0;
  const auto stale = [&](std::uint8_t x, std::uint8_t w, int mode) {
    const std::uint8_t seen = mode != last ? x_before : x;
    x_before = x;
    last = mode;
    return product(seen, w, mode);
  };
  EXPECT_TRUE(first_mismatch(stale, {times(1), times(2)}));
}

}  // namespace
}  // namespace axvp
