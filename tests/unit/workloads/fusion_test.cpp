#include "fusion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "small_networks.h"

namespace axvp {
namespace {

using detail::fuse;
using detail::FusedNetwork;
using test::NetworkBuilder;
using test::square;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::string error_of(const Network& network) {
  const auto fused = fuse(network);
  return fused ? "no error" : fused.error().message;
}

std::vector<std::string> names_of(const FusedNetwork& fused) {
  std::vector<std::string> names;
  for (const auto& node : fused.nodes) names.push_back(node.name);
  return names;
}

std::vector<ElementType> types_of(const FusedNetwork& fused) {
  std::vector<ElementType> types;
  for (const auto& tensor : fused.tensors) types.push_back(tensor.type);
  return types;
}

TEST(FusionTest, ResidualNetworkKeepsOneNodeForEachArrayOperation) {
  const auto fused = fuse(test::small_resnet());
  ASSERT_TRUE(fused) << fused.error().message;
  EXPECT_THAT(names_of(*fused), ElementsAre("stem", "b1c1", "b1c2", "b1add", "b2c1", "b2c2", "b2shortcut", "b2add",
                                            "pool", "classifier"));
  constexpr auto kUnsigned = ElementType::Unsigned8;
  constexpr auto kSigned = ElementType::Signed8;
  EXPECT_THAT(types_of(*fused), ElementsAre(kSigned, kUnsigned, kUnsigned, kSigned, kUnsigned, kUnsigned, kSigned,
                                            kUnsigned, kUnsigned, kUnsigned, ElementType::Signed32));
  EXPECT_EQ(fused->tensors[7].scale_of, TensorId{4});  // the shortcut keeps the codes of the block's input
}

TEST(FusionTest, AffinesComposeInOrder) {
  NetworkBuilder b{{1, 2, 2}};
  auto x = b.convolution(0, 2, square(1), {1.0F, 1.0F}, "conv");
  x = b.add(ChannelAffine{{1.0, 1.0}, {0.5, -1.0}}, {x}, "bias");
  b.add(ChannelAffine{{2.0, -3.0}, {0.25, 4.0}}, {x}, "bn");
  const auto fused = fuse(b.network());
  ASSERT_TRUE(fused) << fused.error().message;
  EXPECT_THAT(fused->nodes[0].affine.scale, ElementsAre(2.0, -3.0));
  EXPECT_THAT(fused->nodes[0].affine.offset, ElementsAre(1.25, 7.0));  // 2 (x + 0.5) + 0.25, -3 (x - 1) + 4
}

TEST(FusionTest, MomentsBehindABiasAreThoseOfTheConvolution) {
  NetworkBuilder b{{1, 2, 2}};
  auto x = b.convolution(0, 2, square(1), {1.0F, 1.0F}, "conv");
  x = b.add(ChannelAffine{{-2.0, 1.0}, {0.5, -1.0}}, {x}, "bias");
  x = b.add(ChannelAffine{{2.0, -3.0}, {0.25, 4.0}, {3.0, -1.0}, {4.0, 5.0}}, {x}, "bn");
  b.add(ChannelAffine{{2.0, 2.0}, {1.0, 1.0}}, {x}, "behind");
  const auto fused = fuse(b.network());
  ASSERT_TRUE(fused) << fused.error().message;
  EXPECT_THAT(fused->nodes[0].affine.mean, ElementsAre(-1.25, 0.0));  // -2 x + 0.5 = 3, x - 1 = -1
  EXPECT_THAT(fused->nodes[0].affine.deviation, ElementsAre(2.0, 5.0));
}

TEST(FusionTest, ClampsIntersectInOrder) {
  NetworkBuilder b{{1, 2, 2}};
  auto x = b.convolution(0, 1, square(1), {1.0F}, "conv");
  x = b.add(Clamp{-1.0, 6.0}, {x}, "clip");
  x = b.relu(x, "relu");
  b.convolution(x, 1, square(1), {1.0F}, "classifier");
  const auto fused = fuse(b.network());
  ASSERT_TRUE(fused) << fused.error().message;
  EXPECT_EQ(fused->nodes[0].clamp.low, 0.0);
  EXPECT_EQ(fused->nodes[0].clamp.high, 6.0);
  EXPECT_EQ(fused->tensors[1].type, ElementType::Unsigned8);
}

TEST(FusionTest, SumOfNonNegativeTensorsIsNonNegative) {
  NetworkBuilder b{{1, 4, 4}};
  const auto r = b.relu(b.convolution(0, 1, square(1), {1.0F}, "conv"), "relu");
  const auto sum = b.add(Add{}, {r, r}, "sum");
  const auto mixed = b.add(Add{}, {sum, 0}, "mixed");
  const auto max = b.add(MaxPool{square(2, 2)}, {mixed}, "max");
  b.convolution(max, 1, square(1), {1.0F}, "classifier");
  const auto fused = fuse(b.network());
  ASSERT_TRUE(fused) << fused.error().message;
  EXPECT_EQ(fused->tensors[2].type, ElementType::Unsigned8);
  EXPECT_EQ(fused->tensors[3].type, ElementType::Signed8);
  EXPECT_EQ(fused->tensors[4].type, ElementType::Signed8);
  EXPECT_EQ(fused->tensors[4].scale_of, TensorId{3});
}

TEST(FusionTest, InputWithoutMeanIsNonNegative) {
  NetworkBuilder b{{1, 2, 2}};
  b.convolution(0, 1, square(1), {1.0F}, "conv");
  b.network().preprocessing = {255.0, {0, 0, 0}, {1, 1, 1}};
  EXPECT_EQ(fuse(b.network())->tensors[0].type, ElementType::Unsigned8);
}

TEST(FusionTest, NumbersThatAreNotFiniteNameTheNode) {
  NetworkBuilder b{{1, 2, 2}};
  auto x = b.convolution(0, 2, square(1), {1.0F, std::nanf("")}, "stem/conv");
  EXPECT_THAT(error_of(b.network()), HasSubstr("stem/conv: weight 1 is nan"));
  std::get<Convolution>(b.network().nodes[0].operation).weights[1] = 1.0F;
  b.add(ChannelAffine{{1.0, kInfinity}, {0.0, 0.0}}, {x}, "stem/bn");
  EXPECT_THAT(error_of(b.network()), HasSubstr("stem/bn: the scale of channel 1 is inf"));
  std::get<ChannelAffine>(b.network().nodes[1].operation) = {{1.0, 1.0}, {-kInfinity, 0.0}};
  EXPECT_THAT(error_of(b.network()), HasSubstr("stem/bn: the offset of channel 0 is -inf"));
}

TEST(FusionTest, ClampWithoutAnIntervalIsRefused) {
  for (const Clamp clamp : {Clamp{1.0, -1.0}, Clamp{std::nan(""), 1.0}}) {
    NetworkBuilder b{{1, 2, 2}};
    const auto x = b.convolution(0, 1, square(1), {1.0F}, "conv");
    b.convolution(b.add(clamp, {x}, "clip"), 1, square(1), {1.0F}, "classifier");
    EXPECT_THAT(error_of(b.network()), HasSubstr("clip: clamps to ["));
  }
}

TEST(FusionTest, WhatTheArrayCannotDoNamesTheNode) {
  {
    NetworkBuilder b{{1, 2, 2}};
    b.convolution(b.add(ChannelAffine{{1.0}, {0.0}}, {0}, "input_bn"), 1, square(1), {1.0F}, "conv");
    EXPECT_THAT(error_of(b.network()), HasSubstr("input_bn: a scale and offset per channel must directly follow"));
  }
  {
    NetworkBuilder b{{1, 2, 2}};
    b.convolution(b.relu(b.add(MaxPool{square(2)}, {0}, "max"), "relu"), 1, square(1), {1.0F}, "conv");
    EXPECT_THAT(error_of(b.network()), HasSubstr("relu: a Relu or Clip must directly follow"));
  }
  {
    NetworkBuilder b{{1, 2, 2}};  // the convolution's result is also read without the Relu
    const auto x = b.convolution(0, 1, square(1), {1.0F}, "conv");
    b.convolution(b.add(Add{}, {x, b.relu(x, "relu")}, "add"), 1, square(1), {1.0F}, "classifier");
    EXPECT_THAT(error_of(b.network()), HasSubstr("relu: a Relu or Clip must directly follow"));
  }
  {
    NetworkBuilder b{{1, 3, 3}};
    const auto x = b.add(AveragePool{square(2, 1, 1)}, {0}, "edge_pool");
    b.convolution(x, 1, square(1), {1.0F}, "classifier");
    EXPECT_THAT(error_of(b.network()), HasSubstr("edge_pool: an average pool whose windows hold different numbers"));
    std::get<AveragePool>(b.network().nodes[0].operation).count_padding = true;
    EXPECT_EQ(error_of(b.network()), "no error");
  }
  {
    NetworkBuilder b{{1, 2, 2}};
    b.add(AveragePool{square(2)}, {0}, "pool");
    EXPECT_THAT(error_of(b.network()), HasSubstr("net: the output `pool.out` must come from a convolution or Gemm"));
  }
  {
    NetworkBuilder b{{1, 2, 2}};
    const auto x = b.convolution(0, 1, square(1), {1.0F}, "conv");
    b.convolution(x, 1, square(1), {1.0F}, "classifier");
    b.network().output = x;
    EXPECT_THAT(error_of(b.network()), HasSubstr("must not be read by another node"));
  }
}

TEST(FusionTest, PoolWhoseWindowsStayInsideMayLeaveARestOver) {
  NetworkBuilder b{{1, 5, 5}};
  b.convolution(b.add(AveragePool{square(2, 2)}, {0}, "pool"), 1, square(1), {1.0F}, "classifier");
  EXPECT_EQ(error_of(b.network()), "no error");
}

}  // namespace
}  // namespace axvp
