#include "axvp/multipliers/error_metrics.h"

#include <gmock/gmock.h>

#include <stdexcept>
#include <string>

#include "axvp/multipliers/catalogue.h"

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

struct Published {
  const char* id;
  double mae, mean, std;
  std::int64_t wce;
  double mre_percent;
};

class StudyFigures : public ::testing::TestWithParam<Published> {};

/// Figures of an independent study (Python generator, iverilog and NumPy), rounded as printed there.
TEST_P(StudyFigures, AreReproduced) {
  const Published& expected = GetParam();
  const auto s = Catalogue::built_in().find(expected.id);
  ASSERT_TRUE(s) << s.error().message;
  const ErrorMetrics m = error_metrics(s->table, s->encoding);
  EXPECT_NEAR(m.mae, expected.mae, 0.0501);
  EXPECT_NEAR(m.mean, expected.mean, 0.0501);
  EXPECT_NEAR(m.std, expected.std, 0.0501);
  EXPECT_EQ(m.wce, expected.wce);
  EXPECT_NEAR(100 * m.mre, expected.mre_percent, 0.0055);  // half a digit, and 7.0349 was rounded twice
}

INSTANTIATE_TEST_SUITE_P(Families, StudyFigures,
                         ::testing::Values(Published{"dadda-exact", 0.0, 0.0, 0.0, 0, 0.00},
                                           Published{"dadda_trunc-k7", 192.2, -192.2, 115.0, 769, 5.21},
                                           Published{"dadda_trunc-k5c", 18.6, -0.2, 23.1, 97, 1.05},
                                           Published{"dadda_trunc-k7c", 92.1, -0.2, 115.0, 577, 7.04},
                                           Published{"dadda_trunc-k8c", 211.3, 63.8, 249.8, 1281, 20.84},
                                           Published{"dadda_trunc-k9c", 420.6, 127.8, 496.9, 2561, 44.44},
                                           Published{"dadda_or-v5", 11.1, -11.1, 16.0, 98, 0.28},
                                           Published{"dadda_or-v6", 32.8, -32.8, 39.7, 258, 0.68},
                                           Published{"dadda_or-v7", 89.4, -89.4, 93.9, 642, 1.48},
                                           Published{"dadda_or-v8", 230.2, -230.2, 214.6, 1538, 2.95},
                                           Published{"dadda_or-v9", 456.4, -456.4, 425.9, 3074, 4.86},
                                           Published{"dadda_or-v7c", 72.0, -25.4, 93.9, 578, 3.46},
                                           Published{"dadda_or-v8c", 177.5, 25.8, 214.6, 1282, 12.96},
                                           Published{"dadda_mix-u4v6c", 33.7, -1.7, 42.8, 233, 1.78},
                                           Published{"dadda_mix-u5v7c", 80.3, 1.5, 99.7, 561, 4.95},
                                           Published{"dadda_mix-u6v8c", 183.3, 10.4, 225.0, 1313, 13.07},
                                           Published{"dadda_mix-u6v9c", 351.5, 8.2, 435.3, 2625, 24.89},
                                           Published{"dadda_mix-u7v10c", 642.0, -10.4, 805.3, 4865, 44.26},
                                           Published{"dadda_perf-w2", 191.2, -191.2, 198.6, 765, 3.57},
                                           Published{"gated_dadda-468/m0", 0.0, 0.0, 0.0, 0, 0.00},
                                           Published{"gated_dadda-468/m1", 12.2, -12.2, 9.9, 49, 0.56},
                                           Published{"gated_dadda-468/m2", 80.2, -80.2, 52.1, 321, 2.64},
                                           Published{"gated_dadda-468/m3", 448.2, -448.2, 249.8, 1793, 9.78}),
                         [](const auto& published) {
                           std::string name{published.param.id};
                           for (char& c : name)
                             if (c == '-' || c == '/') c = '_';
                           return name;
                         });

}  // namespace
}  // namespace axvp
