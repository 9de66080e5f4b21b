#include "axvp/workloads/evaluation.h"

#include <gtest/gtest.h>

#include <cmath>

#include "axvp/workloads/layer_errors.h"
#include "axvp/workloads/quantise.h"
#include "small_networks.h"

namespace axvp {
namespace {

TEST(Evaluation, WilsonIntervalMatchesAWorkedExample) {
  // k = 8 of n = 10: (0.8 + 1.9207 / 10 +- 1.96 * sqrt(0.016 + 3.8415 / 400)) / 1.38415 = [0.490, 0.943].
  const Interval interval = wilson_interval(8, 10);
  EXPECT_DOUBLE_EQ(interval.value, 0.8);
  EXPECT_NEAR(interval.low, 0.4902, 1e-4);
  EXPECT_NEAR(interval.high, 0.9433, 1e-4);
  EXPECT_EQ(wilson_interval(0, 0).high, 1.0);
}

TEST(Evaluation, PairedLossAndMcNemarByHand) {
  PairedComparison pair;
  pair.both_right = 80;
  pair.only_reference_right = 8;
  pair.only_this_right = 2;
  pair.none_right = 10;
  // Loss (8 - 2) / 100; standard error sqrt(10 - 36 / 100) / 100 = 0.03105.
  EXPECT_NEAR(pair.loss().value, 0.06, 1e-12);
  EXPECT_NEAR(pair.loss().low, 0.06 - 1.95996 * 0.0310483, 1e-6);
  pair.top5_only_reference = 3;
  pair.top5_only_this = 1;
  EXPECT_NEAR(pair.top5_loss().value, 0.02, 1e-12);
  EXPECT_NEAR(pair.top5_loss().high, 0.02 + 1.95996 * 0.0198997, 1e-6);  // sqrt(4 - 4 / 100) / 100
  // P = 2 * (C(10,0) + C(10,1) + C(10,2)) / 2^10 = 2 * 56 / 1024.
  EXPECT_NEAR(pair.mcnemar_p(), 112.0 / 1024.0, 1e-9);
  EXPECT_EQ(PairedComparison{}.mcnemar_p(), 1.0);
}

/// Logits are the mean of an image's red, green and blue, as the float network has them.
Network colours() {
  test::NetworkBuilder b{{3, 2, 2}, "colours"};
  b.network().preprocessing = {255.0, {0.0, 0.0, 0.0}, {1.0, 1.0, 1.0}};
  const auto x = b.add(AveragePool{test::square(2)}, {0}, "pool");
  b.convolution(x, 3, test::square(1), {1, 0, 0, 0, 1, 0, 0, 0, 1}, "classifier");
  return b.network();
}

Image image_of(std::uint8_t red, std::uint8_t green, std::uint8_t blue, int label) {
  Image image{2, 2, {}, label};
  for (int pixel = 0; pixel < 4; ++pixel)
    for (const std::uint8_t value : {red, green, blue}) image.pixels.push_back(value);
  return image;
}

TEST(Evaluation, ComparesInt8WithTheFloatNetwork) {
  const Network network = colours();
  Dataset data{"colours", "", 3, false, {image_of(200, 10, 20, 0), image_of(10, 200, 20, 1), image_of(50, 60, 90, 0)}};
  // Steps of 1/4 make (50, 60, 90) / 255 three times 1: int8 answers 0, which happens to be right, float 2.
  const auto q = quantise_with_scales(network, {1.0 / 255, 1.0 / 255, 1.0 / 4}, Encoding::SignMagnitude);
  ASSERT_TRUE(q) << q.error().message;
  const auto exact = TruthTable::from_function([](std::uint8_t x, std::uint8_t w) { return std::int32_t{x} * w; });
  const auto executor = Int8Executor::create(q->network, {"exact", {"exact"}, q->exact_requantisation}, {exact});
  ASSERT_TRUE(executor) << executor.error().message;
  const auto result = evaluate_with_float(network, {*executor}, data, 2, ProgressStyle::Quiet);
  EXPECT_EQ(result.float_network.top1_right, 2u);
  EXPECT_EQ(result.float_network.top5_right, 3u);
  EXPECT_NEAR(result.float_network.median_margin, 180.0 / 255, 1e-6);
  ASSERT_EQ(result.points.size(), 1u);
  const PairedComparison& pair = result.points[0].against_float;
  EXPECT_EQ(pair.both_right, 2u);
  EXPECT_EQ(pair.only_this_right, 1u);
  EXPECT_EQ(pair.same_class, 2u);
  EXPECT_EQ(result.points[0].against_exact.mean_kl, 0.0);
  // Of softmax((200, 10, 20) / 255) from softmax(3/4, 0, 0), the same again, and (50, 60, 90) / 255 from a third each.
  EXPECT_NEAR(pair.mean_kl, 0.0008704027, 1e-8);
}

TEST(LayerErrors, OfAConstantErrorByHand) {
  const Network network = colours();
  const Dataset data{
      "colours", "", 3, false, {image_of(200, 10, 20, 0), image_of(10, 200, 20, 1), image_of(50, 60, 90, 0)}};
  const auto q = quantise_with_scales(network, {1.0 / 255, 1.0 / 255, 1.0 / 1024}, Encoding::SignMagnitude);
  ASSERT_TRUE(q) << q.error().message;
  const auto exact = TruthTable::from_function([](std::uint8_t x, std::uint8_t w) { return std::int32_t{x} * w; });
  // A weight is 0 or 127; products of 0 are gated, so that each accumulator has one product and an error of 5.
  const auto biased = TruthTable::from_function([](std::uint8_t x, std::uint8_t w) { return std::int32_t{x} * w + 5; });
  std::vector<Int8Executor> executors;
  for (const TruthTable& table : {exact, biased})
    executors.push_back(*Int8Executor::create(q->network, {"p", {"m"}, q->exact_requantisation}, {table}));
  const auto errors = measure_layer_errors(executors, data, 2, ProgressStyle::Quiet);
  ASSERT_EQ(errors.size(), 2u);
  EXPECT_EQ(errors[0][0].accumulators.relative(), 0.0);
  EXPECT_EQ(errors[0][0].outputs.standard_deviation(), 0.0);
  const LayerErrors& layer = errors[1][0];
  EXPECT_EQ(layer.layer, "classifier");
  EXPECT_EQ(layer.accumulators.count(), 9u);
  EXPECT_DOUBLE_EQ(layer.accumulators.mean(), 5.0);
  EXPECT_EQ(layer.accumulators.standard_deviation(), 0.0);
  double squares = 0.0, difference = 0.0;
  for (const double x : {200.0, 10.0, 20.0, 10.0, 200.0, 20.0, 50.0, 60.0, 90.0}) squares += 127 * x * 127 * x;
  EXPECT_DOUBLE_EQ(layer.accumulators.relative(), 5.0 * 3.0 / std::sqrt(squares));
  for (const Image& image : data.images) {
    const auto stored = quantise_image(q->network, image);
    for (std::size_t c = 0; c < 3; ++c) difference += executors[1].run(stored)[c] - executors[0].run(stored)[c];
  }
  EXPECT_NEAR(layer.outputs.mean(), difference / 9, 1e-12);
  EXPECT_DOUBLE_EQ(layer.output_scale, 1.0 / 1024);
  const auto alone = measure_layer_errors(executors, data, 1, ProgressStyle::Quiet);
  EXPECT_EQ(alone[1][0].outputs.standard_deviation(), layer.outputs.standard_deviation());
}

TEST(LayerErrors, StatisticsOfADrawnSample) {
  DifferenceStatistics statistics;
  for (const auto& [value, reference] : {std::pair{3, 1}, {-2, 2}, {7, 7}}) statistics.add(value, reference);
  EXPECT_DOUBLE_EQ(statistics.mean(), (2.0 - 4.0 + 0.0) / 3);
  EXPECT_DOUBLE_EQ(statistics.standard_deviation(), std::sqrt(20.0 / 3 - 4.0 / 9));
  EXPECT_DOUBLE_EQ(statistics.relative(), std::sqrt(20.0 / 54));
}

}  // namespace
}  // namespace axvp
