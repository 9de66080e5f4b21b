#include "equalisation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "small_networks.h"

namespace axvp::detail {
namespace {

using test::NetworkBuilder;
using test::square;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Fused tensors: 0 the input, 1 in front of the depthwise convolution, 2 behind it, 3 the output.
Network expand_depthwise_project(Clamp clamp, std::vector<float> projection) {
  NetworkBuilder b{{2, 2, 2}, "block"};
  auto x = b.add(clamp, {b.convolution(0, 2, square(1), {1, 0, 0, 1}, "expand")}, "clamp");
  x = b.relu(b.convolution(x, 2, square(1), {1, 1}, "depthwise", 2), "relu");
  b.convolution(x, 2, square(1), std::move(projection), "project");
  return b.network();
}

constexpr double kInfinity = std::numeric_limits<double>::infinity();

ChannelFactors factors_of(const Network& network, const std::vector<std::vector<double>>& ranges) {
  const auto fused = fuse(network);
  if (!fused) ADD_FAILURE() << fused.error().message;
  return equalise(network, *fused, ranges);
}

TEST(EqualiseTest, InFrontOfDepthwiseLayersEveryChannelGetsTheWholeRange) {
  const auto network = expand_depthwise_project({0.0, kInfinity}, {1, 1, 1, 1});
  const auto factors = factors_of(network, {{1, 1}, {8, 1}, {1, 1}, {1, 1}});
  EXPECT_THAT(factors[0], IsEmpty());
  EXPECT_THAT(factors[1], ElementsAre(1.0, 8.0));
  EXPECT_THAT(factors[3], IsEmpty());
}

TEST(EqualiseTest, ElsewhereActivationsAndWeightsMeetInTheMiddle) {
  // Activations 4 : 1, weights that read them 1 : 1 in the middle: 2.
  EXPECT_THAT(
      factors_of(expand_depthwise_project({0.0, kInfinity}, {1, 0.25F, 0.5F, 1}), {{1, 1}, {1, 1}, {4, 1}, {1, 1}})[2],
      ElementsAre(1.0, 2.0));
  // Weights of 4 : 1 have no room to grow for the small channel's sake: they would lose what it gains.
  EXPECT_THAT(
      factors_of(expand_depthwise_project({0.0, kInfinity}, {1, 0.25F, 1, 0.25F}), {{1, 1}, {1, 1}, {4, 1}, {1, 1}})[2],
      ElementsAre(1.0, 1.0));
}

TEST(EqualiseTest, AddedTensorsShareTheirFactors) {
  NetworkBuilder b{{2, 2, 2}, "shortcut"};
  const auto x = b.relu(b.convolution(0, 2, square(1), {1, 0, 0, 1}, "stem"), "relu");
  const auto y = b.convolution(x, 2, square(1), {1, 1, 1, 1}, "branch");
  b.convolution(b.add(Add{}, {x, y}, "add"), 2, square(1), {1, 1, 1, 1}, "head");
  const auto factors = factors_of(b.network(), {{1, 1}, {16, 1}, {1, 1}, {4, 1}, {1, 1}});
  // Mean of log2: (4 + 0 + 2) / 3 = 2, half of it because dense convolutions read: 2^1.
  for (const TensorId t : {1, 2, 3}) EXPECT_THAT(factors[t], ElementsAre(1.0, 2.0)) << t;
}

TEST(EqualiseTest, ClampAtSixStaysWhereItWas) {
  // Factors 2 and 1 bring both to 6: the second channel's clamp is the largest code, the first one's lies above it.
  const auto network = expand_depthwise_project({0.0, 6.0}, {1, 1, 1, 1});
  EXPECT_THAT(factors_of(network, {{1, 1}, {3, 6}, {1, 1}, {1, 1}})[1], ElementsAre(2.0, 1.0));
  // A tensor clamped at another bound than 0 from below has no factors.
  EXPECT_THAT(factors_of(expand_depthwise_project({-1.0, 6.0}, {1, 1, 1, 1}), {{1, 1}, {3, 6}, {1, 1}, {1, 1}})[1],
              IsEmpty());
}

TEST(EqualiseTest, NextToEmptyChannelsAreStretchedBy64AtMost) {
  const auto network = expand_depthwise_project({0.0, kInfinity}, {1, 1, 1, 1});
  EXPECT_THAT(factors_of(network, {{1, 1}, {8, 0}, {1, 1}, {1, 1}})[1], ElementsAre(1.0, 64.0));
}

}  // namespace
}  // namespace axvp::detail
