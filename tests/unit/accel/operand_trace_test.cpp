#include "axvp/accel/operand_trace.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "axvp/accel/activity.h"
#include "axvp/common/random.h"

namespace axvp {
namespace {

struct Case {
  LayerOperands layer;
  std::vector<std::int8_t> weights;
  std::vector<std::vector<std::uint8_t>> inputs;
  ArrayConfig array;
};

/// Two or three images, one by one or in batches of two, grouped or depthwise, ragged tiles; half of the activations
/// and a third of the weights are 0.
void fill(Case& c, Random& random, Encoding encoding, ElementType type) {
  const auto draw = [&](int low, int high) { return static_cast<int>(random.between(low, high)); };
  Descriptor& d = c.layer.descriptor;
  d.groups = draw(1, 3);
  d.input = {d.groups * draw(1, 4), draw(3, 7), draw(3, 7)};
  d.input_type = type;
  d.window.kernel_height = draw(1, 3);
  d.window.kernel_width = draw(1, 3);
  d.window.stride_height = draw(1, 2);
  d.window.stride_width = draw(1, 2);
  d.window.pad_top = d.window.pad_left = d.window.pad_bottom = d.window.pad_right = draw(0, 1);
  d.output = {d.groups * draw(1, 5), d.window.output_height(d.input.height), d.window.output_width(d.input.width)};
  d.rows_per_tile = draw(1, d.output.height);
  d.channels_per_group = d.output.channels;
  c.array.rows = draw(2, 5);
  c.array.columns = draw(2, 5);
  d.packed_groups = draw(1, std::clamp(c.array.columns / (d.output.channels / d.groups), 1, d.groups));
  c.weights.resize(static_cast<std::size_t>(d.output.channels * fan_in(d)));
  for (auto& w : c.weights)
    w = random.below(3) == 0 ? std::int8_t{0} : static_cast<std::int8_t>(random.between(-127, 127));
  d.images = draw(1, 2);
  if (d.images == 2 && draw(0, 1) == 1) {
    d.images_per_tile = 2;
    d.rows_per_tile = d.output.height;
  }
  c.inputs.resize(static_cast<std::size_t>(draw(2, 3)));
  for (auto& input : c.inputs) {
    input.resize(d.input.size());
    for (auto& x : input)
      if (random.below(2) != 0)
        x = static_cast<std::uint8_t>(type == ElementType::Signed8 ? random.between(-127, 127)
                                                                   : random.between(0, 127));
    c.layer.inputs.push_back(input.data());
  }
  c.layer.weights = c.weights.data();
  c.layer.encoding = encoding;
}

/// An output pixel: image and place in its map.
struct Position {
  std::size_t image;
  int m;
};

/// The pixels of every tile.
std::vector<std::vector<Position>> tiles_of(const Case& c) {
  const Descriptor& d = c.layer.descriptor;
  const auto together = static_cast<std::size_t>(d.images_per_tile);
  std::vector<std::vector<Position>> tiles;
  for (std::size_t image = 0; image < c.inputs.size(); image += together)
    for (int row = 0; row < d.output.height; row += d.rows_per_tile) {
      auto& tile = tiles.emplace_back();
      for (std::size_t i = image; i < std::min(image + together, c.inputs.size()); ++i)
        for (int m = row * d.output.width; m < std::min(row + d.rows_per_tile, d.output.height) * d.output.width; ++m)
          tile.push_back({i, m});
    }
  return tiles;
}

using Key = std::tuple<int, int, int, int>;

Key key_of(const OperandTransition& t) {
  return {t.from.x, t.from.w, t.to.x, t.to.w};
}

int port_value(int value, Encoding encoding) {
  return encoding == Encoding::SignMagnitude ? std::abs(value) : value & 0xff;
}

/// The operand at a position and place k of the dot product of output channel n.
int activation_at(const Case& c, const Position& position, int k, int n) {
  const auto& [image, m] = position;
  const Descriptor& d = c.layer.descriptor;
  const int group_inputs = d.input.channels / d.groups;
  const int group = n / (d.output.channels / d.groups);
  const int tap = k / group_inputs;
  const int y = m / d.output.width * d.window.stride_height - d.window.pad_top + tap / d.window.kernel_width;
  const int x = m % d.output.width * d.window.stride_width - d.window.pad_left + tap % d.window.kernel_width;
  if (y < 0 || x < 0 || y >= d.input.height || x >= d.input.width) return 0;
  const int channel = group * group_inputs + k % group_inputs;
  const std::uint8_t byte =
      c.inputs[image][static_cast<std::size_t>((y * d.input.width + x) * d.input.channels + channel)];
  return d.input_type == ElementType::Signed8 ? static_cast<std::int8_t>(byte) : byte;
}

/// Place k of the rows that `groups` groups from `first` on share: (tap, group, channel).
struct Place {
  int group, k;  ///< k in that group's dot product.
};
Place place_of(const Descriptor& d, int k, int first, int groups) {
  const int inputs = d.input.channels / d.groups;
  const int tap = k / (groups * inputs), channel = k % (groups * inputs);
  return {first + channel / inputs, tap * inputs + channel % inputs};
}

int weight_at(const Case& c, int k, int n) {
  return c.weights[static_cast<std::size_t>(n * fan_in(c.layer.descriptor) + k)];
}

/// One element followed cycle by cycle, with the registers of rtl/pe/ax_pe.sv: the stationary operand's register takes
/// a new value with the first operand that passes, unless it is 0; the passing one is held while one of both is 0.
class Element {
 public:
  void cycle(int stationary, int passing, bool is_first, std::map<Key, int>& seen, bool weight_stays,
             Encoding encoding) {
    const OperandPair before = pair_;
    const int s = port_value(stationary, encoding), p = port_value(passing, encoding);
    std::uint8_t& staying = weight_stays ? pair_.w : pair_.x;
    std::uint8_t& going = weight_stays ? pair_.x : pair_.w;
    if (is_first && s != 0) staying = static_cast<std::uint8_t>(s);
    const bool executes = s != 0 && p != 0;
    if (executes) going = static_cast<std::uint8_t>(p);
    if (executes || !(before == pair_)) ++seen[key_of({before, pair_})];
  }
  void both(int x, int w, std::map<Key, int>& seen, Encoding encoding) {
    if (x == 0 || w == 0) return;
    const OperandPair to{static_cast<std::uint8_t>(port_value(x, encoding)),
                         static_cast<std::uint8_t>(port_value(w, encoding))};
    ++seen[key_of({pair_, to})];
    pair_ = to;
  }

 private:
  OperandPair pair_;
};

/// All elements of the array over all folds, each cycle in order.
std::map<Key, int> all_transitions(const Case& c, Dataflow dataflow) {
  const Descriptor& d = c.layer.descriptor;
  const int rows = c.array.rows, columns = c.array.columns;
  const int per_group = d.output.channels / d.groups;
  std::vector<Element> elements(static_cast<std::size_t>(rows * columns));
  std::map<Key, int> seen;
  const Encoding e = c.layer.encoding;
  const auto element = [&](int row, int column) -> Element& {
    return elements[static_cast<std::size_t>(row * columns + column)];
  };
  for (const auto& tile : tiles_of(c)) {
    const int m0 = 0, m1 = static_cast<int>(tile.size());
    for (int g = 0; g < d.groups; g += d.packed_groups) {
      const int groups = std::min(d.packed_groups, d.groups - g);
      const int n0 = g * per_group, n1 = n0 + groups * per_group, fan = groups * fan_in(d);
      const auto weight = [&](int k, int n) {
        const Place place = place_of(d, k, g, groups);
        return place.group == n / per_group ? weight_at(c, place.k, n) : 0;
      };
      const auto activation = [&](int m, int k) {
        const Place place = place_of(d, k, g, groups);
        return activation_at(c, tile[static_cast<std::size_t>(m)], place.k, place.group * per_group);
      };
      if (dataflow == Dataflow::WeightStationary) {
        for (int nb = n0; nb < n1; nb += columns)
          for (int kb = 0; kb < fan; kb += rows)
            for (int m = m0; m < m1; ++m)
              for (int n = nb; n < std::min(nb + columns, n1); ++n)
                for (int k = kb; k < std::min(kb + rows, fan); ++k)
                  element(k - kb, n - nb).cycle(weight(k, n), activation(m, k), m == m0, seen, true, e);
      } else if (dataflow == Dataflow::InputStationary) {
        for (int mb = m0; mb < m1; mb += columns)
          for (int kb = 0; kb < fan; kb += rows)
            for (int n = n0; n < n1; ++n)
              for (int m = mb; m < std::min(mb + columns, m1); ++m)
                for (int k = kb; k < std::min(kb + rows, fan); ++k)
                  element(k - kb, m - mb).cycle(activation(m, k), weight(k, n), n == n0, seen, false, e);
      } else {
        for (int nb = n0; nb < n1; nb += columns)
          for (int mb = m0; mb < m1; mb += rows)
            for (int k = 0; k < fan; ++k)
              for (int n = nb; n < std::min(nb + columns, n1); ++n)
                for (int m = mb; m < std::min(mb + rows, m1); ++m)
                  element(m - mb, n - nb).both(activation(m, k), weight(k, n), seen, e);
      }
    }
  }
  return seen;
}

class OperandTraceOf : public ::testing::TestWithParam<Dataflow> {};

TEST_P(OperandTraceOf, EveryTransitionIsWhatElementsSeeCycleByCycle) {
  Random random{17};
  for (int i = 0; i < 30; ++i) {
    SCOPED_TRACE(i);
    Case c;
    const bool is_s8 = i % 3 == 2;
    fill(c, random, is_s8 ? Encoding::TwosComplement : Encoding::SignMagnitude,
         i % 3 == 0 ? ElementType::Unsigned8 : ElementType::Signed8);
    const auto expected = all_transitions(c, GetParam());
    const OperandTrace trace = sample_operands(c.layer, GetParam(), c.array, 1u << 30, 1);
    EXPECT_FALSE(trace.is_sample());
    std::map<Key, int> found;
    for (const auto& t : trace.transitions) ++found[key_of(t)];
    ASSERT_EQ(found, expected);
    EXPECT_EQ(trace.counts.transitions, trace.transitions.size());
  }
}

/// The same of lanes: outputs in the order [position][channel], each with all of K.
std::map<Key, int> all_transitions_on_lanes(const Case& c) {
  const Descriptor& d = c.layer.descriptor;
  std::vector<Element> lanes(static_cast<std::size_t>(d.lanes));
  std::map<Key, int> seen;
  for (const auto& tile : tiles_of(c)) {
    std::size_t output = 0;
    for (const Position& position : tile)
      for (int n = 0; n < d.output.channels; ++n, ++output)
        for (int k = 0; k < fan_in(d); ++k)
          lanes[output % lanes.size()].both(activation_at(c, position, k, n), weight_at(c, k, n), seen,
                                            c.layer.encoding);
  }
  return seen;
}

TEST_P(OperandTraceOf, LanesSeeTheirOwnOutputsOneAfterTheOther) {
  Random random{23};
  for (int i = 0; i < 30; ++i) {
    SCOPED_TRACE(i);
    Case c;
    fill(c, random, Encoding::SignMagnitude, i % 2 == 0 ? ElementType::Unsigned8 : ElementType::Signed8);
    c.layer.descriptor.packed_groups = 1;
    c.layer.descriptor.lanes = static_cast<int>(random.between(1, 12));
    std::map<Key, int> found;
    for (const auto& t : sample_operands(c.layer, GetParam(), c.array, 1u << 30, 1).transitions) ++found[key_of(t)];
    ASSERT_EQ(found, all_transitions_on_lanes(c));
  }
}

TEST_P(OperandTraceOf, ExecutedMacsAreThoseTheActivityCounts) {
  Random random{3};
  for (int i = 0; i < 20; ++i) {
    Case c;
    fill(c, random, Encoding::SignMagnitude, ElementType::Unsigned8);
    Descriptor d = c.layer.descriptor;
    d.images = d.images_per_tile = 1;
    std::uint64_t executed = 0, macs = 0;
    for (const auto& input : c.inputs)
      for (int t = 0; t < tile_count(d); ++t) {
        const RowTile tile = row_tile(d, t);
        const std::uint8_t* rows = input.data() + static_cast<std::size_t>(tile.input_begin) * input_row_bytes(d);
        const ChannelGroup all{0, d.output.channels};
        const MacActivity a =
            count_macs(d, ActivityCounter{d}.count(tile, rows), all, count_weights(d, all, c.weights.data()), c.array);
        executed += a.executed;
        macs += a.macs();
      }
    const StreamCounts counts = sample_operands(c.layer, GetParam(), c.array, 64, 1).counts;
    EXPECT_EQ(counts.executed, executed);
    EXPECT_EQ(counts.macs, macs);
    EXPECT_EQ(counts.gated(), macs - executed);
  }
}

TEST_P(OperandTraceOf, SampleHoldsEachWeightInProportion) {
  Random random{5};
  Case c;
  do {
    c = {};
    fill(c, random, Encoding::SignMagnitude, ElementType::Unsigned8);
  } while (sample_operands(c.layer, GetParam(), c.array, 1, 1).counts.transitions < 2000);
  const auto all = sample_operands(c.layer, GetParam(), c.array, 1u << 30, 1).transitions;
  constexpr std::size_t kCount = 512;
  const OperandTrace sample = sample_operands(c.layer, GetParam(), c.array, kCount, 9);
  ASSERT_EQ(sample.transitions.size(), kCount);
  EXPECT_TRUE(sample.is_sample());
  std::map<int, double> share_of_all, share_of_sample;
  for (const auto& t : all) share_of_all[t.to.w] += 1.0 / static_cast<double>(all.size());
  for (const auto& t : sample.transitions) share_of_sample[t.to.w] += 1.0 / kCount;
  // A weight's transitions are neighbours in the sorted stream: a grid hits them to within one.
  for (const auto& [weight, share] : share_of_all)
    EXPECT_NEAR(share_of_sample[weight], share, 1.0001 / kCount) << weight;
  EXPECT_EQ(sample.transitions, sample_operands(c.layer, GetParam(), c.array, kCount, 9).transitions);
  EXPECT_NE(sample.transitions, sample_operands(c.layer, GetParam(), c.array, kCount, 10).transitions);
}

INSTANTIATE_TEST_SUITE_P(Dataflows, OperandTraceOf,
                         ::testing::Values(Dataflow::WeightStationary, Dataflow::OutputStationary,
                                           Dataflow::InputStationary),
                         [](const auto& test) {
                           std::string name{to_string(test.param)};
                           name.erase(std::remove(name.begin(), name.end(), '-'), name.end());
                           return name;
                         });

TEST(OperandTrace, LayerOfZerosHasNoTransition) {
  Case c;
  Random random{1};
  fill(c, random, Encoding::SignMagnitude, ElementType::Unsigned8);
  std::fill(c.weights.begin(), c.weights.end(), std::int8_t{0});
  const OperandTrace trace = sample_operands(c.layer, Dataflow::WeightStationary, c.array, 1024, 1);
  EXPECT_TRUE(trace.transitions.empty());
  EXPECT_EQ(trace.counts.executed, 0u);
  EXPECT_GT(trace.counts.macs, 0u);
}

TEST(Dataflow, UnknownNameIsAnErrorWithTheNearestOne) {
  EXPECT_EQ(*parse_dataflow("os"), Dataflow::OutputStationary);
  EXPECT_THAT(parse_dataflow("weight-stationery").error().message, ::testing::HasSubstr("weight-stationary"));
}

}  // namespace
}  // namespace axvp
