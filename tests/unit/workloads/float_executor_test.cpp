#include "axvp/workloads/float_executor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>

#include "axvp/common/random.h"

namespace axvp {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::Pointwise;

std::vector<float> noise(std::size_t count, std::uint64_t seed) {
  Random random{seed};
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(random.normal());
  return values;
}

/// One node that reads `inputs` tensors of the given shape, all filled from the network's input.
Network one_node(const Shape& input, Operation operation, std::size_t inputs = 1) {
  Network network;
  network.tensors = {{"input", input}, {"output", {}}};
  network.nodes = {{"node", std::move(operation), std::vector<TensorId>(inputs, 0), 1}};
  network.output = 1;
  const auto shape = infer_shape(network.nodes[0], std::vector<Shape>(inputs, input));
  EXPECT_TRUE(shape) << shape.error().message;
  network.tensors[1].shape = *shape;
  return network;
}

struct ConvolutionCase {
  std::string name;
  Shape input;
  Window window;
  int groups;
  int outputs;
};

/// The definition, one loop an index: output channel, row, column; input channel of the group, kernel row, column; and
/// the group from the output channel. Sums in double.
std::vector<float> seven_loops(const ConvolutionCase& c, const std::vector<float>& input,
                               const std::vector<float>& weights) {
  const int in_group = c.input.channels / c.groups;
  const int out_group = c.outputs / c.groups;
  const int extent_rows = (c.window.kernel_height - 1) * c.window.dilation_height + 1;
  const int extent_columns = (c.window.kernel_width - 1) * c.window.dilation_width + 1;
  std::vector<float> output;
  for (int g = 0; g < c.groups; ++g)
    for (int o = 0; o < out_group; ++o)
      for (int y = -c.window.pad_top; y + extent_rows <= c.input.height + c.window.pad_bottom;
           y += c.window.stride_height)
        for (int x = -c.window.pad_left; x + extent_columns <= c.input.width + c.window.pad_right;
             x += c.window.stride_width) {
          double sum = 0.0;
          for (int i = 0; i < in_group; ++i)
            for (int r = 0; r < c.window.kernel_height; ++r)
              for (int s = 0; s < c.window.kernel_width; ++s) {
                const int row = y + r * c.window.dilation_height;
                const int column = x + s * c.window.dilation_width;
                if (row < 0 || row >= c.input.height || column < 0 || column >= c.input.width) continue;
                const int channel = g * in_group + i;
                const int out_channel = g * out_group + o;
                sum += static_cast<double>(
                           input[static_cast<std::size_t>((channel * c.input.height + row) * c.input.width + column)]) *
                       weights[static_cast<std::size_t>(
                           ((out_channel * in_group + i) * c.window.kernel_height + r) * c.window.kernel_width + s)];
              }
          output.push_back(static_cast<float>(sum));
        }
  return output;
}

class EveryConvolution : public ::testing::TestWithParam<ConvolutionCase> {};

TEST_P(EveryConvolution, EqualsTheSevenLoops) {
  const ConvolutionCase& c = GetParam();
  const auto count = static_cast<std::size_t>(c.outputs * (c.input.channels / c.groups) * c.window.kernel_height *
                                              c.window.kernel_width);
  const std::vector<float> weights = noise(count, 1);
  const std::vector<float> input = noise(c.input.size(), 2);
  const Network network = one_node(c.input, Convolution{c.window, c.groups, c.outputs, weights});
  // Sums of up to 200 products of size 1: rounding errors stay below 200 * 2^-24 * 10.
  EXPECT_THAT(run_float_logits(network, input), Pointwise(FloatNear(1e-4F), seven_loops(c, input, weights)));
}

INSTANTIATE_TEST_SUITE_P(
    Forms, EveryConvolution,
    ::testing::Values(ConvolutionCase{"pointwise", {5, 4, 3}, {}, 1, 7},
                      ConvolutionCase{"same_3x3", {3, 6, 5}, {3, 3, 1, 1, 1, 1, 1, 1, 1, 1}, 1, 4},
                      ConvolutionCase{"valid_3x3", {3, 6, 5}, {3, 3}, 1, 4},
                      ConvolutionCase{"stride_2_asymmetric_pads", {3, 8, 8}, {3, 3, 2, 2, 1, 1, 0, 0, 1, 1}, 1, 4},
                      ConvolutionCase{"unequal_everything", {4, 9, 11}, {3, 2, 2, 3, 1, 2, 1, 2, 0, 3}, 2, 6},
                      ConvolutionCase{"dilated", {2, 9, 9}, {3, 3, 1, 1, 3, 2, 2, 1, 3, 0}, 1, 3},
                      ConvolutionCase{"pads_wider_than_the_map", {1, 2, 2}, {3, 3, 2, 2, 1, 1, 5, 4, 3, 6}, 1, 2},
                      ConvolutionCase{"depthwise", {6, 7, 7}, {3, 3, 2, 2, 1, 1, 1, 1, 1, 1}, 6, 6},
                      ConvolutionCase{
                          "depthwise_two_outputs_a_channel", {3, 5, 5}, {3, 3, 1, 1, 1, 1, 0, 1, 1, 0}, 3, 6},
                      ConvolutionCase{"grouped", {6, 5, 5}, {3, 3, 1, 1, 1, 1, 1, 1, 1, 1}, 3, 9},
                      ConvolutionCase{"strided_pointwise", {4, 7, 6}, {1, 1, 3, 2}, 1, 5},
                      ConvolutionCase{"covers_the_map", {3, 4, 5}, {4, 5}, 1, 8},
                      ConvolutionCase{"one_row_kernel", {2, 3, 9}, {1, 7, 1, 2, 1, 1, 0, 3, 0, 3}, 1, 3}),
    [](const auto& c) { return c.param.name; });

TEST(FloatExecutor, ConvolutionWorkedByHand) {
  // Map 1 2 3 / 4 5 6 / 7 8 9, kernel 1 0 / 0 -1, stride 2, one row of zeros on top and one column on the left.
  const Network network =
      one_node({1, 3, 3}, Convolution{{2, 2, 2, 2, 1, 1, 1, 1, 0, 0}, 1, 1, {1.0F, 0.0F, 0.0F, -1.0F}});
  EXPECT_THAT(run_float_logits(network, {1, 2, 3, 4, 5, 6, 7, 8, 9}), ElementsAre(-1, -3, -7, 5 - 9));
}

TEST(FloatExecutor, WindowLargerThanTheMapHasNoOutput) {
  const Window window{3, 3, 2, 2};
  EXPECT_EQ(window.output_height(2), 0);
  EXPECT_EQ(window.output_height(3), 1);
  const Node node{"conv", Convolution{window, 1, 1, std::vector<float>(9)}, {0}, 1};
  EXPECT_FALSE(infer_shape(node, {Shape{1, 2, 3}}));
}

TEST(FloatExecutor, AffineScalesEachChannel) {
  const Network network = one_node({2, 1, 2}, ChannelAffine{{2.0, -1.0}, {0.5, 3.0}});
  EXPECT_THAT(run_float_logits(network, {1, 2, 3, 4}), ElementsAre(2.5, 4.5, 0, -1));
}

TEST(FloatExecutor, ClampKeepsItsBounds) {
  const Network relu6 = one_node({1, 1, 4}, Clamp{0.0, 6.0});
  EXPECT_THAT(run_float_logits(relu6, {-1, 0, 5.5, 7}), ElementsAre(0, 0, 5.5, 6));
  const Network relu = one_node({1, 1, 2}, Clamp{0.0, std::numeric_limits<double>::infinity()});
  EXPECT_THAT(run_float_logits(relu, {-1, 1e30F}), ElementsAre(0, 1e30F));
}

TEST(FloatExecutor, AddSumsElements) {
  EXPECT_THAT(run_float_logits(one_node({1, 1, 3}, Add{}, 2), {1, -2, 4}), ElementsAre(2, -4, 8));
}

TEST(FloatExecutor, AveragePoolCountsPaddingOnlyIfAsked) {
  const Window window{2, 2, 2, 2, 1, 1, 1, 1, 0, 0};  // corner windows hold 1, 2, 2 and 4 elements of a 3x3 map
  const std::vector<float> map{1, 2, 3, 4, 5, 6, 7, 8, 9};
  EXPECT_THAT(run_float_logits(one_node({1, 3, 3}, AveragePool{window, false}), map), ElementsAre(1, 2.5, 5.5, 7));
  EXPECT_THAT(run_float_logits(one_node({1, 3, 3}, AveragePool{window, true}), map),
              ElementsAre(0.25, 5 / 4.0, 11 / 4.0, 7));
}

TEST(FloatExecutor, MaxPoolIgnoresPadding) {
  const Window window{2, 2, 2, 2, 1, 1, 1, 1, 0, 0};
  EXPECT_THAT(run_float_logits(one_node({1, 3, 3}, MaxPool{window}), {-1, -2, -3, -4, -5, -6, -7, -8, -9}),
              ElementsAre(-1, -2, -4, -5));
}

TEST(FloatExecutor, DilatedMaxPoolTakesEverySecondElement) {
  const Network network = one_node({1, 1, 5}, MaxPool{{1, 2, 1, 1, 1, 2}});
  EXPECT_THAT(run_float_logits(network, {9, 1, 2, 8, 3}), ElementsAre(9, 8, 3));
}

TEST(FloatExecutor, ResamplePicksAndSurroundsWithZeroChannels) {
  const Network network = one_node({1, 3, 4}, Resample{1, 0, 2, 3, 1, 2});
  EXPECT_EQ(network.tensors[1].shape, (Shape{4, 1, 2}));
  EXPECT_THAT(run_float_logits(network, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}), ElementsAre(0, 0, 4, 7, 0, 0, 0, 0));
}

TEST(FloatExecutor, KeepsAllTensors) {
  const Network network = one_node({1, 1, 2}, Clamp{0.0, 1.0});
  const FloatTensors tensors = run_float(network, {-1, 2});
  ASSERT_EQ(tensors.size(), 2u);
  EXPECT_THAT(tensors[0], ElementsAre(-1, 2));
  EXPECT_THAT(tensors[1], ElementsAre(0, 1));
}

TEST(FloatExecutor, InputOfAnotherSizeIsRefused) {
  EXPECT_THROW(static_cast<void>(run_float(one_node({1, 1, 2}, Clamp{}), {1})), std::invalid_argument);
}

}  // namespace
}  // namespace axvp
