#include "axvp/workloads/quantise.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "axvp/workloads/float_executor.h"
#include "axvp/workloads/int8_executor.h"
#include "small_networks.h"

namespace axvp {
namespace {

using test::NetworkBuilder;
using test::square;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TruthTable exact_table(Encoding encoding) {
  return TruthTable::from_function([=](std::uint8_t x, std::uint8_t w) {
    return encoding == Encoding::SignMagnitude ? x * w : static_cast<std::int8_t>(x) * static_cast<std::int8_t>(w);
  });
}

Int8Executor exact_executor(const Quantisation& q) {
  const std::size_t layers = q.exact_requantisation.size();
  return *Int8Executor::create(q.network, {"exact", std::vector<std::string>(layers, "exact"), q.exact_requantisation},
                               std::vector<TruthTable>(layers, exact_table(q.network.encoding)));
}

/// Input 2x2x2 -> 3x(1x1) convolution, bias, BatchNorm, Relu6 -> 2x2 average -> classifier with bias.
Network hand_network() {
  NetworkBuilder b{{2, 2, 2}, "hand"};
  auto x = b.convolution(0, 3, square(1), {0.5F, -127.0F / 64.0F, 0.0F, 0.0F, 127.0F, 1.0F}, "conv");
  x = b.add(ChannelAffine{{1.0, 1.0, 1.0}, {0.5, 0.25, 0.0}}, {x}, "bias");
  x = b.add(ChannelAffine{{-1.0, 2.0, 0.0}, {0.65, 0.0, 1.0}}, {x}, "bn");
  x = b.add(Clamp{0.0, 6.0}, {x}, "relu6");
  x = b.add(AveragePool{square(2)}, {x}, "pool");
  x = b.convolution(x, 2, square(1), {127.0F, 0.0F, 0.0F, 0.0F, -127.0F, 0.0F}, "classifier");
  b.add(ChannelAffine{{1.0, 1.0}, {0.5, -0.5}}, {x}, "classifier_bias");
  return b.network();
}

TEST(QuantiseWithScalesTest, HandWorkedNetwork) {
  // Scales of input, relu6, pool and logits.
  const auto q =
      quantise_with_scales(hand_network(), {1.0 / 32, 1.0 / 16, 1.0 / 8, 1.0 / 1024}, Encoding::SignMagnitude);
  ASSERT_TRUE(q) << q.error().message;
  const auto& conv = q->network.layer(0);
  EXPECT_THAT(conv.weights, ElementsAre(32, -127, 0, 0, 127, 1));
  EXPECT_THAT(conv.weight_scales, ElementsAre(1.0 / 64, 1.0, 1.0));
  EXPECT_EQ(conv.range.low, 0);
  EXPECT_EQ(conv.range.high, 96);  // 6 at a step of 1/16
  const auto& set = q->exact_requantisation[0];
  // -1/32 * 1/64 * 16 = -2^-7; (-0.5 + 0.65) * 16 = 2.4; 2.4 * 2^21 = 5033164.8
  EXPECT_EQ(set[0], (Requantisation{-16384, 21, 5033165}));
  // Zero weights: dead, 2 * 0.25 * 16 = 8.
  EXPECT_EQ(set[1], (Requantisation{0, 16, 8 << 16}));
  // Gamma 0: dead, 1 * 16.
  EXPECT_EQ(set[2], (Requantisation{0, 16, 16 << 16}));
  const auto& pool = std::get<QuantizedAveragePool>(q->network.nodes[1].operation);
  EXPECT_EQ(pool.scaling.multiplier, 16384);  // 1/16 / (1/8) / 4 = 1/8
  EXPECT_EQ(pool.scaling.shift, 17);
  // 1/8 * 1 * 1024 = 128 = 16384 / 2^7; 0.5 * 1024 * 2^7
  EXPECT_EQ(q->exact_requantisation[1][0], (Requantisation{16384, 7, 65536}));
  EXPECT_EQ(q->network.tensors[3].type, ElementType::Signed32);
  EXPECT_EQ(q->network.layer(1).range.low, std::numeric_limits<std::int32_t>::min());
}

TEST(QuantiseWithScalesTest, WeightsAreReorderedToRowColumnChannel) {
  NetworkBuilder b{{2, 2, 3}};
  // [input][row][column] of one output: input 0 is 1..6, input 1 is 7..12, of 127 steps of 1.
  std::vector<float> weights;
  for (int i = 1; i <= 11; ++i) weights.push_back(static_cast<float>(i));
  weights.push_back(127.0F);
  b.convolution(0, 1, {2, 3, 1, 1, 1, 1, 0, 0, 0, 0}, weights, "conv");
  const auto q = quantise_with_scales(b.network(), {1.0, 1.0}, Encoding::SignMagnitude);
  ASSERT_TRUE(q) << q.error().message;
  EXPECT_THAT(q->network.layer(0).weights, ElementsAre(1, 7, 2, 8, 3, 9, 4, 10, 5, 11, 6, 127));
}

TEST(QuantiseWithScalesTest, WeightTiesRoundAwayFromZero) {
  NetworkBuilder b{{4, 1, 1}};
  b.convolution(0, 1, square(1), {2.5F, -2.5F, 0.5F, 127.0F}, "conv");
  const auto q = quantise_with_scales(b.network(), {1.0, 1.0}, Encoding::SignMagnitude);
  ASSERT_TRUE(q) << q.error().message;
  EXPECT_THAT(q->network.layer(0).weights, ElementsAre(3, -3, 1, 127));
}

TEST(QuantiseWithScalesTest, ScalesOfAnotherNetworkAreRefused) {
  EXPECT_THAT(quantise_with_scales(hand_network(), {1.0, 1.0}, Encoding::SignMagnitude).error().message,
              HasSubstr("2 tensor scales for 4 stored tensors"));
  EXPECT_THAT(quantise_with_scales(hand_network(), {1.0, -1.0, 1.0, 1.0}, Encoding::SignMagnitude).error().message,
              HasSubstr("`relu6.out`: scale -1, expected a finite number > 0"));
  NetworkBuilder b{{1, 2, 2}};
  b.convolution(b.add(MaxPool{square(2)}, {0}, "max"), 1, square(1), {1.0F}, "conv");
  EXPECT_THAT(quantise_with_scales(b.network(), {1.0, 0.5, 1.0}, Encoding::SignMagnitude).error().message,
              HasSubstr("`max.out`: scale 0.5, expected 1, that of `input`"));
}

class CalibratedNetwork : public ::testing::TestWithParam<Encoding> {
 protected:
  Network network_ = test::small_resnet();
  Dataset images_ = test::random_images(40, 8);
  QuantisationOptions options_{GetParam(), 99.9, 30, false, 0, RangeRule::Percentile};
  Result<Quantisation> q_ = quantise(network_, images_, options_);
};

TEST_P(CalibratedNetwork, GivenItsScalesIsMadeAgainExactly) {
  ASSERT_TRUE(q_) << q_.error().message;
  std::vector<double> scales;
  for (const auto& tensor : q_->network.tensors) scales.push_back(tensor.scale);
  const auto again = quantise_with_scales(network_, scales, GetParam());
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->exact_requantisation, q_->exact_requantisation);
  ASSERT_EQ(again->network.nodes.size(), q_->network.nodes.size());
  for (std::size_t l = 0; l < q_->exact_requantisation.size(); ++l) {
    EXPECT_EQ(again->network.layer(l).weights, q_->network.layer(l).weights);
    EXPECT_EQ(again->network.layer(l).weight_scales, q_->network.layer(l).weight_scales);
  }
  const auto executor = exact_executor(*q_);
  const auto executor_again = exact_executor(*again);
  for (const Image& image : images_.images) {
    const auto stored = quantise_image(q_->network, image);
    EXPECT_EQ(executor.run(stored), executor_again.run(stored));
  }
}

TEST_P(CalibratedNetwork, ScalesAreThePercentileOfTheFloatNetwork) {
  ASSERT_TRUE(q_) << q_.error().message;
  // The extreme pixel of the default preprocessing is (1 - 0.406) / 0.225 = 2.64.
  EXPECT_NEAR(q_->network.tensors[0].scale, 2.64 / 127.0, 1e-12);
  const double codes = GetParam() == Encoding::SignMagnitude ? 255.0 : 127.0;
  // Tensors of the small ResNet (float id, quantised id, largest code): stem_relu, b1bn2, pool.
  for (const auto& [source, stored, code] :
       {std::tuple{TensorId{3}, TensorId{1}, codes}, std::tuple{TensorId{8}, TensorId{3}, 127.0},
        std::tuple{TensorId{19}, TensorId{9}, codes}}) {
    std::vector<float> magnitudes;
    for (std::size_t i = 0; i < options_.calibration_images; ++i) {
      const auto tensors = run_float(network_, preprocess(images_.images[i], network_.preprocessing));
      for (const float x : tensors[source]) magnitudes.push_back(std::abs(x));
    }
    std::sort(magnitudes.begin(), magnitudes.end());
    const auto rank = static_cast<std::size_t>(std::ceil(0.999 * static_cast<double>(magnitudes.size()))) - 1;
    const double kept = q_->network.tensors[stored].scale * code;
    EXPECT_EQ(q_->network.tensors[stored].name, network_.tensors[source].name);
    EXPECT_GE(kept, magnitudes[rank]);
    EXPECT_LE(kept, magnitudes[rank] * (1.0 + 1.0 / 256.0));
  }
  EXPECT_EQ(q_->network.tensors[7].scale, q_->network.tensors[4].scale);  // the shortcut
}

TEST_P(CalibratedNetwork, FollowsTheFloatNetwork) {
  ASSERT_TRUE(q_) << q_.error().message;
  const auto executor = exact_executor(*q_);
  const double step = q_->network.tensors[q_->network.output].scale;
  double error = 0.0, power = 0.0;
  for (const Image& image : images_.images) {
    const auto expected = run_float_logits(network_, preprocess(image, network_.preprocessing));
    const auto logits = executor.run(quantise_image(q_->network, image));
    for (std::size_t i = 0; i < logits.size(); ++i) {
      error += std::pow(logits[i] * step - static_cast<double>(expected[i]), 2);
      power += std::pow(expected[i], 2);
    }
  }
  // Ten roundings of 1/127 (s8) of a range of some four deviations each: 0.9 % of the deviation a rounding, 3 % of ten.
  // Clipping 0.1 % of the values adds about as much again.
  EXPECT_LT(std::sqrt(error / power), 0.06);
}

TEST_P(CalibratedNetwork, ReportNamesEveryTensorsRangeAndNoise) {
  ASSERT_TRUE(q_) << q_.error().message;
  ASSERT_EQ(q_->report.size(), q_->network.tensors.size());
  EXPECT_EQ(q_->report.front().source, RangeSource::Pixels);
  EXPECT_EQ(q_->report.back().source, RangeSource::Margin);
  for (std::size_t t = 0; t < q_->report.size(); ++t) {
    const TensorReport& report = q_->report[t];
    EXPECT_EQ(report.name, q_->network.tensors[t].name);
    EXPECT_EQ(report.factor_spread, 1.0);
    // 8 bits of values that use a quarter of the range: 6 * 6 + 1.8 dB; the network's noise contains all before.
    EXPECT_GT(report.rounding_snr_db, 30.0) << report.name;
    EXPECT_GT(report.network_snr_db, 22.0) << report.name;
    // Measured on 16 of the 30 images: the clipped values of the others are missing.
    EXPECT_LT(report.network_snr_db, report.rounding_snr_db + 6.0) << report.name;
  }
  EXPECT_EQ(q_->report[7].source, RangeSource::Kept);  // the shortcut
  EXPECT_EQ(q_->report[3].source, RangeSource::Percentile);
}

TEST_P(CalibratedNetwork, ClassifierStepIsBelowAThousandthOfTheMedianMargin) {
  ASSERT_TRUE(q_) << q_.error().message;
  const auto executor = exact_executor(*q_);
  std::vector<std::int32_t> margins;
  for (std::size_t i = 0; i < options_.calibration_images; ++i) {
    auto logits = executor.run(quantise_image(q_->network, images_.images[i]));
    std::sort(logits.rbegin(), logits.rend());
    margins.push_back(logits[0] - logits[1]);
  }
  std::sort(margins.begin(), margins.end());
  EXPECT_GE(margins[margins.size() / 2], 1024);
}

/// Expansion, depthwise, linear projection with a shortcut, twice; BatchNorm scales spread over a factor of 30, as in
/// trained MobileNets.
Network small_mobilenet() {
  Random random{11};
  NetworkBuilder b{{3, 8, 8}, "small_mobilenet"};
  const auto uneven = [&](TensorId x, const std::string& name) {
    ChannelAffine affine;
    for (int c = 0; c < b.network().tensors[x].shape.channels; ++c) {
      affine.scale.push_back(std::exp(random.uniform(-2.5, 1.0)) * (c % 5 == 4 ? -1.0 : 1.0));
      affine.offset.push_back(random.uniform(-0.2, 0.2));
    }
    return b.add(std::move(affine), {x}, name);
  };
  const auto relu6 = [&](TensorId x, const std::string& name) { return b.add(Clamp{0.0, 6.0}, {x}, name); };
  auto x = relu6(uneven(b.convolution(0, 6, square(3, 1, 1), random, "stem"), "stem_bn"), "stem_relu6");
  for (const std::string& block : {std::string("a"), std::string("b")}) {
    auto y = relu6(uneven(b.convolution(x, 12, square(1), random, block + "1"), block + "1bn"), block + "1relu6");
    y = relu6(uneven(b.convolution(y, 12, square(3, 1, 1), random, block + "2", 12), block + "2bn"), block + "2relu6");
    y = uneven(b.convolution(y, 6, square(1), random, block + "3"), block + "3bn");
    x = b.add(Add{}, {y, x}, block + "add");
  }
  x = b.add(AveragePool{square(8)}, {x}, "pool");
  b.convolution(x, 5, square(1), random, "classifier");
  return b.network();
}

/// Mean square error of the int8 logits relative to the float logits' power.
double relative_error(const Network& network, const Quantisation& q, const Dataset& images) {
  const auto executor = exact_executor(q);
  const double step = q.network.tensors[q.network.output].scale;
  double error = 0.0, power = 0.0;
  for (const Image& image : images.images) {
    const auto expected = run_float_logits(network, preprocess(image, network.preprocessing));
    const auto logits = executor.run(quantise_image(q.network, image));
    for (std::size_t i = 0; i < logits.size(); ++i) {
      error += std::pow(logits[i] * step - double{expected[i]}, 2);
      power += std::pow(expected[i], 2);
    }
  }
  return error / power;
}

class Equalisation : public ::testing::TestWithParam<Encoding> {
 protected:
  Network network_ = small_mobilenet();
  Dataset images_ = test::random_images(60, 8);
};

TEST_P(Equalisation, TakesAThirdOfTheErrorOfDepthwiseNetworks) {
  const auto plain = quantise(network_, images_, {GetParam(), 100.0, 40, false, 0, RangeRule::Maximum});
  const auto equalised = quantise(network_, images_, {GetParam(), 100.0, 40, true, 0, RangeRule::Maximum});
  ASSERT_TRUE(plain) << plain.error().message;
  ASSERT_TRUE(equalised) << equalised.error().message;
  EXPECT_LT(relative_error(network_, *equalised, images_), 0.67 * relative_error(network_, *plain, images_));
}

TEST_P(Equalisation, FactorsStandWhereConvolutionsTakeThemUp) {
  const auto q = quantise(network_, images_, {GetParam(), 100.0, 40, true, 0, RangeRule::Maximum});
  ASSERT_TRUE(q) << q.error().message;
  const auto& tensors = q->network.tensors;
  EXPECT_TRUE(tensors[q->network.input].channel_factors.empty());
  EXPECT_TRUE(tensors[q->network.output].channel_factors.empty());
  for (const QuantizedNode& node : q->network.nodes) {
    if (std::holds_alternative<QuantizedConvolution>(node.operation)) continue;
    for (const TensorId input : node.inputs)
      EXPECT_EQ(tensors[input].channel_factors, tensors[node.output].channel_factors) << node.name;
  }
}

TEST_P(Equalisation, GivenItsScalesAndFactorsIsMadeAgainExactly) {
  const auto q = quantise(network_, images_, {GetParam(), 99.9, 40, true, 0});
  ASSERT_TRUE(q) << q.error().message;
  std::vector<double> scales;
  ChannelFactors factors;
  for (const auto& tensor : q->network.tensors) {
    scales.push_back(tensor.scale);
    factors.push_back(tensor.channel_factors);
  }
  const auto again = quantise_with_scales(network_, scales, GetParam(), factors);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->exact_requantisation, q->exact_requantisation);
  for (std::size_t l = 0; l < q->exact_requantisation.size(); ++l)
    EXPECT_EQ(again->network.layer(l).weights, q->network.layer(l).weights);

  const auto message = [&](const ChannelFactors& wrong) {
    const auto result = quantise_with_scales(network_, scales, GetParam(), wrong);
    return result ? "no error" : result.error().message;
  };
  EXPECT_THAT(message(ChannelFactors(3)), HasSubstr("channel factors of 3 tensors"));
  ChannelFactors wrong = factors;
  wrong[q->network.input] = {1.0, 2.0, 1.0};
  EXPECT_THAT(message(wrong), HasSubstr("cannot take up"));
  wrong = factors;
  wrong[1].pop_back();
  EXPECT_THAT(message(wrong), HasSubstr("expected none or 6 finite numbers > 0"));
  wrong = factors;
  wrong[2][0] = -1.0;
  EXPECT_THAT(message(wrong), HasSubstr("expected none or 12 finite numbers > 0"));
}

TEST_P(Equalisation, BiasCorrectionGivesTheFloatNetworksMeans) {
  const auto q = quantise(network_, images_, {GetParam(), 99.9, 40, true, 40});
  ASSERT_TRUE(q) << q.error().message;
  const auto executor = exact_executor(*q);
  const double step = q->network.tensors[q->network.output].scale;
  std::vector<double> own(5, 0.0), expected(5, 0.0);
  for (std::size_t i = 0; i < 40; ++i) {
    const auto real = run_float_logits(network_, preprocess(images_.images[i], network_.preprocessing));
    const auto logits = executor.run(quantise_image(q->network, images_.images[i]));
    for (std::size_t c = 0; c < 5; ++c) {
      expected[c] += double{real[c]} / 40;
      own[c] += logits[c] * step / 40;
    }
  }
  // Each logit is rounded to a step.
  for (std::size_t c = 0; c < 5; ++c) EXPECT_NEAR(own[c], expected[c], step) << c;
}

INSTANTIATE_TEST_SUITE_P(Encodings, Equalisation, ::testing::Values(Encoding::SignMagnitude, Encoding::TwosComplement),
                         [](const auto& instance) { return std::string{to_string(instance.param)}; });

INSTANTIATE_TEST_SUITE_P(Encodings, CalibratedNetwork,
                         ::testing::Values(Encoding::SignMagnitude, Encoding::TwosComplement),
                         [](const auto& instance) { return std::string{to_string(instance.param)}; });

std::string error_of(const Network& network, const Dataset& images, const QuantisationOptions& options = {}) {
  const auto q = quantise(network, images, options);
  return q ? "no error" : q.error().message;
}

TEST(QuantiseTest, RefusesImagesOfAnotherSize) {
  EXPECT_THAT(error_of(test::small_resnet(), test::random_images(3, 9)),
              HasSubstr("random: image 0 is 3x9x9, the network reads 3x8x8"));
  EXPECT_THAT(error_of(test::small_resnet(), test::random_images(0, 8)), HasSubstr("random: no images"));
}

TEST(QuantiseTest, RefusesOptionsWithoutMeaning) {
  const auto images = test::random_images(3, 8);
  for (const QuantisationOptions& options :
       {QuantisationOptions{Encoding::SignMagnitude, 0.0, 3}, QuantisationOptions{Encoding::SignMagnitude, 100.5, 3},
        QuantisationOptions{Encoding::SignMagnitude, 99.0, 0}})
    EXPECT_THAT(error_of(test::small_resnet(), images, options), HasSubstr("expected one in (0, 100]"));
}

TEST(QuantiseTest, ActivationThatOverflowsNamesTheTensor) {
  Network network = test::small_resnet();
  for (float& weight : std::get<Convolution>(network.nodes[3].operation).weights) weight *= 1e38F;
  EXPECT_THAT(error_of(network, test::random_images(3, 8)), HasSubstr("`b1relu1.out` holds a value"));
}

TEST(QuantiseTest, TensorThatIsAlwaysZeroGetsAScale) {
  NetworkBuilder b{{3, 2, 2}};
  const auto x = b.relu(b.convolution(0, 1, square(1), {0.0F, 0.0F, 0.0F}, "dead"), "relu");
  b.convolution(x, 2, square(2), std::vector<float>(8, 1.0F), "classifier");
  const auto q = quantise(b.network(), test::random_images(4, 2));
  ASSERT_TRUE(q) << q.error().message;
  EXPECT_EQ(q->network.tensors[1].scale, 1.0);
  EXPECT_EQ(q->network.tensors[2].scale, 1.0);
  EXPECT_THAT(exact_executor(*q).run(quantise_image(q->network, test::random_images(1, 2).images[0])),
              ElementsAre(0, 0));
}

}  // namespace
}  // namespace axvp
