#include <gtest/gtest.h>

#include <cmath>

#include "axvp/multipliers/gated_products.h"
#include "axvp/qos/closed_form_error.h"
#include "axvp/qos/error_comparison.h"
#include "axvp/qos/receptive_fields.h"
#include "axvp/qos/sampled_error.h"
#include "axvp/workloads/exact_network.h"
#include "qos_fixture.h"

namespace axvp {
namespace {

using test::truncated;

class ErrorModelTest : public test::SmallNetworkTest {
 protected:
  [[nodiscard]] SampledErrors sampled(std::size_t count) const {
    return SampledErrors{q_, *draw_receptive_fields(q_, images_, count, 3)};
  }
  [[nodiscard]] std::vector<StoredTensor> inputs_of(std::size_t layer) const {
    const auto exact = executor(std::vector<TruthTable>(layers(), exact_table(q_.network.encoding)));
    std::vector<StoredTensor> inputs;
    for (const Image& image : images_.images)
      inputs.push_back(
          exact.run_all(quantise_image(q_.network, image))[q_.network.nodes[q_.network.layers()[layer]].inputs[0]]);
    return inputs;
  }
};

TEST_F(ErrorModelTest, FieldsAreWhatOutputPositionsRead) {
  const auto fields = draw_receptive_fields(q_, images_, 48, 3);
  ASSERT_TRUE(fields);
  const auto exact = executor(std::vector<TruthTable>(layers(), exact_table(q_.network.encoding)));
  for (std::size_t l = 0; l < layers(); ++l) {
    const ReceptiveFields& f = (*fields)[l];
    const auto& convolution = q_.network.layer(l);
    for (std::size_t s = 0; s < 2 * images_.images.size(); ++s) {  // field s comes from image s modulo 24
      const auto& image = images_.images[s % images_.images.size()];
      const auto tensors = exact.run_all(quantise_image(q_.network, image));
      const auto sums = exact.accumulators_of_layer(l, tensors[q_.network.nodes[q_.network.layers()[l]].inputs[0]]);
      // The field's sums in all channels must be the sums of some output position.
      std::vector<std::int32_t> own;
      for (int c = 0; c < convolution.output_channels; ++c) {
        std::int32_t sum = 0;
        for (std::size_t k = 0; k < f.fan_in; ++k) {
          const std::uint8_t byte = f.bytes[s * f.fan_in + k];
          const int x = f.is_signed ? static_cast<std::int8_t>(byte) : byte;
          sum += x * convolution.weights[static_cast<std::size_t>(c) * f.fan_in + k];
        }
        own.push_back(sum);
      }
      bool is_found = false;
      for (std::size_t p = 0; p < sums.size() && !is_found; p += own.size())
        is_found = std::equal(own.begin(), own.end(), sums.begin() + static_cast<std::ptrdiff_t>(p));
      ASSERT_TRUE(is_found) << "layer " << l << ", field " << s;
    }
  }
}

TEST_F(ErrorModelTest, ExactProductsHaveNoError) {
  const SampledErrors errors = sampled(64);
  for (std::size_t l = 0; l < layers(); ++l) {
    const LayerError error = errors.predict(l, exact_table(q_.network.encoding));
    EXPECT_EQ(error.mean, 0.0);
    EXPECT_EQ(error.std, 0.0);
    EXPECT_EQ(error.relative_variance, 0.0);
    EXPECT_EQ(errors.matched(l, exact_table(q_.network.encoding)), q_.exact_requantisation[l]);
    for (const auto histogram : {WeightHistogram::Layer, WeightHistogram::Channel})
      EXPECT_EQ(closed_form_error(q_.network, l, errors.fields(l), exact_table(q_.network.encoding), histogram).std(),
                0.0);
  }
}

TEST_F(ErrorModelTest, ScaleAndOffsetOfAChannelAreAbsorbed) {
  const SampledErrors errors = sampled(64);
  const auto doubled = TruthTable::from_function([](std::uint8_t x, std::uint8_t w) { return 2 * x * w; });
  for (std::size_t l = 0; l < layers(); ++l) {
    const LayerError error = errors.predict(l, doubled);
    EXPECT_GT(error.std, 1.0);
    EXPECT_LT(error.relative_variance, 1e-9);
  }
}

TEST_F(ErrorModelTest, SampledPredictionEqualsTheMeasuredErrorOnAllPositions) {
  // Many fields of few positions: every position is drawn about equally often.
  const SampledErrors errors = sampled(60'000);
  for (const TruthTable& table : {truncated(7), truncated(0, 3)})
    for (const std::size_t l : {std::size_t{0}, std::size_t{2}}) {
      const auto inputs = inputs_of(l);
      std::vector<const std::uint8_t*> pointers;
      for (const auto& input : inputs) pointers.push_back(input.data());
      const LayerError predicted = errors.predict(l, table), measured = measure_error(q_, l, pointers, table);
      EXPECT_NEAR(predicted.std_within_channels, measured.std_within_channels, 0.02 * measured.std_within_channels);
      EXPECT_NEAR(predicted.mean, measured.mean, 0.02 * std::abs(measured.mean));
      EXPECT_NEAR(predicted.relative_variance, measured.relative_variance, 0.05 * measured.relative_variance);
    }
}

TEST_F(ErrorModelTest, OperandOrderMatters) {
  const SampledErrors errors = sampled(256);
  const TruthTable own = truncated(0, 4);
  const auto other = TruthTable::from_function([&](std::uint8_t x, std::uint8_t w) { return own(w, x); });
  EXPECT_GT(std::abs(std::log(errors.predict(1, own).std / errors.predict(1, other).std)), 0.05);
}

TEST_F(ErrorModelTest, SampledFieldsPredictBetterThanOneHistogramALayer) {
  ErrorComparisonOptions options;
  options.fields = 20'000;
  options.closed_form_fields = 500;
  const auto comparisons = compare_error_models(
      q_, images_, images_, {exact_table(q_.network.encoding), truncated(5), truncated(7), truncated(0, 3)}, options);
  ASSERT_TRUE(comparisons);
  EXPECT_EQ(comparisons->size(), 3 * layers());  // the exact one is left out
  const auto sampled_quality = quality_of(*comparisons, ErrorModel::Sampled);
  EXPECT_LT(sampled_quality.median_relative, 0.02);
  EXPECT_GT(sampled_quality.correlation, 0.999);
  EXPECT_GT(quality_of(*comparisons, ErrorModel::ClosedForm).median_relative, sampled_quality.median_relative);
}

/// sigma^2 = K E[v] + K^2 Var[mu], summed pair by pair as it is defined, from histograms of stored bytes.
double double_sum_std(const QuantizedConvolution& convolution, const ReceptiveFields& fields, const TruthTable& table) {
  const GatedProducts products{table, Encoding::SignMagnitude, fields.is_signed};
  const auto k = static_cast<double>(fields.fan_in), count = static_cast<double>(fields.count);
  double sum_mu = 0.0, sum_squares = 0.0, sum_v = 0.0;
  for (std::size_t s = 0; s < fields.count; ++s) {
    double mu = 0.0, second = 0.0;
    for (std::size_t i = 0; i < fields.fan_in; ++i)
      for (const std::int8_t w : convolution.weights) {
        const std::uint8_t byte = fields.bytes[s * fields.fan_in + i];
        const int x = fields.is_signed ? static_cast<std::int8_t>(byte) : byte;
        const double e = products(byte, static_cast<std::uint8_t>(w)) - x * w;
        mu += e;
        second += e * e;
      }
    const double pairs = k * static_cast<double>(convolution.weights.size());
    mu /= pairs;
    second /= pairs;
    sum_mu += mu;
    sum_squares += mu * mu;
    sum_v += second - mu * mu;
  }
  return std::sqrt(k * sum_v / count + k * k * (sum_squares / count - sum_mu * sum_mu / count / count));
}

TEST_F(ErrorModelTest, ClosedFormEqualsItsDefinitionInEveryOperandCoding) {
  // Layer 0 reads signed bytes, layer 2 bytes up to 255: a rotated or wrapped histogram would show.
  const auto fields = *draw_receptive_fields(q_, images_, 20, 3);
  EXPECT_TRUE(fields[0].is_signed);
  EXPECT_FALSE(fields[2].is_signed);
  for (const std::size_t l : {std::size_t{0}, std::size_t{2}})
    for (const TruthTable& table : {truncated(6), truncated(0, 3)}) {
      const double expected = double_sum_std(q_.network.layer(l), fields[l], table);
      const double own = closed_form_error(q_.network, l, fields[l], table, WeightHistogram::Layer).std();
      EXPECT_NEAR(own, expected, 1e-9 * expected) << "layer " << l;
    }
}

TEST_F(ErrorModelTest, ConstantErrorHasAMeanOfKTimesItAndNoDeviation) {
  // No operand is 0, so that no product is gated.
  const std::size_t layer = 2;
  ReceptiveFields fields{10, 1, static_cast<std::size_t>(q_.network.layer(layer).fan_in({4, 8, 8})), {}, false};
  for (std::size_t i = 0; i < fields.count * fields.fan_in; ++i)
    fields.bytes.push_back(static_cast<std::uint8_t>(1 + i % 255));
  QuantizedNetwork network = q_.network;
  for (auto& node : network.nodes)
    if (auto* convolution = std::get_if<QuantizedConvolution>(&node.operation))
      for (auto& w : convolution->weights) w = static_cast<std::int8_t>(w > 0 ? w : w < -100 ? 100 : 1 - w);
  const auto plus_five = TruthTable::from_function([](std::uint8_t x, std::uint8_t w) { return x * w + 5; });
  const auto error = closed_form_error(network, layer, fields, plus_five, WeightHistogram::Layer);
  EXPECT_NEAR(error.mean, 5.0 * static_cast<double>(fields.fan_in), 1e-9);
  EXPECT_NEAR(error.std(), 0.0, 1e-4);  // of 180: squares cancel to 2^-52
}

}  // namespace
}  // namespace axvp
