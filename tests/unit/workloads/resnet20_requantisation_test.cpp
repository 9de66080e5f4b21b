// Every BatchNorm channel of ResNet-20: the integers of the requantisation against the real numbers that they stand
// for, over the accumulators that real images give.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "axvp/workloads/int8_executor.h"
#include "axvp/workloads/onnx_import.h"
#include "axvp/workloads/quantise.h"
#include "test_data.h"

namespace axvp {
namespace {

constexpr std::size_t kImages = 16;

struct Range {
  std::int32_t low = std::numeric_limits<std::int32_t>::max();
  std::int32_t high = std::numeric_limits<std::int32_t>::min();
};

/// Accumulators of each channel of each layer on real images: [layer][channel].
std::vector<std::vector<Range>> accumulator_ranges(const Quantisation& q, const Dataset& images) {
  const std::size_t layers = q.exact_requantisation.size();
  const auto exact = TruthTable::from_function([](std::uint8_t x, std::uint8_t w) { return std::int32_t{x} * w; });
  const auto executor =
      Int8Executor::create(q.network, {"exact", std::vector<std::string>(layers, "exact"), q.exact_requantisation},
                           std::vector<TruthTable>(layers, exact));
  std::vector<std::vector<Range>> ranges;
  for (const auto& set : q.exact_requantisation) ranges.emplace_back(set.size());
  for (const Image& image : images.images) {
    const auto tensors = executor->run_all(quantise_image(q.network, image));
    for (std::size_t l = 0; l < layers; ++l) {
      const auto sums = executor->accumulators_of_layer(l, tensors[q.network.nodes[q.network.layers()[l]].inputs[0]]);
      for (std::size_t i = 0; i < sums.size(); ++i) {
        Range& range = ranges[l][i % ranges[l].size()];
        range.low = std::min(range.low, sums[i]);
        range.high = std::max(range.high, sums[i]);
      }
    }
  }
  return ranges;
}

/// The BatchNorm behind the convolution called `name` in the float network.
const ChannelAffine& batch_norm_of(const Network& network, const std::string& name) {
  const auto convolution =
      std::find_if(network.nodes.begin(), network.nodes.end(), [&](const Node& node) { return node.name == name; });
  const auto reader = std::find_if(network.nodes.begin(), network.nodes.end(), [&](const Node& node) {
    return !node.inputs.empty() && node.inputs[0] == convolution->output;
  });
  return std::get<ChannelAffine>(reader->operation);
}

TEST(ResNet20Test, EveryBatchNormChannelIsWithinOneStepOfFloat) {
  AXVP_NEEDS_DATA("weights/resnet20_cifar10.onnx", "cifar10/train_exact.bin");
  const auto network = import_onnx(data_folder() / "weights/resnet20_cifar10.onnx");
  ASSERT_TRUE(network) << network.error().message;
  const auto images = open_dataset("cifar10:cifar10/train_exact.bin", kImages);
  ASSERT_TRUE(images) << images.error().message;
  QuantisationOptions options;
  options.equalise = false;  // the BatchNorms' own numbers
  options.correction_images = 0;
  const auto q = quantise(*network, *images, options);
  ASSERT_TRUE(q) << q.error().message;
  const auto ranges = accumulator_ranges(*q, *images);

  int channels = 0, negative = 0;
  double worst = 0.0;
  for (std::size_t l = 0; l < ranges.size(); ++l) {
    const QuantizedNode& node = q->network.nodes[q->network.layers()[l]];
    if (node.output == q->network.output) continue;  // the classifier has a bias only
    const ChannelAffine& bn = batch_norm_of(*network, node.name);
    const auto& convolution = q->network.layer(l);
    const double input_scale = q->network.tensors[node.inputs[0]].scale;
    const double output_scale = q->network.tensors[node.output].scale;
    for (std::size_t c = 0; c < ranges[l].size(); ++c) {
      ++channels;
      negative += bn.scale[c] < 0.0 ? 1 : 0;
      const std::int64_t span = std::int64_t{ranges[l][c].high} - ranges[l][c].low;
      for (int i = 0; i <= 400; ++i) {
        const auto acc = static_cast<std::int32_t>(ranges[l][c].low + span * i / 400);
        const double real = bn.scale[c] * (acc * input_scale * convolution.weight_scales[c]) + bn.offset[c];
        const double steps = std::clamp<double>(real / output_scale, convolution.range.low, convolution.range.high);
        const std::int32_t code = requantise(acc, q->exact_requantisation[l][c], convolution.range);
        worst = std::max(worst, std::abs(code - steps));
        ASSERT_LE(std::abs(code - steps), 1.0) << node.name << ", channel " << c << ", accumulator " << acc;
      }
    }
  }
  EXPECT_EQ(channels, 688);
  EXPECT_EQ(negative, 26);
  // Half a step of rounding, and 2^-15 of at most some hundred steps of scaling.
  EXPECT_LT(worst, 0.52);
}

}  // namespace
}  // namespace axvp
