// The Verilated arrays against the closed forms and the tables' sums: random shapes, chains of folds of different
// length, every selection of a pool, and a 4 x 4 array of gates.

#include <gmock/gmock.h>

#include "array_chains.h"
#include "axvp/cosim/rtl_array.h"
#include "axvp/multipliers/catalogue.h"

namespace axvp {
namespace {

using testing::ChainShape;
using testing::RandomChain;

/// Exact; a correction that is not 0 for 0 x 0; one that is not symmetric; one mode of a reconfigurable one.
const std::vector<std::string> kPool{"dadda-exact", "dadda_trunc-k9c", "dadda_perf-w2", "gated_dadda-468/m2"};

std::vector<RtlSelectable> rtl_pool() {
  std::vector<RtlSelectable> pool;
  for (const auto& id : kPool) {
    const auto selectable = Catalogue::built_in().find(id);
    pool.push_back({id, selectable->rtl_module, selectable->mode});
  }
  return pool;
}

std::vector<TruthTable> tables(const std::vector<std::string>& ids) {
  std::vector<TruthTable> result;
  for (const auto& id : ids) result.push_back(Catalogue::built_in().find(id)->table);
  return result;
}

struct Arrays {
  Dataflow dataflow;
  ArrayConfig shape;
  ArrayModel& rtl;
  ArrayModel& reference;
};

/// `remap` changes the reference's selections into those of the RTL.
void expect_equal(const Arrays& arrays, const std::vector<ChainShape>& shapes, int selectables, Random& random,
                  const std::vector<std::uint8_t>& remap = {}) {
  std::string text = std::string{to_string(arrays.dataflow)} + " " + std::to_string(arrays.shape.rows) + "x" +
                     std::to_string(arrays.shape.columns);
  for (const auto& s : shapes)
    text += " (" + std::to_string(s.m) + "," + std::to_string(s.k) + "," + std::to_string(s.n) + ")";
  RandomChain chain{shapes, selectables, random};
  const ChainCycles closed = arrays.reference.run(chain.products());
  const auto sums = chain.sums();
  chain.clear_sums();
  auto products = chain.products();
  if (!remap.empty())
    for (auto& product : products) product.select = remap[product.select];
  const ChainCycles counted = arrays.rtl.run(products);
  ASSERT_EQ(chain.sums(), sums) << text;
  ASSERT_EQ(counted.total, static_cast<Cycles>(testing::reference_cycles(arrays.dataflow, arrays.shape.rows,
                                                                         arrays.shape.columns, shapes)))
      << text;
  ASSERT_EQ(counted, closed) << text;
}

void expect_random_shapes_equal(Dataflow dataflow, const ArrayConfig& shape, int count, std::uint64_t seed) {
  const auto rtl = make_rtl_array(dataflow, shape, Encoding::SignMagnitude, rtl_pool());
  ASSERT_TRUE(rtl) << rtl.error().message;
  const auto reference = make_analytic_array(dataflow, shape, Encoding::SignMagnitude, tables(kPool));
  const Arrays arrays{dataflow, shape, **rtl, *reference};
  Random random{seed};
  for (int i = 0; i < count; ++i) {
    std::vector<ChainShape> shapes;  // every fourth time several products back to back
    for (int j = 0; j < (i % 4 == 3 ? 3 : 1); ++j)
      shapes.push_back(testing::random_shape(shape.rows, shape.columns, random));
    ASSERT_NO_FATAL_FAILURE(expect_equal(arrays, shapes, static_cast<int>(kPool.size()), random));
  }
}

TEST(RtlArray, WeightStationaryEqualsTheReferenceOnRandomShapes) {
  expect_random_shapes_equal(Dataflow::WeightStationary, {16, 16}, 200, 1);
}

TEST(RtlArray, OutputStationaryEqualsTheReferenceOnRandomShapes) {
  expect_random_shapes_equal(Dataflow::OutputStationary, {16, 16}, 200, 2);
}

TEST(RtlArray, WithUnequalSidesEqualsTheReferenceOnRandomShapes) {
  expect_random_shapes_equal(Dataflow::WeightStationary, {5, 3}, 100, 3);
}

TEST(RtlLanes, EqualTheModelOfTheirRegistersOnRandomShapes) {
  constexpr int kLanes = 64;
  const auto rtl = make_rtl_lanes(kLanes, Encoding::SignMagnitude, rtl_pool());
  ASSERT_TRUE(rtl) << rtl.error().message;
  const auto model = make_cycle_lanes(kLanes, Encoding::SignMagnitude, tables(kPool));
  Random random{8};
  for (int i = 0; i < 100; ++i) {
    SCOPED_TRACE(i);
    LaneProduct product;
    product.positions = static_cast<int>(random.between(1, 9));
    product.channels = static_cast<int>(random.between(1, 90));
    product.depth = static_cast<int>(random.between(1, 12));
    const int outputs = product.positions * product.channels;
    std::vector<std::uint8_t> x(static_cast<std::size_t>(outputs * product.depth));
    for (auto& byte : x) byte = static_cast<std::uint8_t>(random.below(3) == 0 ? 0 : random.between(-127, 127));
    std::vector<std::int8_t> w(static_cast<std::size_t>(product.channels * product.depth));
    for (auto& weight : w) weight = static_cast<std::int8_t>(random.between(-127, 127));
    product.activations = x.data();
    product.weights = w.data();
    product.activations_signed = random.below(2) == 0;
    product.select = static_cast<std::uint8_t>(random.below(kPool.size()));
    std::vector<std::int32_t> sums(static_cast<std::size_t>(outputs), 1), expected(sums);
    product.sums = expected.data();
    const ChainCycles cycles = model->run(product);
    product.sums = sums.data();
    ASSERT_EQ((*rtl)->run(product), cycles);
    ASSERT_EQ(sums, expected);
  }
}

TEST(RtlLanes, SayHowManyThereAre) {
  const auto lanes = make_rtl_lanes(12, Encoding::SignMagnitude, {});
  ASSERT_FALSE(lanes);
  EXPECT_EQ(lanes.error().message, "level rtl: 12 lanes were not compiled; there are: 64");
}

class GateLevelArray : public ::testing::TestWithParam<Dataflow> {};

TEST_P(GateLevelArray, EqualsTheReferenceWithEverySelectionOfItsPool) {
  const auto rtl = make_gate_level_array(GetParam());
  const std::vector<std::string> ids{"dadda-exact",        "dadda_trunc-k7c",    "dadda_trunc-k9c",
                                     "gated_dadda-468/m0", "gated_dadda-468/m1", "gated_dadda-468/m2",
                                     "gated_dadda-468/m3"};
  const std::vector<std::uint8_t> codes{0, 4, 8, 12, 13, 14, 15};  // 4 * instance + mode
  const auto reference = make_analytic_array(GetParam(), {4, 4}, Encoding::SignMagnitude, tables(ids));
  const Arrays arrays{GetParam(), {4, 4}, *rtl, *reference};
  Random random{4};
  for (int i = 0; i < 30; ++i) {
    std::vector<ChainShape> shapes;
    for (int j = 0; j < 3; ++j) shapes.push_back(testing::random_shape(4, 4, random));
    ASSERT_NO_FATAL_FAILURE(expect_equal(arrays, shapes, static_cast<int>(ids.size()), random, codes));
  }
}

// One position, one channel, all pairs: the pool's gates behind the array's edge conversion.
TEST_P(GateLevelArray, MultipliesAllOperandPairsAsItsPoolsModels) {
  const auto rtl = make_gate_level_array(GetParam());
  const std::vector<std::pair<std::string, std::uint8_t>> selections{
      {"dadda-exact", 0}, {"dadda_trunc-k7c", 4}, {"dadda_trunc-k9c", 8}, {"gated_dadda-468/m3", 15}};
  std::vector<std::uint8_t> x(256);
  for (int i = 0; i < 256; ++i) x[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(i);
  std::vector<std::int8_t> w;
  for (int i = -127; i < 128; ++i) w.push_back(static_cast<std::int8_t>(i));
  const int channels = static_cast<int>(w.size());
  for (const auto& [id, code] : selections) {
    const TruthTable table = Catalogue::built_in().find(id)->table;
    std::vector<std::int32_t> sums(x.size() * w.size());
    MatrixProduct product{256, 1, channels, x.data(), w.data(), false, code, sums.data(), channels};
    (void)rtl->run({product});
    for (int i = 0; i < 256; ++i)
      for (int n = 0; n < channels; ++n) {
        const int weight = w[static_cast<std::size_t>(n)];
        const auto magnitude = table(static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(std::abs(weight)));
        const std::int32_t expected = i == 0 || weight == 0 ? 0 : weight < 0 ? -magnitude : magnitude;
        ASSERT_EQ(sums[static_cast<std::size_t>(i * channels + n)], expected) << id << ": " << i << " x " << weight;
      }
  }
}

INSTANTIATE_TEST_SUITE_P(Dataflows, GateLevelArray,
                         ::testing::Values(Dataflow::WeightStationary, Dataflow::OutputStationary),
                         [](const auto& instance) { return std::string{instance.param == Dataflow::WeightStationary ? "ws" : "os"}; });

TEST(RtlArray, SaysWhichArraysThereAre) {
  const auto array = make_rtl_array(Dataflow::WeightStationary, {7, 9}, Encoding::SignMagnitude, {});
  ASSERT_FALSE(array);
  EXPECT_EQ(array.error().message, "level rtl: no 7x9 array with dataflow weight-stationary was compiled; there are: 16x16, 5x3");
}

TEST(RtlArray, RefusesASelectableWithoutRtl) {
  const auto array = make_rtl_array(Dataflow::WeightStationary, {16, 16}, Encoding::SignMagnitude, {{"mine", "", 0}});
  ASSERT_FALSE(array);
  EXPECT_EQ(array.error().message, "level rtl: mine has no RTL in this build; use level lt or cycle");
}

}  // namespace
}  // namespace axvp
