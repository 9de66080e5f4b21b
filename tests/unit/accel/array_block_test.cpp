// Groups of a convolution side by side in the array: folds and cycles by hand, sums against loops over the convolution.
#include "axvp/accel/array_block.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <map>

#include "axvp/accel/array_model.h"
#include "axvp/accel/lowered_run.h"
#include "axvp/accel/mapping.h"
#include "axvp/common/random.h"
#include "axvp/multipliers/catalogue.h"
#include "axvp/multipliers/gated_products.h"
#include "small_network.h"

namespace axvp {
namespace {

constexpr DepthwiseMapping kNaive = DepthwiseMapping::Naive;
constexpr DepthwiseMapping kDiagonal = DepthwiseMapping::Diagonal;

Descriptor depthwise(int channels, int side, int stride, const ArrayConfig& array) {
  Descriptor d;
  d.window = testing::square_window(3, stride, 1);
  d.input = {channels, side * stride, side * stride};
  d.output = {channels, side, side};
  d.groups = channels;
  d.rows_per_tile = side;
  d.channels_per_group = channels;
  d.packed_groups = packed_groups(d, array);
  return d;
}

std::uint64_t folds(int channels, const ArrayConfig& array) {
  return fold_count(depthwise(channels, 7, 1, array), {0, channels}, array);
}

TEST(Diagonal, FoldsOfWholeBlocksAreOneATap) {
  EXPECT_EQ(folds(32, {16, 16, kNaive}), 32u);
  EXPECT_EQ(folds(32, {16, 16, kDiagonal}), 2u * 9u);
  EXPECT_EQ(folds(96, {32, 32, kDiagonal}), 3u * 9u);
}

TEST(Diagonal, FoldsOfARaggedBlockAreThoseOfItsRows) {
  EXPECT_EQ(folds(144, {32, 32, kDiagonal}), 4u * 9u + 5u);  // 16 channels left: 144 rows of 32
  EXPECT_EQ(folds(3, {16, 16, kDiagonal}), 2u);              // 27 rows of 16
  EXPECT_EQ(folds(40, {8, 32, kDiagonal}), 36u + 9u);        // 32 channels: 288 rows of 8; 8 channels: 72
}

TEST(Diagonal, GroupsThatFillTheColumnsStayAlone) {
  Descriptor d = depthwise(4, 7, 1, {16, 16, kNaive});
  d.groups = 2;
  d.input.channels = 12;
  d.output.channels = 40;  // 20 a group
  EXPECT_EQ(packed_groups(d, {16, 16, kDiagonal}), 1);
  EXPECT_EQ(packed_groups(d, {16, 40, kDiagonal}), 2);
  EXPECT_EQ(packed_groups(d, {16, 100, kDiagonal}), 2);
  d.groups = 1;
  EXPECT_EQ(packed_groups(d, {16, 100, kDiagonal}), 1);
}

/// Channels, output side and stride of MobileNetV2's depthwise layers at 224 x 224 (Sandler et al. 2018, table 2).
struct DepthwiseLayer {
  int channels, side, stride;
};
const std::vector<DepthwiseLayer> kMobileNetV2{{32, 112, 1}, {96, 56, 2},  {144, 56, 1}, {144, 28, 2}, {192, 28, 1},
                                               {192, 28, 1}, {192, 14, 2}, {384, 14, 1}, {384, 14, 1}, {384, 14, 1},
                                               {384, 14, 1}, {576, 14, 1}, {576, 14, 1}, {576, 7, 2},  {960, 7, 1},
                                               {960, 7, 1},  {960, 7, 1}};

/// Cycles of all these layers, each one chain, on side x side elements.
Cycles cycles_on_mobilenet_v2(int side, DepthwiseMapping mapping) {
  Cycles cycles = 0;
  const ArrayConfig array{side, side, mapping};
  for (const auto& layer : kMobileNetV2) {
    Descriptor d = depthwise(layer.channels, layer.side, layer.stride, array);
    d.lanes = array.lanes();
    cycles += layer_array_cycles(d, array);
  }
  return cycles;
}

double to_naive(int side, DepthwiseMapping mapping) {
  const Cycles cycles = cycles_on_mobilenet_v2(side, mapping), naive = cycles_on_mobilenet_v2(side, kNaive);
  ::testing::Test::RecordProperty(std::string{to_string(mapping)} + std::to_string(side), std::to_string(cycles));
  return static_cast<double>(cycles) / static_cast<double>(naive);
}

TEST(Diagonal, CyclesOnMobileNetV2AreNineToTheRows) {
  EXPECT_NEAR(to_naive(16, kDiagonal), 9.0 / 16, 0.001);
  EXPECT_NEAR(to_naive(32, kDiagonal), 9.0 / 32, 0.005);  // 144 and 208 channels leave half a block
}

TEST(Lanes, CyclesOnMobileNetV2AreNineToTheLanes) {
  EXPECT_NEAR(to_naive(16, DepthwiseMapping::Vector), 9.0 / 64, 0.001);
  EXPECT_NEAR(to_naive(32, DepthwiseMapping::Vector), 9.0 / 128, 0.001);
}

TEST(Auto, IsNeverDearerThanTheCheapestMappingOnAnyLayerOfMobileNetV2) {
  std::map<DepthwiseMapping, int> chosen;
  for (const int side : {8, 16, 32, 64})
    for (const int lanes : {0, 4, 16})
      for (const auto& layer : kMobileNetV2) {
        PlatformConfig config;
        config.scratchpads = {4096, 4096, 8192, 256};
        config.array.rows = config.array.columns = side;
        config.array.depthwise_lanes = lanes;
        Cycles cheapest = std::numeric_limits<Cycles>::max();
        const auto cycles_of = [&](DepthwiseMapping mapping) {
          config.array.depthwise = mapping;
          const auto planned =
              plan_tiling(depthwise(layer.channels, layer.side, layer.stride, config.array), "dw", config);
          ++chosen[mapping == DepthwiseMapping::Auto ? mapping_of(*planned) : DepthwiseMapping::Auto];
          return layer_array_cycles(*planned, config.array);
        };
        for (const auto mapping : {kNaive, kDiagonal, DepthwiseMapping::Vector})
          cheapest = std::min(cheapest, cycles_of(mapping));
        EXPECT_EQ(cycles_of(DepthwiseMapping::Auto), cheapest);
      }
  EXPECT_GT(chosen[kDiagonal], 0);
  EXPECT_GT(chosen[DepthwiseMapping::Vector], 0);
}

struct Layer {
  Descriptor descriptor;
  std::vector<std::uint8_t> input;
  std::vector<std::int8_t> weights;
};

/// Up to nine groups of up to three inputs and outputs, strided, dilated, padded.
Layer random_layer(Random& random) {
  const auto draw = [&](int low, int high) { return static_cast<int>(random.between(low, high)); };
  Layer layer;
  Descriptor& d = layer.descriptor;
  d.groups = draw(1, 9);
  d.input = {d.groups * draw(1, 3), draw(4, 8), draw(4, 8)};
  d.input_type = random.below(2) == 0 ? ElementType::Unsigned8 : ElementType::Signed8;
  Window& w = d.window;
  w.kernel_height = draw(1, 3);
  w.kernel_width = draw(1, 3);
  w.stride_height = draw(1, 2);
  w.stride_width = draw(1, 2);
  w.dilation_width = w.kernel_width < 3 ? draw(1, 2) : 1;
  w.pad_top = draw(0, 1);
  w.pad_left = draw(0, 2);
  w.pad_right = draw(0, 1);
  d.output = {d.groups * draw(1, 3), w.output_height(d.input.height), w.output_width(d.input.width)};
  d.rows_per_tile = draw(1, d.output.height);
  d.channels_per_group = draw(1, d.output.channels);
  layer.input.resize(d.input.size());
  for (auto& x : layer.input)
    x = random.below(3) == 0 ? std::uint8_t{0} : static_cast<std::uint8_t>(random.between(-127, 127));
  layer.weights.resize(static_cast<std::size_t>(d.output.channels * fan_in(d)));
  for (auto& weight : layer.weights) weight = static_cast<std::int8_t>(random.between(-127, 127));
  return layer;
}

std::int32_t sum_at(const Layer& layer, const GatedProducts& products, int y, int x, int n) {
  const Descriptor& d = layer.descriptor;
  const Window& w = d.window;
  const int inputs = d.input.channels / d.groups;
  const int first = n / (d.output.channels / d.groups) * inputs;
  const std::int8_t* weight = layer.weights.data() + n * fan_in(d);
  std::int32_t sum = 0;
  for (int i = 0; i < w.kernel_height; ++i)
    for (int j = 0; j < w.kernel_width; ++j)
      for (int c = 0; c < inputs; ++c, ++weight) {
        const int row = y * w.stride_height - w.pad_top + i * w.dilation_height;
        const int column = x * w.stride_width - w.pad_left + j * w.dilation_width;
        if (row < 0 || row >= d.input.height || column < 0 || column >= d.input.width) continue;
        sum += products(
            layer.input[static_cast<std::size_t>((row * d.input.width + column) * d.input.channels + first + c)],
            static_cast<std::uint8_t>(*weight));
      }
  return sum;
}

/// Runs every tile and channel group on `model`; cycles of the closed form, sums of the loops.
void expect_convolution(const Layer& layer, ArrayModel& model, const ArrayConfig& array, const TruthTable& table) {
  const Descriptor& d = layer.descriptor;
  const GatedProducts products{table, Encoding::SignMagnitude, d.input_type == ElementType::Signed8};
  for (int t = 0; t < tile_count(d); ++t) {
    const RowTile tile = row_tile(d, t);
    for (const ChannelGroup& group : channel_groups(d)) {
      const int positions = tile.rows() * d.output.width;
      std::vector<std::int32_t> sums(static_cast<std::size_t>(positions * group.channels()), 1);
      const LoweredRun run{d,
                           tile,
                           group,
                           layer.input.data() + static_cast<std::size_t>(tile.input_begin) * input_row_bytes(d),
                           layer.weights.data() + group.begin * fan_in(d),
                           0,
                           sums.data()};
      const ChainCycles cycles = model.run(run.products());
      ASSERT_EQ(cycles.total, ws_run_cycles(array, fold_count(d, group, array), static_cast<std::uint64_t>(positions)));
      for (int m = 0; m < positions; ++m)
        for (int n = group.begin; n < group.end; ++n)
          ASSERT_EQ(sums[static_cast<std::size_t>(m * group.channels() + n - group.begin)],
                    sum_at(layer, products, tile.begin + m / d.output.width, m % d.output.width, n))
              << "position " << m << ", channel " << n;
    }
  }
}

TEST(Diagonal, SumsAndCyclesAreThoseOfTheConvolutionAtEveryLevel) {
  const TruthTable table = Catalogue::built_in().find("dadda_trunc-k9c")->table;  // m(0, 0) is not 0
  Random random{5};
  for (int round = 0; round < 60; ++round) {
    SCOPED_TRACE(round);
    const ArrayConfig array{static_cast<int>(random.between(2, 9)), static_cast<int>(random.between(2, 9)), kDiagonal};
    Layer layer = random_layer(random);
    layer.descriptor.packed_groups = packed_groups(layer.descriptor, array);
    const auto analytic = make_analytic_array(Dataflow::WeightStationary, array, Encoding::SignMagnitude, {table});
    expect_convolution(layer, *analytic, array, table);
    const auto clocked = make_cycle_array(Dataflow::WeightStationary, array, Encoding::SignMagnitude, {table});
    expect_convolution(layer, *clocked, array, table);
  }
}

TEST(Lanes, SumsAndCyclesAreThoseOfTheConvolution) {
  const TruthTable table = Catalogue::built_in().find("dadda_trunc-k9c")->table;
  Random random{6};
  for (int round = 0; round < 60; ++round) {
    SCOPED_TRACE(round);
    Layer layer = random_layer(random);
    Descriptor& d = layer.descriptor;
    d.lanes = static_cast<int>(random.between(1, 30));
    const auto lanes = make_cycle_lanes(d.lanes, Encoding::SignMagnitude, {table});
    const GatedProducts products{table, Encoding::SignMagnitude, d.input_type == ElementType::Signed8};
    for (int t = 0; t < tile_count(d); ++t)
      for (const ChannelGroup& group : channel_groups(d)) {
        const RowTile tile = row_tile(d, t);
        const int outputs = tile.rows() * d.output.width * group.channels();
        std::vector<std::int32_t> sums(static_cast<std::size_t>(outputs), 1);
        const LoweredLaneRun run{d,
                                 tile,
                                 group,
                                 layer.input.data() + static_cast<std::size_t>(tile.input_begin) * input_row_bytes(d),
                                 layer.weights.data() + group.begin * fan_in(d),
                                 0,
                                 sums.data()};
        const ChainCycles cycles = lanes->run(run.product());
        const auto passes = static_cast<Cycles>((outputs + d.lanes - 1) / d.lanes);
        ASSERT_EQ(cycles.total, passes * static_cast<Cycles>(fan_in(d)) + 1);
        for (int o = 0; o < outputs; ++o) {
          const int m = o / group.channels(), n = group.begin + o % group.channels();
          ASSERT_EQ(sums[static_cast<std::size_t>(o)],
                    sum_at(layer, products, tile.begin + m / d.output.width, m % d.output.width, n))
              << "position " << m << ", channel " << n;
        }
      }
  }
}

TEST(Diagonal, OtherDataflowsCountTheSameBlocks) {
  const ArrayConfig naive{16, 16, kNaive}, diagonal{16, 16, kDiagonal};
  const auto total = [](Dataflow dataflow, const ArrayConfig& array) {
    return chain_cycles(dataflow, array, run_folds(depthwise(32, 8, 1, array), {0, 32}, 64, dataflow, array)).total;
  };
  // OS: 4 folds of 64 positions a channel, slots of max(9, 16); packed 4 folds of 144 steps for 16 channels.
  EXPECT_EQ(total(Dataflow::OutputStationary, naive), 32u * 4u * 16u + 2 * 16 + 16 - 2);
  EXPECT_EQ(total(Dataflow::OutputStationary, diagonal), 2u * 4u * 144u + 2 * 16 + 16 - 2);
  // IS: 4 blocks of 16 positions; a channel passes 1 weight through a fold that loads 16 rows, packed 16 of them.
  EXPECT_EQ(total(Dataflow::InputStationary, naive), 1u + (32u * 4u - 1) * 16u + 1 + 16 + 16 - 2);
  EXPECT_EQ(total(Dataflow::InputStationary, diagonal), 1u + (2u * 4u * 9u - 1) * 16u + 16 + 16 + 16 - 2);
}

}  // namespace
}  // namespace axvp
