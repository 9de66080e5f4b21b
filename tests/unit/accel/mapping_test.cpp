#include "axvp/accel/mapping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "axvp/accel/lowered_run.h"
#include "axvp/accel/memory_map.h"
#include "small_network.h"

namespace axvp {
namespace {

using ::testing::HasSubstr;

Descriptor dense_layer() {
  Descriptor d;
  d.input = {32, 28, 28};
  d.output = {96, 28, 28};
  d.window = testing::square_window(3, 1, 1);
  d.input_address = d.output_address = d.weight_address = kDramBase;
  return d;
}

struct Interval {
  std::uint64_t begin, end;
};

void expect_disjoint(std::vector<Interval> intervals, Bytes capacity) {
  std::sort(intervals.begin(), intervals.end(), [](const auto& a, const auto& b) { return a.begin < b.begin; });
  for (std::size_t i = 1; i < intervals.size(); ++i) EXPECT_LE(intervals[i - 1].end, intervals[i].begin);
  EXPECT_LE(intervals.back().end, capacity);
}

TEST(Mapping, BuffersOfATileDoNotOverlap) {
  for (const int activation_kb : {11, 16, 40, 256}) {
    PlatformConfig config;
    config.scratchpads.activation_kb = activation_kb;
    config.scratchpads.accumulator_kb = 16;
    const auto d = plan_tiling(dense_layer(), "layer", config);
    ASSERT_TRUE(d) << d.error().message;
    EXPECT_TRUE(check(*d, config));
    std::uint64_t input_bytes = 0;
    for (int t = 0; t < tile_count(*d); ++t)
      input_bytes =
          std::max(input_bytes, static_cast<std::uint64_t>(row_tile(*d, t).input_rows()) * input_row_bytes(*d));
    const std::uint64_t output_bytes = static_cast<std::uint64_t>(d->rows_per_tile) * output_row_bytes(*d);
    std::vector<Interval> activation;
    const std::size_t copies = tile_count(*d) > 1 ? 2 : 1;
    for (std::size_t i = 0; i < copies; ++i) {
      activation.push_back({d->input_buffer[i], d->input_buffer[i] + input_bytes});
      activation.push_back({d->output_buffer[i], d->output_buffer[i] + output_bytes});
    }
    expect_disjoint(activation, config.activation_bytes());
  }
}

TEST(Mapping, TilesCoverEveryOutputRowOnce) {
  for (const int rows : {1, 3, 5, 28}) {
    Descriptor d = dense_layer();
    d.rows_per_tile = rows;
    int next = 0;
    for (int t = 0; t < tile_count(d); ++t) {
      const RowTile tile = row_tile(d, t);
      EXPECT_EQ(tile.begin, next);
      EXPECT_EQ(tile.input_begin, std::max(0, tile.begin - 1));
      EXPECT_EQ(tile.input_end, std::min(28, tile.end + 1));
      next = tile.end;
    }
    EXPECT_EQ(next, 28);
  }
}

TEST(Mapping, TilesOfABatchCoverEveryImageOnceAndOnlyWholeOnesTogether) {
  for (const int together : {1, 2, 3}) {
    Descriptor d = dense_layer();
    d.images = 5;
    d.images_per_tile = together;
    d.rows_per_tile = together > 1 ? 28 : 10;
    std::vector<int> rows(5, 0);
    Bytes read_to = 0, written_to = 0;
    for (int t = 0; t < tile_count(d); ++t) {
      const RowTile tile = row_tile(d, t);
      EXPECT_EQ(output_offset(d, tile), written_to);
      written_to += output_bytes(d, tile);
      EXPECT_EQ(positions_of(d, tile), static_cast<std::uint64_t>(tile.images * tile.rows() * 28));
      for (int i = 0; i < tile.images; ++i) rows[static_cast<std::size_t>(tile.first_image + i)] += tile.rows();
      if (together == 1) continue;
      EXPECT_EQ(input_offset(d, tile), read_to);
      read_to += input_bytes(d, tile);
    }
    EXPECT_EQ(rows, std::vector<int>(5, 28));
    EXPECT_EQ(written_to, 5u * 28 * 28 * 96);
    std::uint64_t tiles = 0, positions = 0;
    for (const TileKind& kind : tile_kinds(d)) {
      tiles += kind.tiles;
      positions += kind.tiles * positions_of(d, kind.tile);
    }
    EXPECT_EQ(tiles, static_cast<std::uint64_t>(tile_count(d)));
    EXPECT_EQ(positions, 5u * 28 * 28);
  }
}

TEST(Mapping, ABatchOfSmallMapsFillsFoldsThatOneImageLeavesEmpty) {
  Descriptor d;
  d.input = {160, 4, 4};
  d.output = {320, 4, 4};
  PlatformConfig config;
  config.array.rows = config.array.columns = 32;
  const auto one = plan_tiling(d, "layer", config);
  d.images = 8;
  const auto eight = plan_tiling(d, "layer", config);
  ASSERT_TRUE(one && eight);
  EXPECT_GT(eight->images_per_tile, 1);
  // A fold of 16 positions waits for 32 rows of weights; 128 positions hide them.
  EXPECT_LT(layer_array_cycles(*eight, config.array), 8 * layer_array_cycles(*one, config.array) * 0.6);
  EXPECT_LT(dram_traffic(*eight).weights, 8 * dram_traffic(*one).weights);
}

TEST(Mapping, SmallestTileThatDoesNotFitNamesLayerScratchpadAndSize) {
  PlatformConfig config;
  config.scratchpads.activation_kb = 4;
  auto d = plan_tiling(dense_layer(), "layer3.conv1", config);
  ASSERT_FALSE(d);
  EXPECT_THAT(d.error().message, HasSubstr("layer3.conv1"));
  EXPECT_THAT(d.error().message, HasSubstr("activation scratchpad"));
  // Two tiles of one output row (28 * 96 bytes) and the three input rows (28 * 32) that it needs, in 64-byte steps.
  EXPECT_THAT(d.error().message, HasSubstr("needs 10752 bytes"));
  EXPECT_THAT(d.error().message, HasSubstr("scratchpads.activation_kb to 11"));
  config = PlatformConfig{};
  config.scratchpads.weight_kb = 1;
  d = plan_tiling(dense_layer(), "layer3.conv1", config);
  ASSERT_FALSE(d);
  EXPECT_THAT(d.error().message, HasSubstr("weight scratchpad"));
  config = PlatformConfig{};
  config.scratchpads.accumulator_kb = 1;
  d = plan_tiling(dense_layer(), "layer3.conv1", config);
  ASSERT_FALSE(d);
  EXPECT_THAT(d.error().message, HasSubstr("accumulator scratchpad"));
}

TEST(Mapping, TrafficCountsHalosAndWeightsFetchedAgain) {
  Descriptor d = dense_layer();
  d.rows_per_tile = 14;  // two tiles, each reads one row of the other
  d.channels_per_group = 96;
  DramTraffic traffic = dram_traffic(d);
  EXPECT_EQ(traffic.input, 30u * 28 * 32);
  EXPECT_EQ(traffic.weights, 96u * 288);
  EXPECT_EQ(traffic.output, 28u * 28 * 96);
  d.channels_per_group = 32;  // three groups do not stay in two buffers
  EXPECT_EQ(dram_traffic(d).weights, 2 * 96u * 288);
  d.channels_per_group = 48;  // two do
  EXPECT_EQ(dram_traffic(d).weights, 96u * 288);
}

TEST(Mapping, FewerBytesPerCycleNeverMakeALayerFaster) {
  PlatformConfig config;
  Cycles before = 0;
  for (const int bandwidth : {64, 16, 4, 1}) {
    config.dram.bandwidth_bytes_per_cycle = bandwidth;
    const auto d = plan_tiling(dense_layer(), "layer", config);
    ASSERT_TRUE(d);
    const Cycles cycles = estimate_cycles(*d, config);
    EXPECT_GE(cycles, before);
    before = cycles;
  }
}

TEST(Mapping, AmpleBandwidthLeavesTheArrayBusyMostOfTheTime) {
  PlatformConfig config;
  config.dram.bandwidth_bytes_per_cycle = 64;
  const auto d = plan_tiling(dense_layer(), "layer", config);
  ASSERT_TRUE(d);
  const double ideal = static_cast<double>(macs_of(*d)) / 256.0;
  EXPECT_LT(static_cast<double>(estimate_cycles(*d, config)), 1.2 * ideal);
}

}  // namespace
}  // namespace axvp
