#include "axvp/multipliers/gated_products.h"

#include <gmock/gmock.h>

#include "axvp/multipliers/catalogue.h"

namespace axvp {
namespace {

std::uint8_t byte(int value) {
  return static_cast<std::uint8_t>(value);
}

/// Magnitude product of sm8 plus 1000, so that sign, order and gating show; asymmetric.
TruthTable biased_table() {
  return TruthTable::from_function([](std::uint8_t x, std::uint8_t w) { return 100 * x + w + 1000; });
}

TEST(GatedProducts, SignOfSm8IsTheXorOfTheOperandsSigns) {
  const GatedProducts products{biased_table(), Encoding::SignMagnitude, true};
  EXPECT_EQ(products(byte(3), byte(5)), 1305);
  EXPECT_EQ(products(byte(-3), byte(5)), -1305);
  EXPECT_EQ(products(byte(3), byte(-5)), -1305);
  EXPECT_EQ(products(byte(-3), byte(-5)), 1305);
  EXPECT_EQ(products(byte(5), byte(3)), 1503) << "activation first";
}

TEST(GatedProducts, NonNegativeTensorUsesAllEightBitsOfTheActivation) {
  const GatedProducts products{biased_table(), Encoding::SignMagnitude, false};
  EXPECT_EQ(products(byte(253), byte(5)), 100 * 253 + 5 + 1000);
  EXPECT_EQ(products(byte(253), byte(-5)), -(100 * 253 + 5 + 1000));
}

TEST(GatedProducts, ZeroOperandGivesZeroWhereTheRawTableDoesNot) {
  for (const Encoding encoding : {Encoding::SignMagnitude, Encoding::TwosComplement})
    for (const bool x_is_signed : {false, true}) {
      const GatedProducts products{biased_table(), encoding, x_is_signed};
      for (int b = 0; b < 256; ++b) {
        EXPECT_EQ(products(0, byte(b)), 0);
        EXPECT_EQ(products(byte(b), 0), 0);
      }
      EXPECT_NE(products(1, 1), 0);
    }
}

TEST(GatedProducts, TwosComplementIndexesTheTableByTheStoredByte) {
  const GatedProducts products{biased_table(), Encoding::TwosComplement, true};
  EXPECT_EQ(products(byte(-1), byte(-2)), 100 * 255 + 254 + 1000);
  EXPECT_EQ(products(byte(7), byte(9)), 1709);
}

TEST(GatedProducts, ExactMeansEveryProductOfTheStoredBytes) {
  const auto magnitudes = TruthTable::from_function([](std::uint8_t x, std::uint8_t w) { return std::int32_t{x} * w; });
  const auto bytes = TruthTable::from_function([](std::uint8_t x, std::uint8_t w) {
    return std::int32_t{static_cast<std::int8_t>(x)} * static_cast<std::int8_t>(w);
  });
  for (const bool x_is_signed : {false, true}) {
    EXPECT_TRUE(GatedProducts(magnitudes, Encoding::SignMagnitude, x_is_signed).is_exact());
    EXPECT_TRUE(GatedProducts(bytes, Encoding::TwosComplement, x_is_signed).is_exact());
    EXPECT_FALSE(GatedProducts(bytes, Encoding::SignMagnitude, x_is_signed).is_exact());
    EXPECT_FALSE(GatedProducts(biased_table(), Encoding::SignMagnitude, x_is_signed).is_exact());
  }
  EXPECT_FALSE(GatedProducts(magnitudes, Encoding::SignMagnitude, false).x_bytes_are_signed());
  EXPECT_TRUE(GatedProducts(magnitudes, Encoding::SignMagnitude, true).x_bytes_are_signed());
  EXPECT_TRUE(GatedProducts(bytes, Encoding::TwosComplement, false).x_bytes_are_signed());
}

TEST(GatedProducts, LargestMagnitudeCountsOnlyOperandsThatOccur) {
  const auto exact = Catalogue::built_in().find("dadda-exact")->table;
  EXPECT_EQ((GatedProducts{exact, Encoding::SignMagnitude, false}.largest_magnitude()), 255 * 127);
  EXPECT_EQ((GatedProducts{exact, Encoding::SignMagnitude, true}.largest_magnitude()), 127 * 127);
}

TEST(GatedProducts, OneWrongProductIsNotExactWhereItCanOccur) {
  const auto one_wrong = TruthTable::from_function(
      [](std::uint8_t x, std::uint8_t w) { return x == 255 && w == 127 ? 255 * 127 + 1 : x * w; });
  EXPECT_FALSE((GatedProducts{one_wrong, Encoding::SignMagnitude, false}.is_exact()));
  EXPECT_TRUE((GatedProducts{one_wrong, Encoding::SignMagnitude, true}.is_exact())) << "255 does not occur";
}

TEST(GatedProducts, ExactMultiplierGivesTheProductOfTheStoredValues) {
  const GatedProducts products{Catalogue::built_in().find("dadda-exact")->table, Encoding::SignMagnitude, true};
  for (int x = -127; x <= 127; ++x)
    for (int w = -127; w <= 127; ++w) ASSERT_EQ(products(byte(x), byte(w)), x * w);
}

}  // namespace
}  // namespace axvp
