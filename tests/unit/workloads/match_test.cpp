#include "axvp/workloads/match.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "axvp/workloads/int8_executor.h"
#include "small_networks.h"

namespace axvp {
namespace {

using test::NetworkBuilder;
using test::square;
using ::testing::HasSubstr;

TruthTable table_of(int gain, int columns_dropped, int constant) {
  return TruthTable::from_function([=](std::uint8_t x, std::uint8_t w) {
    std::int32_t sum = constant;
    for (int i = 0; i < 8; ++i)
      for (int j = 0; j < 8; ++j)
        if (i + j >= columns_dropped) sum += ((x >> i) & 1) * ((w >> j) & 1) << (i + j);
    return gain * sum;
  });
}

TruthTable exact() {
  return table_of(1, 0, 0);
}

class MatchTest : public ::testing::Test {
 protected:
  Quantisation q_ = *quantise(test::small_resnet(), test::random_images(40, 8), {Encoding::SignMagnitude, 99.9, 40});
  Dataset images_ = test::random_images(24, 8);
  std::size_t layers_ = q_.exact_requantisation.size();

  [[nodiscard]] std::vector<std::string> names(const std::string& name) const {
    return std::vector<std::string>(layers_, name);
  }
  [[nodiscard]] OperatingPoint match(const std::vector<TruthTable>& tables) const {
    const auto point = match_moments(q_, "p", names("m"), tables, images_);
    if (!point) ADD_FAILURE() << point.error().message;
    return point.value_or(OperatingPoint{});
  }
  [[nodiscard]] Int8Executor executor(const std::vector<std::vector<Requantisation>>& sets,
                                      const std::vector<TruthTable>& tables) const {
    return *Int8Executor::create(q_.network, {"p", names("m"), sets}, tables);
  }
};

struct MeanAndDeviation {
  double mean = 0.0;
  double deviation = 0.0;
};

/// Of scale * accumulator + offset in real numbers, per channel of a layer, over all images; two passes in double.
std::vector<MeanAndDeviation> moments(const Int8Executor& executor, std::size_t layer, const Dataset& images) {
  const auto& network = executor.network();
  const auto& set = executor.operating_point().requantisation[layer];
  const TensorId input = network.nodes[network.layers()[layer]].inputs[0];
  std::vector<std::vector<double>> values(set.size());
  for (const Image& image : images.images) {
    const auto tensors = executor.run_all(quantise_image(network, image));
    const auto accumulators = executor.accumulators_of_layer(layer, tensors[input]);
    for (std::size_t i = 0; i < accumulators.size(); ++i) {
      const RealAffine real = to_real(set[i % set.size()]);
      values[i % set.size()].push_back(real.scale * accumulators[i] + real.offset);
    }
  }
  std::vector<MeanAndDeviation> result;
  for (const auto& channel : values) {
    MeanAndDeviation m;
    for (const double v : channel) m.mean += v / static_cast<double>(channel.size());
    for (const double v : channel) m.deviation += (v - m.mean) * (v - m.mean) / static_cast<double>(channel.size());
    m.deviation = std::sqrt(m.deviation);
    result.push_back(m);
  }
  return result;
}

TEST_F(MatchTest, ExactProductsKeepTheirRequantisation) {
  const OperatingPoint point = match(std::vector<TruthTable>(layers_, exact()));
  EXPECT_EQ(point.requantisation, q_.exact_requantisation);
  EXPECT_EQ(point.name, "p");
  EXPECT_EQ(point.selectable_of_layer, names("m"));
}

TEST_F(MatchTest, TableThatDiffersOnlyWhereOperandsAreGatedIsExact) {
  const auto odd_at_zero = TruthTable::from_function([](std::uint8_t x, std::uint8_t w) {
    return x == 0 || w == 0 || w >= 128 ? std::int32_t{77} : std::int32_t{x} * w;
  });
  EXPECT_EQ(match(std::vector<TruthTable>(layers_, odd_at_zero)).requantisation, q_.exact_requantisation);
}

TEST_F(MatchTest, DoubledProductsAreHalvedAgain) {
  const std::vector<TruthTable> doubled(layers_, table_of(2, 0, 0));
  const OperatingPoint point = match(doubled);
  for (std::size_t l = 0; l < layers_; ++l)
    for (std::size_t c = 0; c < point.requantisation[l].size(); ++c) {
      EXPECT_EQ(point.requantisation[l][c].multiplier, q_.exact_requantisation[l][c].multiplier);
      EXPECT_EQ(point.requantisation[l][c].shift, q_.exact_requantisation[l][c].shift + 1);
    }
  const auto reference = executor(q_.exact_requantisation, std::vector<TruthTable>(layers_, exact()));
  const auto matched = executor(point.requantisation, doubled);
  for (const Image& image : images_.images) {
    const auto input = quantise_image(q_.network, image);
    EXPECT_EQ(matched.run(input), reference.run(input));
  }
}

TEST_F(MatchTest, EveryChannelGetsTheMomentsOfTheExactNetwork) {
  std::vector<TruthTable> tables(layers_, table_of(1, 7, 90));
  tables[1] = exact();
  const OperatingPoint point = match(tables);
  const auto reference = executor(q_.exact_requantisation, std::vector<TruthTable>(layers_, exact()));
  const auto matched = executor(point.requantisation, tables);
  for (std::size_t l = 0; l < layers_; ++l) {
    const auto expected = moments(reference, l, images_);
    const auto actual = moments(matched, l, images_);
    for (std::size_t c = 0; c < expected.size(); ++c) {
      // Multipliers have 15 significant bits: 2^-15 of the deviation, and of |scale * mean of the accumulator|.
      const double tolerance = 1e-4 * (1.0 + expected[c].deviation + std::abs(expected[c].mean)) + 1e-3;
      EXPECT_NEAR(actual[c].mean, expected[c].mean, tolerance) << "layer " << l << ", channel " << c;
      EXPECT_NEAR(actual[c].deviation, expected[c].deviation, tolerance) << "layer " << l << ", channel " << c;
    }
  }
}

TEST_F(MatchTest, StatisticsBringAccumulatorsToWhatTheNetworkWasTrainedWith) {
  const std::size_t classifier = layers_ - 1;
  for (std::size_t l = 0; l < classifier; ++l)
    for (std::size_t c = 0; c < q_.exact_requantisation[l].size(); ++c)
      q_.trained_moments[l].push_back({100.0 * static_cast<double>(l) - 30.0 * static_cast<double>(c), 500.0});
  const std::vector<TruthTable> tables(layers_, table_of(1, 7, 90));
  const auto point =
      match_moments(q_, "p", names("m"), tables, images_, ProgressStyle::Quiet, MomentTarget::Training);
  ASSERT_TRUE(point) << point.error().message;
  const auto tuned = executor(point->requantisation, tables);
  for (std::size_t l = 0; l < classifier; ++l) {
    const auto actual = moments(tuned, l, images_);
    for (std::size_t c = 0; c < actual.size(); ++c) {
      const RealAffine real = to_real(q_.exact_requantisation[l][c]);
      const double mean = real.scale * q_.trained_moments[l][c].mean + real.offset;
      const double deviation = std::abs(real.scale) * 500.0;
      const double tolerance = 1e-4 * (1.0 + deviation + std::abs(mean)) + 1e-3;
      EXPECT_NEAR(actual[c].mean, mean, tolerance) << "layer " << l << ", channel " << c;
      EXPECT_NEAR(actual[c].deviation, deviation, tolerance) << "layer " << l << ", channel " << c;
    }
  }
  // Exact products are brought there, too; what has no BatchNormalization follows the exact network.
  const std::vector<TruthTable> all_exact(layers_, exact());
  const auto exact_point =
      match_moments(q_, "p", names("m"), all_exact, images_, ProgressStyle::Quiet, MomentTarget::Training);
  ASSERT_TRUE(exact_point);
  EXPECT_NE(exact_point->requantisation[0], q_.exact_requantisation[0]);
  q_.trained_moments.assign(layers_, {});
  EXPECT_EQ(match_moments(q_, "p", names("m"), all_exact, images_, ProgressStyle::Quiet, MomentTarget::Training)
                ->requantisation,
            q_.exact_requantisation);
}

TEST_F(MatchTest, KeepsTheSignOfGamma) {
  const OperatingPoint point = match(std::vector<TruthTable>(layers_, table_of(1, 7, 90)));
  int negative = 0;
  for (std::size_t l = 0; l < layers_; ++l)
    for (std::size_t c = 0; c < point.requantisation[l].size(); ++c) {
      EXPECT_EQ(point.requantisation[l][c].multiplier < 0, q_.exact_requantisation[l][c].multiplier < 0);
      negative += point.requantisation[l][c].multiplier < 0 ? 1 : 0;
    }
  EXPECT_EQ(negative, 7);  // every fourth of 4 + 4 + 4 + 8 + 8 channels
}

TEST_F(MatchTest, LayersBeforeTheFirstApproximateOneStayAsTheyWere) {
  std::vector<TruthTable> tables(layers_, exact());
  tables[3] = table_of(1, 7, 0);
  const OperatingPoint point = match(tables);
  for (std::size_t l = 0; l < 3; ++l) EXPECT_EQ(point.requantisation[l], q_.exact_requantisation[l]);
  EXPECT_NE(point.requantisation[3], q_.exact_requantisation[3]);
}

TEST_F(MatchTest, IsDeterministic) {
  const std::vector<TruthTable> tables(layers_, table_of(1, 7, 90));
  EXPECT_EQ(match(tables).requantisation, match(tables).requantisation);
}

/// One channel whose exact products vary and whose approximate ones do not, and the other way round.
TEST(MatchDegenerateTest, ConstantChannelsKeepTheMeanOnly) {
  NetworkBuilder b{{3, 2, 2}};
  b.network().preprocessing = {255.0, {0, 0, 0}, {1, 1, 1}};
  b.convolution(0, 2, square(1), {1.0F, 0.0F, 0.0F, 0.0F, 1.0F, 0.0F}, "conv");
  Dataset images;
  images.name = "two";
  images.images = {{2, 2, {10, 20, 0, 10, 20, 0, 10, 20, 0, 10, 20, 0}, 0},
                   {2, 2, {30, 20, 0, 30, 20, 0, 30, 20, 0, 30, 20, 0}, 0}};
  const auto q = quantise_with_scales(b.network(), {1.0 / 255, 1.0 / 255 / 127}, Encoding::SignMagnitude);
  ASSERT_TRUE(q) << q.error().message;
  // Codes 10 and 30 give 2540 both, code 20 gives 2540 too: the first channel goes flat, the second stays flat.
  const auto flat = TruthTable::from_function([](std::uint8_t, std::uint8_t) { return std::int32_t{2000}; });
  const auto point = match_moments(*q, "flat", {"flat"}, {flat}, images);
  ASSERT_TRUE(point) << point.error().message;
  const auto executor = Int8Executor::create(q->network, *point, {flat});
  ASSERT_TRUE(executor) << executor.error().message;
  for (const Image& image : images.images) {
    const auto logits = executor->run(quantise_image(q->network, image));
    for (std::size_t i = 0; i < logits.size(); ++i) EXPECT_NEAR(logits[i], 20 * 127, 1);
  }
}

TEST(MatchDegenerateTest, ChannelThatOnlyErrorsMakeVaryBecomesItsConstant) {
  NetworkBuilder b{{3, 1, 1}};
  b.network().preprocessing = {255.0, {0, 0, 0}, {1, 1, 1}};
  b.convolution(0, 1, square(1), {1.0F, 1.0F, 0.0F}, "conv");
  Dataset images;
  images.name = "two";
  images.images = {{1, 1, {10, 30, 0}, 0}, {1, 1, {20, 20, 0}, 0}};  // both add up to 40
  const auto q = quantise_with_scales(b.network(), {1.0 / 255, 1.0 / 255 / 127}, Encoding::SignMagnitude);
  ASSERT_TRUE(q) << q.error().message;
  const auto wavering = TruthTable::from_function(
      [](std::uint8_t x, std::uint8_t w) { return std::int32_t{x} * w + (x == 20 ? 100 : 0); });
  const auto point = match_moments(*q, "wavering", {"w"}, {wavering}, images);
  ASSERT_TRUE(point) << point.error().message;
  EXPECT_EQ(point->requantisation[0][0], (Requantisation{0, 16, std::int64_t{40 * 127} << 16}));
}

TEST(MatchErrorTest, NamesWhatIsWrong) {
  const auto q = quantise(test::small_resnet(), test::random_images(4, 8));
  ASSERT_TRUE(q) << q.error().message;
  const std::size_t layers = q->exact_requantisation.size();
  const std::vector<std::string> names(layers, "m");
  const std::vector<TruthTable> tables(layers, exact());
  EXPECT_THAT(match_moments(*q, "p", names, tables, test::random_images(0, 8)).error().message, HasSubstr("no images"));
  EXPECT_THAT(match_moments(*q, "p", names, tables, test::random_images(2, 7)).error().message,
              HasSubstr("image 0 is 3x7x7"));
  EXPECT_THAT(match_moments(*q, "p", names, {exact()}, test::random_images(2, 8)).error().message,
              HasSubstr("1 tables"));
  std::vector<TruthTable> large = tables;
  large[2] = TruthTable::from_function([](std::uint8_t, std::uint8_t) { return 1 << 28; });
  EXPECT_THAT(match_moments(*q, "p", names, large, test::random_images(2, 8)).error().message,
              HasSubstr("layer b1c2, operating point p, selectable m"));
}

}  // namespace
}  // namespace axvp
