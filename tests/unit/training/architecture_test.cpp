#include "axvp/training/architecture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace axvp {
namespace {

using ::testing::HasSubstr;

const Shape kCifar{3, 32, 32};

std::uint64_t macs(const Network& network) {
  std::uint64_t sum = 0;
  for (const Node& node : network.nodes)
    if (const auto* convolution = std::get_if<Convolution>(&node.operation))
      sum += count_macs(*convolution, network.tensors[node.inputs[0]].shape);
  return sum;
}

std::size_t convolution_weights(const Network& network) {
  std::size_t sum = 0;
  for (const Node& node : network.nodes)
    if (const auto* convolution = std::get_if<Convolution>(&node.operation)) sum += convolution->weights.size();
  return sum;
}

TEST(ArchitectureTest, Resnet20HasThePapersSize) {
  const auto made = make_architecture({"resnet20", 16}, kCifar, 10, 1);
  ASSERT_TRUE(made) << made.error().message;
  // 3*9*16 + 6*16*16*9 + 16*32*9 + 5*32*32*9 + 32*64*9 + 5*64*64*9 + 640
  EXPECT_EQ(convolution_weights(made->network), 268336u);
  EXPECT_EQ(macs(made->network), 40551040u);  // 40.55 million, as commonly quoted for this network
  EXPECT_EQ(made->batch_norms.size(), 19u);
  std::size_t channels = 0;
  for (const std::size_t node : made->batch_norms)
    channels += std::get<ChannelAffine>(made->network.nodes[node].operation).scale.size();
  EXPECT_EQ(channels, 688u);
}

TEST(ArchitectureTest, MobileNetV2HasThePapersSize) {
  const auto made = make_architecture({"mobilenet_v2"}, {3, 224, 224}, 1000, 1);
  ASSERT_TRUE(made) << made.error().message;
  // torchvision's mobilenet_v2: 3,504,872 parameters, of them 34,112 of BatchNorms and 1,000 biases; 300.77 M MACs.
  EXPECT_EQ(convolution_weights(made->network), 3504872u - 34112u - 1000u);
  EXPECT_EQ(macs(made->network), 300774272u);
  EXPECT_EQ(made->batch_norms.size(), 52u);
  std::size_t channels = 0;
  for (const std::size_t node : made->batch_norms)
    channels += std::get<ChannelAffine>(made->network.nodes[node].operation).scale.size();
  EXPECT_EQ(channels, 34112u / 2);
}

TEST(ArchitectureTest, MobileNetV2TakesItsWidthAndStemStride) {
  ArchitectureSettings settings{"mobilenet_v2"};
  settings.width_multiplier = 0.5;
  settings.stem_stride = 1;
  const auto made = make_architecture(settings, kCifar, 10, 1);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->network.tensors[made->network.nodes[0].output].shape, (Shape{16, 32, 32}));
  // torchvision's mobilenet_v2(width_mult=0.5) has 1,968,680 parameters with 1000 classes.
  std::size_t channels = 0;
  for (const std::size_t node : made->batch_norms)
    channels += std::get<ChannelAffine>(made->network.nodes[node].operation).scale.size();
  EXPECT_EQ(convolution_weights(made->network) + 2 * channels, 1968680u - 1280 * 1000 - 1000 + 1280 * 10);
}

TEST(ArchitectureTest, DepthsAreThoseOfTheNames) {
  for (const std::string& name : trainable_networks()) {
    const auto made = make_architecture({name, 4}, kCifar, 10, 1);
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(made->network.tensors[made->network.output].shape, (Shape{10, 1, 1}));
    if (name == "mobilenet_v2") continue;
    int layers = 0;
    for (const Node& node : made->network.nodes) layers += std::holds_alternative<Convolution>(node.operation);
    EXPECT_EQ("resnet" + std::to_string(layers), name);
  }
}

TEST(ArchitectureTest, FirstWeightsFollowHesRule) {
  const auto made = make_architecture({"resnet20", 16}, kCifar, 10, 5);
  ASSERT_TRUE(made);
  for (const Node& node : made->network.nodes) {
    const auto* convolution = std::get_if<Convolution>(&node.operation);
    if (convolution == nullptr || convolution->weights.size() < 9000) continue;
    double squares = 0.0;
    for (const float weight : convolution->weights)
      squares += static_cast<double>(weight) * static_cast<double>(weight);
    const double deviation = std::sqrt(squares / static_cast<double>(convolution->weights.size()));
    const double expected = std::sqrt(2.0 / (9.0 * convolution->output_channels));
    // The relative error of a deviation from n normal values is 1/sqrt(2n) < 0.0075: four of them.
    EXPECT_NEAR(deviation / expected, 1.0, 0.03) << node.name;
  }
}

TEST(ArchitectureTest, RefusesWhatItCannotBuild) {
  EXPECT_THAT(make_architecture({"resnet21", 16}, kCifar, 10, 1).error().message, HasSubstr("resnet20"));
  EXPECT_THAT(make_architecture({"resnet8", 0}, kCifar, 10, 1).error().message, HasSubstr("width 0"));
  EXPECT_THAT(make_architecture({"resnet8", 16}, kCifar, 1, 1).error().message, HasSubstr("1 classes"));
  EXPECT_THAT(make_architecture({"resnet8", 16}, {3, 2, 32}, 10, 1).error().message, HasSubstr("too small"));
  ArchitectureSettings settings{"mobilenet_v2"};
  settings.stem_stride = 3;
  EXPECT_THAT(make_architecture(settings, kCifar, 10, 1).error().message, HasSubstr("stem stride 3"));
  settings = {"mobilenet_v2"};
  settings.width_multiplier = 0.0;
  EXPECT_THAT(make_architecture(settings, kCifar, 10, 1).error().message, HasSubstr("width multiplier 0"));
}

}  // namespace
}  // namespace axvp
