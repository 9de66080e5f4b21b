#include "axvp/workloads/int8_executor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace axvp {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr Requantisation kIdentity{16384, 14, 0};
constexpr Requantisation kHalf{16384, 15, 0};

TruthTable exact() {
  return TruthTable::from_function([](std::uint8_t x, std::uint8_t w) { return std::int32_t{x} * w; });
}

/// Input 1x2x2 (scale 1) -> a = relu(2x + 1) -> sum = relu(a / 2 + x) -> mean over 2x2 -> logits (3, -2) * mean.
QuantizedNetwork small_network() {
  QuantizedNetwork network;
  network.name = "small";
  network.tensors = {{"x", {1, 2, 2}, ElementType::Signed8, 1.0},
                     {"a", {1, 2, 2}, ElementType::Unsigned8, 1.0},
                     {"sum", {1, 2, 2}, ElementType::Unsigned8, 1.0},
                     {"mean", {1, 1, 1}, ElementType::Unsigned8, 1.0},
                     {"logits", {2, 1, 1}, ElementType::Signed32, 1.0}};
  const Window whole{2, 2, 1, 1, 1, 1, 0, 0, 0, 0};
  network.nodes = {
      {"conv", QuantizedConvolution{{}, 1, 1, {2}, {1.0}, {0, 255}}, {0}, 1},
      {"add", QuantizedAdd{make_add_scaling(0.5, 1.0), {0, 255}}, {1, 0}, 2},
      {"pool", QuantizedAveragePool{whole, make_pool_scaling(0.25), {0, 255}}, {2}, 3},
      {"classifier",
       QuantizedConvolution{{}, 1, 2, {3, -2}, {1.0, 1.0}, full_range(ElementType::Signed32, Encoding::SignMagnitude)},
       {3},
       4}};
  network.input = 0;
  network.output = 4;
  return network;
}

OperatingPoint small_point() {
  return {"full", {"exact", "exact"}, {{{16384, 14, 1 << 14}}, {kIdentity, kHalf}}};
}

std::string error_of(const QuantizedNetwork& network, const OperatingPoint& point,
                     const std::vector<TruthTable>& tables) {
  const auto executor = Int8Executor::create(network, point, tables);
  return executor ? "no error" : executor.error().message;
}

TEST(Int8ExecutorTest, RunsASmallNetworkAsWorkedByHand) {
  const QuantizedNetwork network = small_network();
  const auto executor = Int8Executor::create(network, small_point(), {exact(), exact()});
  ASSERT_TRUE(executor) << executor.error().message;
  const StoredTensor input{10, 0xFD, 0, 100};  // 10, -3, 0, 100
  const auto tensors = executor->run_all(input);
  EXPECT_THAT(tensors[1], ElementsAre(21, 0, 1, 201));
  EXPECT_THAT(tensors[2], ElementsAre(21, 0, 1, 201));  // 20.5, -3, 0.5, 200.5
  EXPECT_THAT(tensors[3], ElementsAre(56));             // 223 / 4 = 55.75
  EXPECT_THAT(executor->run(input), ElementsAre(168, -56));
  EXPECT_THAT(executor->accumulators_of_layer(0, input), ElementsAre(20, -6, 0, 200));
}

TEST(Int8ExecutorTest, UsesTheTableOfEachLayer) {
  const QuantizedNetwork network = small_network();
  const auto plus_one =
      TruthTable::from_function([](std::uint8_t x, std::uint8_t w) { return std::int32_t{x} * w + 1; });
  const auto executor = Int8Executor::create(network, small_point(), {exact(), plus_one});
  ASSERT_TRUE(executor) << executor.error().message;
  EXPECT_THAT(executor->run({10, 0xFD, 0, 100}), ElementsAre(169, -56));  // -113 / 2 = -56.5
  EXPECT_THAT(executor->run({0, 0, 0, 0}), ElementsAre(4, -1));           // mean 1: 4, -1.5
}

TEST(Int8ExecutorTest, OverflowNamesLayerPointAndSelectable) {
  QuantizedNetwork network = small_network();
  const auto large = TruthTable::from_function([](std::uint8_t, std::uint8_t) { return 1 << 30; });
  OperatingPoint point = small_point();
  point.selectable_of_layer[0] = "huge";
  EXPECT_EQ(error_of(network, point, {large, exact()}), "no error");
  // A fan-in of 2 can reach 2^31, one more than fits.
  network.tensors[0].shape = {2, 2, 2};
  std::get<QuantizedConvolution>(network.nodes[0].operation).weights = {1, 1};
  const std::string message = error_of(network, point, {large, exact()});
  EXPECT_THAT(message, HasSubstr("layer conv"));
  EXPECT_THAT(message, HasSubstr("operating point full"));
  EXPECT_THAT(message, HasSubstr("selectable huge"));
  EXPECT_THAT(message, HasSubstr("overflow the int32 accumulator"));
}

TEST(Int8ExecutorTest, RefusesAPointOfAnotherNetwork) {
  const QuantizedNetwork network = small_network();
  OperatingPoint point = small_point();
  EXPECT_THAT(error_of(network, point, {exact()}), HasSubstr("1 tables"));
  point.requantisation[1].pop_back();
  EXPECT_THAT(error_of(network, point, {exact(), exact()}),
              HasSubstr("layer classifier: 1 requantisation entries for 2 channels"));
}

TEST(QuantiseImageTest, RoundsHalfUpInStepsOfTheInputScale) {
  QuantizedNetwork network;
  network.tensors = {{"x", {3, 1, 2}, ElementType::Signed8, 0.01}};
  network.preprocessing = {100.0, {0.0, 1.0, 2.55}, {1.0, 2.0, 1.0}};
  const Image image{1, 2, {50, 50, 250, 127, 101, 0}, 0};
  // Per channel: value / 100; (value / 100 - 1) / 2; value / 100 - 2.55: 50, -25, -5; 127, 0.5 -> 1, -255 -> -127.
  EXPECT_THAT(quantise_image(network, image), ElementsAre(50, 256 - 25, 256 - 5, 127, 1, 256 - 127));
}

TEST(QuantizedNetworkTest, FullRangeFollowsTypeAndEncoding) {
  EXPECT_EQ(full_range(ElementType::Unsigned8, Encoding::SignMagnitude).high, 255);
  EXPECT_EQ(full_range(ElementType::Unsigned8, Encoding::TwosComplement).high, 127);
  EXPECT_EQ(full_range(ElementType::Signed8, Encoding::SignMagnitude).low, -127);
  EXPECT_EQ(full_range(ElementType::Signed8, Encoding::TwosComplement).low, -127);
  EXPECT_EQ(stored_bytes({"logits", {10, 1, 1}, ElementType::Signed32, 1.0}), 40u);
  EXPECT_EQ(stored_bytes({"map", {16, 2, 3}, ElementType::Signed8, 1.0}), 96u);
}

TEST(Top1Test, LowestIndexWinsATie) {
  EXPECT_EQ(top1({-5, 9, 9}), 1u);
  EXPECT_EQ(top1({-5}), 0u);
}

}  // namespace
}  // namespace axvp
