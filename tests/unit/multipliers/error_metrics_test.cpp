#include "axvp/multipliers/error_metrics.h"

#include <gmock/gmock.h>

#include <stdexcept>

namespace axvp {
namespace {

/// x * w, except that 3 * 5 gives 12 and 10 * 20 gives 206.
TruthTable two_errors() {
  return TruthTable::from_function([](std::uint8_t x, std::uint8_t w) -> std::int32_t {
    if (x == 3 && w == 5) return 12;
    if (x == 10 && w == 20) return 206;
    return x * w;
  });
}

TEST(ErrorMetrics, HandWorkedOverAllPairs) {
  const ErrorMetrics m = error_metrics(two_errors(), Encoding::SignMagnitude);
  EXPECT_DOUBLE_EQ(m.mae, 9.0 / 65536);
  EXPECT_DOUBLE_EQ(m.mean, 3.0 / 65536);
  EXPECT_NEAR(m.std, 0.0262039, 1e-7);  // sqrt(45 / 65536 - (3 / 65536)^2) = sqrt(6.866434e-4)
  EXPECT_EQ(m.wce, 6);
  EXPECT_DOUBLE_EQ(m.ep, 2.0 / 65536);
  EXPECT_NEAR(m.mre, (3.0 / 15 + 6.0 / 200) / (255 * 255), 1e-15);  // pairs with a 0 have no relative error
}

TEST(ErrorMetrics, HandWorkedWithHistograms) {
  OperandHistogram x{}, w{};
  x[3] = 1;
  x[10] = 3;
  w[5] = 1;
  w[20] = 1;
  // Pairs (3,5) 1/8: -3; (3,20) 1/8: 0; (10,5) 3/8: 0; (10,20) 3/8: +6.
  const ErrorMetrics m = weighted_error_metrics(two_errors(), Encoding::SignMagnitude, x, w);
  EXPECT_DOUBLE_EQ(m.mae, 21.0 / 8);
  EXPECT_DOUBLE_EQ(m.mean, 15.0 / 8);
  EXPECT_NEAR(m.std, 3.333073, 1e-6);  // sqrt(117 / 8 - (15 / 8)^2) = sqrt(11.109375)
  EXPECT_EQ(m.wce, 6);
  EXPECT_DOUBLE_EQ(m.ep, 0.5);
  EXPECT_NEAR(m.mre, 0.2 / 8 + 0.03 * 3 / 8, 1e-15);
  w[20] = 0;
  EXPECT_EQ(weighted_error_metrics(two_errors(), Encoding::SignMagnitude, x, w).wce, 3)
      << "a pair that does not occur must not count";
}

TEST(ErrorMetrics, SignedEncodingReadsBytesAsTwosComplement) {
  const auto exact = TruthTable::from_function(
      [](std::uint8_t x, std::uint8_t w) -> std::int32_t { return (x < 128 ? x : x - 256) * (w < 128 ? w : w - 256); });
  EXPECT_EQ(error_metrics(exact, Encoding::TwosComplement).wce, 0);
  EXPECT_EQ(exact_product(Encoding::TwosComplement, 0xff, 2), -2);
  EXPECT_EQ(exact_product(Encoding::SignMagnitude, 0xff, 2), 510);
}

TEST(ErrorMetrics, EmptyHistogramIsRefused) {
  OperandHistogram one{}, none{};
  one[1] = 1;
  EXPECT_THROW((void)weighted_error_metrics(two_errors(), Encoding::SignMagnitude, one, none), std::invalid_argument);
}

}  // namespace
}  // namespace axvp
