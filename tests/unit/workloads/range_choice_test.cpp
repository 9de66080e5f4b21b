#include "range_choice.h"

#include <gtest/gtest.h>

#include <cmath>

namespace axvp::detail {
namespace {

MagnitudeHistogram histogram_of(const std::vector<float>& values) {
  MagnitudeHistogram histogram;
  histogram.add(values);
  return histogram;
}

/// A million ones and one value of 100. With 127 codes the noise of keeping L is L^2 / (12 * 127^2) + (100 - L)^2 /
/// 10^6, least at L = 100 / (1 + 10^6 / 193548) = 16.2, the 21st eighth of an octave below 100.
MagnitudeHistogram one_outlier() {
  std::vector<float> values(1'000'000, 1.0F);
  values.push_back(-100.0F);
  return histogram_of(values);
}

constexpr double kBinWidth = 1.0 / 256.0;  // relative; squares are off by twice as much

TEST(MagnitudeHistogramTest, NoiseOfLostRoundedAndClippedValuesByHand) {
  // Step 1, 10 codes: 0.25 is lost (0.0625), 4 is rounded (1 / 12), -12 is clipped by 2 (4), 0 is exact.
  const auto histogram = histogram_of({0.25F, 4.0F, -12.0F, 0.0F});
  EXPECT_NEAR(histogram.noise(1.0, 10.0), (0.0625 + 1.0 / 12.0 + 4.0) / 4.0, 0.03);
  EXPECT_NEAR(histogram.power(), (0.0625 + 16.0 + 144.0) / 4.0, 40.0 * 2 * kBinWidth);
}

TEST(MagnitudeHistogramTest, ChannelsAreCountedTimesTheirFactors) {
  MagnitudeHistogram histogram;
  histogram.add({1.0F, -3.0F, 5.0F, 0.5F}, {1.0, 8.0});
  EXPECT_NEAR(*histogram.percentile(100.0), 40.0, 40.0 * kBinWidth);
  EXPECT_NEAR(*histogram.percentile(75.0), 4.0, 4.0 * kBinWidth);
  EXPECT_NEAR(*histogram.percentile(50.0), 3.0, 3.0 * kBinWidth);
}

TEST(ChooseRangeTest, EachRuleByHand) {
  const auto histogram = one_outlier();
  const auto maximum = choose_range(histogram, 127.0, RangeRule::Maximum, 99.99);
  EXPECT_EQ(maximum->source, RangeSource::Maximum);
  EXPECT_NEAR(maximum->largest, 100.0, 100.0 * kBinWidth);
  const auto percentile = choose_range(histogram, 127.0, RangeRule::Percentile, 99.99);
  EXPECT_EQ(percentile->source, RangeSource::Percentile);
  EXPECT_NEAR(percentile->largest, 1.0, kBinWidth);
  const auto mean_square = choose_range(histogram, 127.0, RangeRule::MeanSquare, 99.99);
  EXPECT_EQ(mean_square->source, RangeSource::MeanSquare);
  EXPECT_NEAR(mean_square->largest, 100.0 * std::exp2(-21.0 / 8.0), 16.2 * kBinWidth);
}

TEST(ChooseRangeTest, BestTakesTheRuleOfLeastNoise) {
  // Noise: maximum 0.052, percentile 0.0098, mean square 0.0084.
  EXPECT_EQ(choose_range(one_outlier(), 127.0, RangeRule::Best, 99.99)->source, RangeSource::MeanSquare);
  // Without an outlier nothing beats the maximum.
  EXPECT_EQ(choose_range(histogram_of({1.0F, 2.0F, 3.0F}), 127.0, RangeRule::Best, 100.0)->source,
            RangeSource::Maximum);
}

TEST(ChooseRangeTest, MostlyZeroTensorsKeepTheirMaximum) {
  std::vector<float> values(100'000, 0.0F);
  values.push_back(7.0F);
  const auto choice = choose_range(histogram_of(values), 255.0, RangeRule::Percentile, 99.0);
  EXPECT_EQ(choice->source, RangeSource::Maximum);
  EXPECT_NEAR(choice->largest, 7.0, 7.0 * kBinWidth);
  EXPECT_EQ(choose_range(histogram_of({0.0F}), 255.0, RangeRule::Best, 99.0)->largest, 0.0);
  EXPECT_FALSE(
      choose_range(histogram_of({1.0F, std::numeric_limits<float>::infinity()}), 255.0, RangeRule::Best, 99.0));
}

}  // namespace
}  // namespace axvp::detail
