#include <gtest/gtest.h>

#include <string>

#include "axvp/common/random.h"
#include "axvp/workloads/int8_executor.h"

namespace axvp {
namespace {

/// A table without any structure, not even zero for a zero operand, so that a wrong operand order, sign or gating
/// shows.
TruthTable scrambled_table(std::uint64_t seed) {
  Random random{seed};
  return TruthTable::from_function(
      [&](std::uint8_t, std::uint8_t) { return static_cast<std::int32_t>(random.between(-30000, 30000)); });
}

struct Case {
  std::string name;
  Shape input;
  int output_channels = 1;
  int groups = 1;
  Window window;
};

std::ostream& operator<<(std::ostream& out, const Case& c) {
  return out << c.name;
}

Window window(int kernel, int stride, int pad, int dilation = 1) {
  return {kernel, kernel, stride, stride, dilation, dilation, pad, pad, pad, pad};
}

std::vector<Case> cases() {
  return {
      {"pointwise", {7, 5, 3}, 4, 1, window(1, 1, 0)},
      {"same_3x3", {3, 6, 7}, 5, 1, window(3, 1, 1)},
      {"stride_2", {4, 7, 6}, 3, 1, window(3, 2, 1)},
      {"asymmetric_pads", {2, 8, 8}, 3, 1, {3, 3, 2, 2, 1, 1, 0, 0, 1, 1}},
      {"dilated", {3, 9, 10}, 2, 1, window(3, 1, 2, 2)},
      {"different_axes", {3, 9, 7}, 4, 1, {2, 5, 1, 3, 2, 1, 1, 4, 0, 2}},
      {"whole_map", {6, 4, 4}, 10, 1, window(4, 1, 0)},
      {"grouped", {6, 5, 5}, 4, 2, window(3, 1, 1)},
      {"depthwise", {5, 6, 6}, 5, 5, window(3, 2, 1)},
      {"depth_multiplier", {3, 5, 5}, 6, 3, window(3, 1, 1)},
      {"one_pixel", {1, 1, 1}, 1, 1, window(3, 1, 1)},
      {"many_channels", {19, 4, 4}, 21, 1, window(3, 1, 1)},
      {"pad_wider_than_map", {2, 2, 1}, 2, 1, window(5, 1, 2)},
  };
}

struct Layer {
  QuantizedConvolution convolution;
  StoredTensor input;
  int columns = 0, rows = 0;
};

Layer random_layer(const Case& c, ElementType type, Encoding encoding) {
  Random random{99};
  Layer layer;
  layer.convolution.window = c.window;
  layer.convolution.groups = c.groups;
  layer.convolution.output_channels = c.output_channels;
  const int fan_in = layer.convolution.fan_in(c.input);
  for (int i = 0; i < c.output_channels * fan_in; ++i)
    layer.convolution.weights.push_back(static_cast<std::int8_t>(random.below(5) == 0 ? 0 : random.between(-127, 127)));
  const ClampRange range = full_range(type, encoding);
  for (std::size_t i = 0; i < c.input.size(); ++i)
    layer.input.push_back(static_cast<std::uint8_t>(random.below(3) == 0 ? 0 : random.between(range.low, range.high)));
  layer.rows = c.window.output_height(c.input.height);
  layer.columns = c.window.output_width(c.input.width);
  return layer;
}

/// The product of two values by the contract's words: gated at 0, magnitudes and the XOR of the signs in sm8, bytes in
/// s8, activation first.
std::int32_t reference_product(const TruthTable& table, Encoding encoding, int x, int w) {
  if (x == 0 || w == 0) return 0;
  if (encoding == Encoding::TwosComplement) return table(static_cast<std::uint8_t>(x), static_cast<std::uint8_t>(w));
  const std::int32_t magnitude =
      table(static_cast<std::uint8_t>(x < 0 ? -x : x), static_cast<std::uint8_t>(w < 0 ? -w : w));
  return (x < 0) == (w < 0) ? magnitude : -magnitude;
}

/// Seven loops over values, without any of the executor's helpers.
std::vector<std::int32_t> reference(const Case& c, const Layer& layer, ElementType type, Encoding encoding,
                                    const TruthTable& table) {
  std::vector<std::int32_t> sums;
  const Window& w = c.window;
  const int inputs = c.input.channels / c.groups;
  const int outputs = c.output_channels / c.groups;
  for (int row = 0; row < layer.rows; ++row)
    for (int column = 0; column < layer.columns; ++column)
      for (int group = 0; group < c.groups; ++group)
        for (int n = 0; n < outputs; ++n) {
          std::int32_t sum = 0;
          for (int kh = 0; kh < w.kernel_height; ++kh)
            for (int kw = 0; kw < w.kernel_width; ++kw)
              for (int ch = 0; ch < inputs; ++ch) {
                const int y = row * w.stride_height + kh * w.dilation_height - w.pad_top;
                const int x = column * w.stride_width + kw * w.dilation_width - w.pad_left;
                if (y < 0 || x < 0 || y >= c.input.height || x >= c.input.width) continue;
                const std::uint8_t byte = layer.input[static_cast<std::size_t>(
                    (y * c.input.width + x) * c.input.channels + group * inputs + ch)];
                const int value = type == ElementType::Signed8 && byte > 127 ? byte - 256 : byte;
                const int weight = layer.convolution.weights[static_cast<std::size_t>(
                    (((group * outputs + n) * w.kernel_height + kh) * w.kernel_width + kw) * inputs + ch)];
                sum += reference_product(table, encoding, value, weight);
              }
          sums.push_back(sum);
        }
  return sums;
}

class EveryConvolution : public ::testing::TestWithParam<Case> {};

TEST_P(EveryConvolution, EqualsTheSevenLoopReference) {
  const TruthTable table = scrambled_table(7);
  for (const Encoding encoding : {Encoding::SignMagnitude, Encoding::TwosComplement})
    for (const ElementType type : {ElementType::Unsigned8, ElementType::Signed8}) {
      const Layer layer = random_layer(GetParam(), type, encoding);
      const GatedProducts products{table, encoding, type == ElementType::Signed8};
      const auto expected = reference(GetParam(), layer, type, encoding, table);
      std::vector<std::int32_t> actual(expected.size(), -1);
      accumulate({&layer.convolution, GetParam().input, layer.input.data(), 0, layer.convolution.weights.data(), 0,
                  layer.rows, 0, GetParam().output_channels},
                 products, actual.data());
      EXPECT_EQ(actual, expected) << to_string(encoding) << ", element type " << static_cast<int>(type);
    }
}

/// The multiplying kernel, on every byte that memory can hold (-128 too).
TEST_P(EveryConvolution, ExactProductsEqualTheSevenLoopReference) {
  const auto exact = [](Encoding encoding) {
    return TruthTable::from_function([=](std::uint8_t x, std::uint8_t w) {
      return encoding == Encoding::SignMagnitude ? x * w : static_cast<std::int8_t>(x) * static_cast<std::int8_t>(w);
    });
  };
  for (const Encoding encoding : {Encoding::SignMagnitude, Encoding::TwosComplement})
    for (const ElementType type : {ElementType::Unsigned8, ElementType::Signed8}) {
      Layer layer = random_layer(GetParam(), type, encoding);
      layer.convolution.weights[0] = -128;
      layer.input[0] = type == ElementType::Signed8 ? 0x80 : layer.input[0];
      const GatedProducts products{exact(encoding), encoding, type == ElementType::Signed8};
      ASSERT_TRUE(products.is_exact());
      const auto expected = reference(GetParam(), layer, type, encoding, exact(encoding));
      std::vector<std::int32_t> actual(expected.size(), -1);
      accumulate({&layer.convolution, GetParam().input, layer.input.data(), 0, layer.convolution.weights.data(), 0,
                  layer.rows, 0, GetParam().output_channels},
                 products, actual.data());
      EXPECT_EQ(actual, expected) << to_string(encoding) << ", element type " << static_cast<int>(type);
    }
}

/// Rows [row_begin, row_end) and channels [channel_begin, channel_end), fed with the input rows that they need only.
TEST_P(EveryConvolution, TilesEqualTheWhole) {
  const Case& c = GetParam();
  const Layer layer = random_layer(c, ElementType::Signed8, Encoding::SignMagnitude);
  const TruthTable table = scrambled_table(8);
  const GatedProducts products{table, Encoding::SignMagnitude, true};
  const auto whole = reference(c, layer, ElementType::Signed8, Encoding::SignMagnitude, table);
  const int fan_in = layer.convolution.fan_in(c.input);
  for (int row_begin = 0; row_begin < layer.rows; row_begin += 2)
    for (int channel_begin = 0; channel_begin < c.output_channels; channel_begin += 3) {
      const int row_end = std::min(row_begin + 2, layer.rows);
      const int channel_end = std::min(channel_begin + 3, c.output_channels);
      const int first_row = std::max(0, row_begin * c.window.stride_height - c.window.pad_top);
      if (first_row >= c.input.height) continue;
      std::vector<std::int32_t> tile(
          static_cast<std::size_t>((row_end - row_begin) * layer.columns * (channel_end - channel_begin)), -1);
      accumulate({&layer.convolution, c.input,
                  layer.input.data() + static_cast<std::ptrdiff_t>(first_row * c.input.width * c.input.channels),
                  first_row, layer.convolution.weights.data() + static_cast<std::ptrdiff_t>(channel_begin * fan_in),
                  row_begin, row_end, channel_begin, channel_end},
                 products, tile.data());
      std::size_t i = 0;
      for (int row = row_begin; row < row_end; ++row)
        for (int column = 0; column < layer.columns; ++column)
          for (int n = channel_begin; n < channel_end; ++n, ++i)
            ASSERT_EQ(tile[i], whole[static_cast<std::size_t>((row * layer.columns + column) * c.output_channels + n)])
                << "row " << row << ", column " << column << ", channel " << n;
    }
}

INSTANTIATE_TEST_SUITE_P(Kernels, EveryConvolution, ::testing::ValuesIn(cases()),
                         [](const auto& instance) { return instance.param.name; });

QuantizedTensor tensor(Shape shape, ElementType type) {
  return {"t", shape, type, 1.0};
}

StoredTensor bytes(const std::vector<int>& values) {
  StoredTensor stored;
  for (const int value : values) stored.push_back(static_cast<std::uint8_t>(value));
  return stored;
}

TEST(VectorKernelTest, AddReadsEachOperandByItsOwnType) {
  const auto a = tensor({1, 1, 4}, ElementType::Unsigned8);
  const auto b = tensor({1, 1, 4}, ElementType::Signed8);
  const auto in_a = bytes({200, 10, 0, 255});
  const auto in_b = bytes({-100, -20, 5, 127});
  StoredTensor out(4);
  run_add({make_add_scaling(0.5, 1.0), {0, 255}}, a, in_a.data(), b, in_b.data(), a, out.data());
  EXPECT_EQ(out, bytes({0, 0, 5, 255}));  // 100 - 100, 5 - 20, 0 + 5, 127.5 + 127 = 254.5 -> 255
}

TEST(VectorKernelTest, AveragePoolOfSignedValuesWithPaddingCounted) {
  const auto in = tensor({1, 2, 2}, ElementType::Signed8);
  const auto out = tensor({1, 2, 2}, ElementType::Signed8);
  const auto values = bytes({-8, 4, 6, -120});
  StoredTensor result(4);
  // 2x2 windows, one row and column of padding before: sums -8, -4, -2, -118, each over 4.
  run_average_pool({{2, 2, 1, 1, 1, 1, 1, 1, 0, 0}, make_pool_scaling(0.25), {-127, 127}}, in, values.data(), out,
                   result.data());
  EXPECT_EQ(result, bytes({-2, -1, 0, -29}));  // -0.5 and -29.5 round up
}

TEST(VectorKernelTest, AveragePoolKeepsChannelsApart) {
  const auto in = tensor({2, 1, 2}, ElementType::Unsigned8);
  const auto values = bytes({10, 200, 21, 100});
  StoredTensor result(2);
  run_average_pool({{1, 2, 1, 1, 1, 1, 0, 0, 0, 0}, make_pool_scaling(0.5), {0, 255}}, in, values.data(),
                   tensor({2, 1, 1}, ElementType::Unsigned8), result.data());
  EXPECT_EQ(result, bytes({16, 150}));
}

TEST(VectorKernelTest, MaxPoolIgnoresPadding) {
  const auto in = tensor({1, 2, 2}, ElementType::Signed8);
  const auto values = bytes({-8, -4, -6, -120});
  StoredTensor result(4);
  run_max_pool({{2, 2, 1, 1, 1, 1, 1, 1, 0, 0}}, in, values.data(), in, result.data());
  EXPECT_EQ(result, bytes({-8, -4, -6, -4}));
  const auto as_unsigned = tensor({1, 2, 2}, ElementType::Unsigned8);
  run_max_pool({{2, 2, 1, 1, 1, 1, 1, 1, 0, 0}}, as_unsigned, values.data(), as_unsigned, result.data());
  EXPECT_EQ(result, bytes({248, 252, 250, 252}));
}

TEST(VectorKernelTest, ResamplePicksPixelsAndSurroundsWithZeroChannels) {
  const auto in = tensor({1, 3, 3}, ElementType::Unsigned8);
  const auto values = bytes({1, 2, 3, 4, 5, 6, 7, 8, 9});
  const auto out = tensor({4, 2, 2}, ElementType::Unsigned8);
  StoredTensor result(16, 77);
  run_resample({0, 0, 2, 2, 1, 2}, in, values.data(), out, result.data());
  EXPECT_EQ(result, bytes({0, 1, 0, 0, 0, 3, 0, 0, 0, 7, 0, 0, 0, 9, 0, 0}));
  StoredTensor inner(1, 77);
  run_resample({1, 2, 2, 2, 0, 0}, in, values.data(), tensor({1, 1, 1}, ElementType::Unsigned8), inner.data());
  EXPECT_EQ(inner, bytes({6}));
}

TEST(VectorKernelTest, RequantiseWritesBytesOrLittleEndianWords) {
  const std::vector<std::int32_t> accumulators{100, -100, 7, 70000};
  const std::vector<Requantisation> set{{16384, 14, 0}, {-16384, 14, 0}};
  StoredTensor narrow(4);
  requantise_tensor(accumulators.data(), 2, set, {-127, 127}, ElementType::Signed8, narrow.data());
  EXPECT_EQ(narrow, bytes({100, 100, 7, -127}));
  StoredTensor wide(16);
  requantise_tensor(accumulators.data(), 2, set, full_range(ElementType::Signed32, Encoding::SignMagnitude),
                    ElementType::Signed32, wide.data());
  EXPECT_EQ(wide, bytes({100, 0, 0, 0, 100, 0, 0, 0, 7, 0, 0, 0, 0x90, 0xEE, 0xFE, 0xFF}));  // -70000
}

}  // namespace
}  // namespace axvp
