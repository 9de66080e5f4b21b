#include <gtest/gtest.h>

#include <cmath>

#include "../qos/qos_fixture.h"
#include "axvp/qos/gradient_tuning.h"
#include "axvp/qos/noise_search.h"
#include "axvp/workloads/divergence.h"

namespace axvp {
namespace {

class GradientTuningTest : public test::SmallNetworkTest {
 protected:
  std::vector<TruthTable> tables_ = std::vector<TruthTable>(layers(), test::truncated(8));
  OperatingPoint start_{"p", std::vector<std::string>(layers(), "m"), q_.exact_requantisation};  // not matched

  [[nodiscard]] GradientTuning tune(Tuned tuned) const {
    GradientTuningOptions options;
    options.tuned = tuned;
    options.steps = 60;
    options.batch = 16;
    options.learning_rate = 2e-3;
    const auto result = tune_by_gradient(q_, start_, tables_, images_, options);
    if (!result) ADD_FAILURE() << result.error().message;
    return *result;
  }
  /// Mean divergence of the logits from the exact network's on the images.
  [[nodiscard]] double divergence(const GradientTuning& tuned) const {
    const auto exact = executor(std::vector<TruthTable>(layers(), test::truncated(0)));
    QuantizedNetwork network = q_.network;
    for (std::size_t l = 0; l < tuned.weights.size(); ++l)
      std::get<QuantizedConvolution>(network.nodes[network.layers()[l]].operation).weights = tuned.weights[l];
    const auto own = *Int8Executor::create(network, tuned.point, tables_);
    const auto real = [&](const std::vector<std::int32_t>& logits) {
      std::vector<double> values;
      for (const auto logit : logits) values.push_back(q_.network.tensors[q_.network.output].scale * logit);
      return values;
    };
    double sum = 0.0;
    for (const Image& image : images_.images) {
      const auto input = quantise_image(q_.network, image);
      sum += kl_divergence(real(exact.run(input)), real(own.run(input)));
    }
    return sum / static_cast<double>(images_.images.size());
  }
};

TEST_F(GradientTuningTest, AffineTuningLowersTheDivergenceAndLeavesTheWeights) {
  const GradientTuning tuned = tune(Tuned::Affine);
  EXPECT_LT(divergence(tuned), 0.8 * divergence({start_, {}, 0.0, 0.0}));
  EXPECT_TRUE(tuned.weights.empty());
  EXPECT_EQ(tune(Tuned::Affine).point.requantisation, tuned.point.requantisation);
}

TEST_F(GradientTuningTest, FullTuningGoesFurtherWithWeightsOfItsOwn) {
  const GradientTuning full = tune(Tuned::Full);
  EXPECT_LT(divergence(full), divergence(tune(Tuned::Affine)));
  ASSERT_EQ(full.weights.size(), layers());
  for (std::size_t l = 0; l < layers(); ++l) {
    EXPECT_EQ(full.weights[l].size(), q_.network.layer(l).weights.size());
    EXPECT_NE(full.weights[l], q_.network.layer(l).weights) << "layer " << l;
  }
}

TEST_F(GradientTuningTest, FullTuningWithoutStepsKeepsTheWeightsInTheirOrder) {
  GradientTuningOptions options;
  options.tuned = Tuned::Full;
  options.steps = 1;
  options.learning_rate = 1e-8;
  const auto result = tune_by_gradient(q_, start_, tables_, images_, options);
  ASSERT_TRUE(result) << result.error().message;
  for (std::size_t l = 0; l < layers(); ++l)
    EXPECT_EQ(result->weights[l], q_.network.layer(l).weights) << "layer " << l;
}

TEST_F(GradientTuningTest, NoiseGrowsWhereItIsWorthMore) {
  NoiseSearchOptions options;
  options.steps = 60;
  options.batch = 24;
  options.learning_rate = 0.01;
  options.lambda = 0.0;
  const auto worthless = search_noise(q_, images_, options);
  options.lambda = 20.0;
  const auto wanted = search_noise(q_, images_, options);
  ASSERT_TRUE(worthless && wanted);
  ASSERT_EQ(wanted->sigma.size(), layers());
  double macs = 0.0;
  for (std::size_t l = 0; l < layers(); ++l) macs += static_cast<double>(q_.network.macs_of_layer(l));
  for (std::size_t l = 0; l < layers(); ++l) {
    if (static_cast<double>(q_.network.macs_of_layer(l)) > 0.02 * macs) {  // less is worth less than the loss pulls
      EXPECT_GT(wanted->sigma[l], worthless->sigma[l]) << "layer " << l;
    }
    EXPECT_LE(wanted->sigma[l], options.largest_sigma);
  }
  const auto again = search_noise(q_, images_, options);
  EXPECT_EQ(again->sigma, wanted->sigma);
}

}  // namespace
}  // namespace axvp
