// Closed forms of one layer by hand, and where they come from.
#include "axvp/explore/estimate.h"

#include <gtest/gtest.h>

#include "axvp/accel/lowered_run.h"
#include "axvp/accel/mapping.h"

namespace axvp {
namespace {

ExploredOperation convolution() {
  ExploredOperation operation{"conv", {}};
  Descriptor& d = operation.descriptor;
  d.input = {3, 32, 32};
  d.output = {16, 32, 32};
  d.window.kernel_height = d.window.kernel_width = 3;
  d.window.pad_top = d.window.pad_left = d.window.pad_bottom = d.window.pad_right = 1;
  return operation;
}

TEST(Estimate, CountsOfOneConvolutionByHand) {
  PlatformConfig config;
  config.scratchpads.activation_kb = 4096;
  config.scratchpads.accumulator_kb = 4096;
  const auto e = estimate(convolution(), config);
  ASSERT_TRUE(e) << e.error().message;
  const auto multiplications = multiplications_of({"one", {convolution()}}, {{0.25, 0.125}});
  const auto gated = [&](Event event) { return multiplications.events[static_cast<std::size_t>(event)]; };
  const auto tiled = plan_tiling(convolution().descriptor, "conv", config);
  const auto tiles = static_cast<double>(tile_count(*tiled));
  const auto of = [&](Event event) { return e->events[static_cast<std::size_t>(event)]; };
  const double macs = 1024.0 * 16 * 27, padding = (4 * 32 * 3 - 4) * 3.0 * 16;  // border taps, each corner's once
  EXPECT_EQ(gated(Event::MacPadding), padding);
  EXPECT_EQ(gated(Event::MacZeroActivation), (macs - padding) / 4);
  EXPECT_EQ(gated(Event::MacZeroWeight), (macs - padding) / 8);
  EXPECT_EQ(multiplications.executed, std::vector<double>{(macs - padding) * 5 / 8});
  EXPECT_EQ(of(Event::SlotUnused), 2 * 256 * 1024.0 - macs);  // 27 rows in two folds of 16
  EXPECT_EQ(of(Event::WeightLoad), 2 * 256 * tiles);
  EXPECT_EQ(of(Event::AccumulatorWrite), 2 * 4 * 16384.0);
  EXPECT_EQ(of(Event::AccumulatorRead), 2 * 4 * 16384.0);
  EXPECT_EQ(of(Event::VectorOperation), 16384.0);
  EXPECT_EQ(of(Event::DramWrite), 16384.0);
  EXPECT_EQ(of(Event::ActivationRead), (macs - padding) / 16 + 16384);
  EXPECT_EQ(e->array_cycles, layer_array_cycles(*tiled, config.array));
}

TEST(Estimate, EqualLayersCountEachTime) {
  ExploredNetwork network{"two", {convolution(), convolution()}};
  const PlatformConfig config;
  const auto one = estimate(network.operations[0], config);
  const auto two = estimate(network, config);
  EXPECT_EQ(two->latency, 2 * one->latency);
  EXPECT_EQ(two->array_cycles, 2 * one->array_cycles);
  EXPECT_EQ(multiplications_of(network, {{0.5, 0.0}, {0.25, 0.0}}).executed.size(), 2u);
}

TEST(Estimate, EachLayerIsPricedInItsOwnSelectable) {
  EventPrices prices;
  prices.multiplication[0] = to_energy(Picojoules{2.0});
  prices.multiplication[1] = to_energy(Picojoules{3.0});
  prices.executed_mac = to_energy(Picojoules{1.0});
  prices[Event::MacZeroActivation] = to_energy(Picojoules{0.5});
  Multiplications multiplications;
  multiplications.executed = {100.0, 10.0};
  multiplications.events[static_cast<std::size_t>(Event::MacZeroActivation)] = 8.0;
  EXPECT_DOUBLE_EQ(energy_of({}, multiplications, 1.0, prices, {1, 0}).value, 100 * 4.0 + 10 * 3.0 + 4.0);
  EXPECT_DOUBLE_EQ(energy_of({}, multiplications, 1.0, prices, {0}).value, 110 * 3.0 + 4.0);
}

TEST(Estimate, OtherDataflowsHaveTheCyclesOfTheirClosedForms) {
  // M = 1024, N = 16, K = 27 on 16 x 16, one tile. OS: 64 folds, P = K; IS: 2 x 64 folds of 16.
  PlatformConfig config;
  config.dram.bandwidth_bytes_per_cycle = 4096;
  config.dram.latency_cycles = 0;
  config.array.dataflow = Dataflow::OutputStationary;
  EXPECT_EQ(estimate(convolution(), config)->array_cycles, 63u * 27 + 27 + 32 + 16 - 2);
  config.array.dataflow = Dataflow::InputStationary;
  EXPECT_EQ(estimate(convolution(), config)->array_cycles, 1u + 127 * 16 + 16 + 16 + 16 - 2);
}

TEST(Estimate, WhatDoesNotFitIsAnError) {
  ExploredOperation big = convolution();
  big.descriptor.input.channels = 4096;
  PlatformConfig config;
  config.scratchpads.activation_kb = 1;
  const auto e = estimate(big, config);
  ASSERT_FALSE(e);
  EXPECT_NE(e.error().message.find("scratchpads.activation_kb"), std::string::npos);
}

}  // namespace
}  // namespace axvp
