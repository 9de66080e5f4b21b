#include "axvp/accel/activity.h"

#include <gtest/gtest.h>

#include "axvp/accel/program.h"
#include "axvp/common/random.h"

namespace axvp {
namespace {

struct Case {
  Descriptor descriptor;
  std::vector<std::uint8_t> input;
  std::vector<std::int8_t> weights;
};

Case random_case(Random& random) {
  Case c;
  Descriptor& d = c.descriptor;
  const auto draw = [&](int low, int high) { return static_cast<int>(random.between(low, high)); };
  do {
    d.groups = draw(1, 3);
    d.input = {d.groups * draw(1, 5), draw(1, 12), draw(1, 14)};
    if (random.below(4) == 0) d.input.channels *= 11;  // more than are counted side by side
    d.window.kernel_height = draw(1, 4);
    d.window.kernel_width = draw(1, 4);
    d.window.stride_height = draw(1, 3);
    d.window.stride_width = draw(1, 3);
    d.window.dilation_height = draw(1, 2);
    d.window.dilation_width = draw(1, 2);
    d.window.pad_top = draw(0, 3);
    d.window.pad_left = draw(0, 3);
    d.window.pad_bottom = draw(0, 3);
    d.window.pad_right = draw(0, 3);
    d.output = {d.groups * draw(1, 7), d.window.output_height(d.input.height), d.window.output_width(d.input.width)};
  } while (d.output.height < 1 || d.output.width < 1 ||
           d.window.dilation_height * (d.window.kernel_height - 1) >=
               d.input.height + d.window.pad_top + d.window.pad_bottom ||
           d.window.dilation_width * (d.window.kernel_width - 1) >=
               d.input.width + d.window.pad_left + d.window.pad_right);
  d.rows_per_tile = draw(1, d.output.height);
  d.channels_per_group = draw(1, d.output.channels);
  d.images = draw(1, 3);
  if (random.below(2) == 0) {
    d.images_per_tile = draw(1, d.images);
    d.rows_per_tile = d.output.height;
  }
  c.input.resize(static_cast<std::size_t>(d.images) * d.input.size());
  for (auto& x : c.input) x = random.below(2) == 0 ? std::uint8_t{0} : static_cast<std::uint8_t>(random.below(256));
  c.weights.resize(static_cast<std::size_t>(d.output.channels * fan_in(d)));
  for (auto& w : c.weights)
    w = random.below(3) == 0 ? std::int8_t{0} : static_cast<std::int8_t>(random.between(-127, 127));
  return c;
}

/// Every MAC of a run, one by one.
MacActivity count_one_by_one(const Case& c, const RowTile& tile, const ChannelGroup& group, const ArrayConfig& array) {
  const Descriptor& d = c.descriptor;
  const Window& w = d.window;
  const int group_inputs = d.input.channels / d.groups;
  const int group_outputs = d.output.channels / d.groups;
  const int k_total = fan_in(d);
  MacActivity result;
  for (int position = 0; position < tile.images * group.channels(); ++position) {
    const int image = tile.first_image + position / group.channels(), n = group.begin + position % group.channels();
    for (int row = tile.begin; row < tile.end; ++row)
      for (int column = 0; column < d.output.width; ++column)
        for (int k = 0; k < k_total; ++k) {
          const int tap = k / group_inputs;
          const int y = row * w.stride_height - w.pad_top + tap / w.kernel_width * w.dilation_height;
          const int x = column * w.stride_width - w.pad_left + tap % w.kernel_width * w.dilation_width;
          const int channel = n / group_outputs * group_inputs + k % group_inputs;
          if (y < 0 || x < 0 || y >= d.input.height || x >= d.input.width) {
            ++result.padding;
            continue;
          }
          // A fold's columns share one read of the activation; input-stationary, all channels do; lanes share none.
          const bool is = array.dataflow == Dataflow::InputStationary;
          const int in_block = n % group_outputs % (is ? group_outputs : array.columns);
          if (in_block == 0 || n == group.begin || d.lanes > 0) ++result.activation_reads;
          const std::uint8_t activation = c.input[static_cast<std::size_t>(
              ((image * d.input.height + y) * d.input.width + x) * d.input.channels + channel)];
          const std::int8_t weight = c.weights[static_cast<std::size_t>(n * k_total + k)];
          if (activation == 0)
            ++result.zero_activation;
          else if (weight == 0)
            ++result.zero_weight;
          else
            ++result.executed;
        }
  }
  return result;
}

TEST(Activity, EqualsCountingEveryMac) {
  Random random{11};
  for (int round = 0; round < 300; ++round) {
    Case c = random_case(random);
    Descriptor& d = c.descriptor;
    d.lanes = round % 4 == 3 ? static_cast<int>(random.between(1, 20)) : 0;
    ArrayConfig array{4, static_cast<int>(random.between(1, 5))};
    array.dataflow = static_cast<Dataflow>(round % 3);
    // Groups that begin at a multiple of the columns, as the compiler makes them.
    Descriptor blocks = d;
    blocks.channels_per_group = array.columns * static_cast<int>(random.between(1, 2));
    ActivityCounter counter{d};
    for (int t = 0; t < tile_count(d); ++t) {
      const RowTile tile = row_tile(d, t);
      const std::uint8_t* input = c.input.data() + input_offset(d, tile);
      const TileActivity& activity = counter.count(tile, input);
      for (const ChannelGroup& group : channel_groups(blocks)) {
        const std::int8_t* weights = c.weights.data() + group.begin * fan_in(d);
        const MacActivity counted = count_macs(d, activity, group, count_weights(d, group, weights), array);
        const MacActivity expected = count_one_by_one(c, tile, group, array);
        ASSERT_EQ(counted.executed, expected.executed) << "round " << round;
        ASSERT_EQ(counted.zero_activation, expected.zero_activation) << "round " << round;
        ASSERT_EQ(counted.zero_weight, expected.zero_weight) << "round " << round;
        ASSERT_EQ(counted.padding, expected.padding) << "round " << round;
        ASSERT_EQ(counted.activation_reads, expected.activation_reads) << "round " << round;
      }
    }
  }
}

/// Slots of every fold without a MAC of the run, one by one: beyond its end, or of another group. Down and across the
/// array lie two of positions, channels and K, the third one passes.
std::uint64_t unused_one_by_one(const Descriptor& d, const ChannelGroup& group, int positions,
                                const ArrayConfig& array) {
  const int group_outputs = d.output.channels / d.groups, group_inputs = d.input.channels / d.groups;
  std::uint64_t unused = 0;
  if (d.lanes > 0) {
    for (int first = 0; first < positions * group.channels(); first += d.lanes)
      for (int lane = 0; lane < d.lanes; ++lane)
        unused += first + lane < positions * group.channels() ? 0u : static_cast<std::uint64_t>(fan_in(d));
    return unused;
  }
  for (int g = group.begin / group_outputs; g * group_outputs < group.end; g += d.packed_groups) {
    const int begin = std::max(group.begin, g * group_outputs);
    const int end = std::min(group.end, (g + d.packed_groups) * group_outputs);
    const int groups = (end + group_outputs - 1) / group_outputs - g;
    const int depth = groups * fan_in(d), channels = end - begin;
    const auto is_mac = [&](int m, int n, int k) {
      return m < positions && n < channels && k < depth &&
             g + k % (groups * group_inputs) / group_inputs == (begin + n) / group_outputs;
    };
    const bool ws = array.dataflow == Dataflow::WeightStationary, os = array.dataflow == Dataflow::OutputStationary;
    const int down = os ? positions : depth, across = ws || os ? channels : positions;
    const int steps = ws ? positions : os ? depth : channels;
    for (int first_row = 0; first_row < down; first_row += array.rows)
      for (int first_column = 0; first_column < across; first_column += array.columns)
        for (int r = first_row; r < first_row + array.rows; ++r)
          for (int c = first_column; c < first_column + array.columns; ++c)
            for (int s = 0; s < steps; ++s)
              unused += (ws ? is_mac(s, c, r) : os ? is_mac(r, c, s) : is_mac(c, s, r)) ? 0 : 1;
  }
  return unused;
}

TEST(Activity, ClosedFormsOfTheProgramEqualWhatIsCountedWhereItHappens) {
  Random random{12};
  for (int round = 0; round < 200; ++round) {
    const Case c = random_case(random);
    Descriptor d = c.descriptor;
    ArrayConfig array{static_cast<int>(random.between(1, 9)), static_cast<int>(random.between(1, 5))};
    array.dataflow = static_cast<Dataflow>(round % 3);
    // As the compiler groups channels: whole convolution groups, or parts of one.
    const int group_outputs = d.output.channels / d.groups;
    d.channels_per_group = random.below(2) == 0 ? group_outputs : d.output.channels;
    d.packed_groups = static_cast<int>(random.between(1, std::clamp(array.columns / group_outputs, 1, d.groups)));
    d.lanes = round % 4 == 3 ? static_cast<int>(random.between(1, 20)) : 0;
    if (d.lanes > 0) d.packed_groups = 1;
    std::uint64_t padding = 0, slots = 0;
    ActivityCounter counter{d};
    for (int t = 0; t < tile_count(d); ++t) {
      const RowTile tile = row_tile(d, t);
      const std::uint8_t* input = c.input.data() + input_offset(d, tile);
      const TileActivity& activity = counter.count(tile, input);
      for (std::size_t tap = 0; tap < activity.read.size(); ++tap) {
        ASSERT_EQ(activity.read[tap] + activity.padding[tap], activity.positions) << "round " << round;
        for (auto i = tap * static_cast<std::size_t>(d.input.channels);
             i < (tap + 1) * static_cast<std::size_t>(d.input.channels); ++i)
          ASSERT_EQ(activity.nonzero[i] + activity.zero[i], activity.read[tap]) << "round " << round;
      }
      for (const ChannelGroup& group : channel_groups(d)) {
        const std::int8_t* weights = c.weights.data() + group.begin * fan_in(d);
        const MacActivity macs = count_macs(d, activity, group, count_weights(d, group, weights), array);
        const std::uint64_t unused = count_unused_slots(d, group, activity.positions, array);
        ASSERT_EQ(unused, unused_one_by_one(d, group, static_cast<int>(activity.positions), array))
            << "round " << round;
        padding += macs.padding;
        slots += macs.macs() + unused;
      }
    }
    ASSERT_EQ(padding_macs_of(d), padding) << "round " << round;
    ASSERT_EQ(array_slots_of(d, array), slots) << "round " << round;
  }
}

TEST(Activity, TrafficOfARunByHand) {
  // 20 positions, K = 24, 6 channels on 8 x 4: 3 folds along K, 2 along the channels, 3 or 5 along the positions.
  Descriptor d;
  d.input = {24, 1, 20};
  d.output = {6, 1, 20};
  const auto of = [&](Dataflow dataflow) {
    ArrayConfig array{8, 4};
    array.dataflow = dataflow;
    return run_traffic(d, {0, 6}, 20, array);
  };
  const RunTraffic ws = of(Dataflow::WeightStationary), os = of(Dataflow::OutputStationary),
                   is = of(Dataflow::InputStationary);
  EXPECT_EQ(ws.weight_reads, 6u * 24u);
  EXPECT_EQ(os.weight_reads, 6u * 24u * 3u);
  EXPECT_EQ(is.weight_reads, 6u * 24u * 5u);
  EXPECT_EQ(ws.stationary_loads, 3u * 2u * 32u);
  EXPECT_EQ(os.stationary_loads, 0u);
  EXPECT_EQ(is.stationary_loads, 3u * 5u * 32u);
  EXPECT_EQ(ws.accumulator_writes, 4u * 20u * 6u * 3u);
  EXPECT_EQ(os.accumulator_writes, 4u * 20u * 6u);
  EXPECT_EQ(is.accumulator_writes, 4u * 20u * 6u * 3u);
  EXPECT_EQ(ws.accumulator_reads, 4u * 20u * 6u * 2u);
  EXPECT_EQ(os.accumulator_reads, 0u);
  EXPECT_EQ(is.accumulator_reads, 4u * 20u * 6u * 2u);
}

TEST(Activity, TrafficOfLanesByHand) {
  // 6 channels of 9 taps, 5 positions: 30 outputs on 8 lanes are 4 passes, with 6, 6, 6 and 6 channels among them; on 4
  // lanes 8 passes, 7 with 4 and one with 2.
  Descriptor d;
  d.input = d.output = {6, 1, 5};
  d.groups = 6;
  d.window.kernel_height = d.window.kernel_width = 3;
  d.window.pad_top = d.window.pad_left = d.window.pad_bottom = d.window.pad_right = 1;
  d.lanes = 8;
  const RunTraffic eight = run_traffic(d, {0, 6}, 5, {16, 16});
  EXPECT_EQ(eight.weight_reads, 4u * 6u * 9u);
  EXPECT_EQ(eight.stationary_loads, 4u * 8u * 9u);
  EXPECT_EQ(eight.accumulator_writes, 4u * 30u);
  EXPECT_EQ(eight.accumulator_reads, 0u);
  d.lanes = 4;
  EXPECT_EQ(run_traffic(d, {0, 6}, 5, {16, 16}).weight_reads, (7u * 4u + 2u) * 9u);
}

TEST(Activity, PaddingOfAThreeByThreeKernelByHand) {
  Descriptor d;
  d.input = {2, 4, 5};
  d.output = {3, 4, 5};
  d.window = {};
  d.window.kernel_height = d.window.kernel_width = 3;
  d.window.pad_top = d.window.pad_left = d.window.pad_bottom = d.window.pad_right = 1;
  // Rows inside: 3 + 4 + 3 of 12, columns inside: 4 + 5 + 4 of 15; 2 x 3 pairs of channels.
  EXPECT_EQ(padding_macs_of(d), (12u * 15u - 10u * 13u) * 6u);
}

TEST(Activity, RowsLongerThanAByteCanCountAreCounted) {
  Descriptor d;
  d.input = {1, 1, 1000};
  d.output = {1, 1, 1000};
  const std::vector<std::uint8_t> input(1000, 1);
  const std::vector<std::int8_t> weights{1};
  ActivityCounter counter{d};
  const TileActivity& activity = counter.count(row_tile(d, 0, 1), input.data());
  EXPECT_EQ(count_macs(d, activity, {0, 1}, count_weights(d, {0, 1}, weights.data()), {1, 1}).executed, 1000u);
}

TEST(Activity, ElementsWaitForTheNextFoldWhereAWeightLoadTakesLonger) {
  Descriptor d;
  d.input = {20, 1, 3};
  d.output = {5, 1, 3};
  // K = 20 in steps of 8 rows, 5 channels in steps of 4 columns: 6 folds; each lasts the 8 cycles of a load for 3
  // positions, so that each of the 32 elements waits for 5.
  EXPECT_EQ(count_fold_waits(d, {0, 5}, 3, {8, 4}), 6u * 5u * 32u);
  EXPECT_EQ(count_fold_waits(d, {0, 5}, 8, {8, 4}), 0u);
  EXPECT_EQ(count_fold_waits(d, {0, 5}, 100, {8, 4}), 0u);
}

}  // namespace
}  // namespace axvp
