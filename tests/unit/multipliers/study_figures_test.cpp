// Figures of an independent study (Python generator, iverilog and NumPy), rounded as printed there.

#include <gmock/gmock.h>

#include <string>

#include "axvp/multipliers/catalogue.h"
#include "axvp/multipliers/design.h"
#include "axvp/multipliers/error_metrics.h"

namespace axvp {
namespace {

struct Published {
  const char* id;
  double mae, mean, std;
  std::int64_t wce;
  double mre_percent;
};

class StudyFigures : public ::testing::TestWithParam<Published> {};

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

std::string test_name(const ::testing::TestParamInfo<Published>& info) {
  std::string name{info.param.id};
  for (char& c : name)
    if (c == '-' || c == '/') c = '_';
  return name;
}

INSTANTIATE_TEST_SUITE_P(Unsigned, StudyFigures,
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
                                           Published{"dadda_perf-w1", 63.8, -63.8, 82.4, 255, 1.34},
                                           Published{"dadda_perf-w2", 191.2, -191.2, 198.6, 765, 3.57},
                                           Published{"dadda_perf-w3", 446.2, -446.2, 425.3, 1785, 7.33},
                                           Published{"dadda_pair-v6", 9.4, -9.4, 17.7, 150, 0.17},
                                           Published{"dadda_pair-v8", 53.4, -53.4, 85.4, 854, 0.56},
                                           Published{"dadda_bam-h2v5", 208.2, -208.2, 199.4, 833, 4.21},
                                           Published{"dadda_bam-h2v7", 320.2, -320.2, 221.3, 1281, 7.00},
                                           Published{"dadda_bam-h4v8", 1152.2, -1152.2, 893.6, 4609, 17.59},
                                           Published{"dadda_bits-x2w2", 380.2, -380.2, 280.8, 1521, 7.00},
                                           Published{"dadda_bits-x3w3", 880.2, -880.2, 601.4, 3521, 14.12},
                                           Published{"dadda_bits-x4w4", 1856.2, -1856.2, 1238.8, 7425, 25.41},
                                           Published{"dadda_seg-k2", 207.6, 127.8, 238.8, 1012, 4.10},
                                           Published{"dadda_seg-k3", 388.2, 127.8, 480.3, 2000, 8.72},
                                           Published{"gated_dadda-468/m0", 0.0, 0.0, 0.0, 0, 0.00},
                                           Published{"gated_dadda-468/m1", 12.2, -12.2, 9.9, 49, 0.56},
                                           Published{"gated_dadda-468/m2", 80.2, -80.2, 52.1, 321, 2.64},
                                           Published{"gated_dadda-468/m3", 448.2, -448.2, 249.8, 1793, 9.78},
                                           Published{"gated_dadda-579c/m0", 0.0, 0.0, 0.0, 0, 0.00},
                                           Published{"gated_dadda-579c/m1", 18.6, -0.2, 23.1, 97, 1.05},
                                           Published{"gated_dadda-579c/m2", 92.9, -32.2, 115.0, 609, 5.78},
                                           Published{"gated_dadda-579c/m3", 419.4, -224.2, 496.9, 2913, 27.69}),
                         test_name);

INSTANTIATE_TEST_SUITE_P(Baselines, StudyFigures,
                         ::testing::Values(Published{"c42_momeni-v8", 79.2, -79.2, 98.2, 784, 1.21},
                                           Published{"c42_yang-v8", 3.3, -3.3, 21.6, 536, 0.03},
                                           Published{"kulkarni-b3", 7.1, -7.1, 14.7, 114, 0.15},
                                           Published{"kulkarni-all", 903.1, -903.1, 2375.6, 14450, 3.28},
                                           Published{"drum-k6", 232.8, 95.8, 365.7, 2000, 1.30},
                                           Published{"drum-k5", 465.2, 111.8, 728.1, 3904, 2.84},
                                           Published{"drum-k4", 925.9, 119.8, 1454.5, 7425, 5.89},
                                           Published{"drum-k3", 1847.0, 123.8, 2904.0, 14849, 12.10},
                                           Published{"mitchell", 606.4, -606.4, 778.7, 4096, 3.79},
                                           Published{"mitchell-t3c", 575.1, -489.0, 831.4, 5241, 3.40},
                                           Published{"booth-exact", 0.0, 0.0, 0.0, 0, 0.00},
                                           Published{"booth-v6", 72.2, -72.2, 36.7, 192, 11.11},
                                           Published{"booth-v8", 384.2, -384.2, 168.8, 1024, 50.33}),
                         test_name);

INSTANTIATE_TEST_SUITE_P(TwosComplement, StudyFigures,
                         ::testing::Values(Published{"bw-exact", 0.0, 0.0, 0.0, 0, 0.00},
                                           Published{"bw_trunc-k5c", 18.6, -0.2, 23.1, 97, 3.81},
                                           Published{"bw_trunc-k6c", 45.0, 15.8, 52.1, 225, 10.11},
                                           Published{"bw_trunc-k7c", 92.1, -0.2, 115.0, 577, 23.64},
                                           Published{"bw_trunc-k8c", 197.7, 63.8, 233.0, 1153, 49.12},
                                           Published{"bw_or-v6c", 30.7, -0.8, 39.7, 226, 7.51},
                                           Published{"bw_or-v7c", 72.0, -25.4, 93.9, 578, 19.02}),
                         test_name);

// There the constant of s_bwo8 was chosen as if inverted partial products were 1 as rarely as the others: 256.
TEST(StudyFigures, OfTheSignedOrMultiplierWithItsConstantThere) {
  DaddaParameters p;
  p.encoding = Encoding::TwosComplement;
  p.or_columns = 8;
  p.constant = 256;
  const auto model = make_model({"s_bwo8", "bw_or", "", p});
  const ErrorMetrics m = error_metrics(model->table(0), model->encoding());
  EXPECT_NEAR(m.mae, 174.5, 0.0501);
  EXPECT_NEAR(m.mean, -90.8, 0.0501);
  EXPECT_NEAR(m.std, 214.2, 0.0501);
  EXPECT_EQ(m.wce, 1282);
  EXPECT_NEAR(100 * m.mre, 41.19, 0.0055);
}

}  // namespace
}  // namespace axvp
