#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "axvp/sc_models/platform.h"
#include "small_network.h"

namespace axvp {
namespace {

using ::testing::HasSubstr;
using testing::make_point;
using testing::small_energy_table;
using testing::small_pool;

TEST(PlatformPrices, EveryEventHasItsPriceOfTheTable) {
  PlatformConfig config;
  config.array = {2, 3};
  config.vector_unit.lanes = 4;
  config.clock_mhz = 50.0;
  config.scratchpads = {1, 1024, 1, 1};
  const auto prices = event_prices(small_energy_table(), small_pool(), config);
  ASSERT_TRUE(prices) << prices.error().message;
  const auto pj = [&](Event event) { return (*prices)[event].to_picojoules().value; };
  EXPECT_DOUBLE_EQ(prices->multiplication[0].to_picojoules().value, 3.0);
  EXPECT_DOUBLE_EQ(prices->multiplication[2].to_picojoules().value, 1.0);
  EXPECT_DOUBLE_EQ(prices->executed_mac.to_picojoules().value, 0.5);
  for (const Event event : {Event::MacZeroActivation, Event::MacZeroWeight, Event::MacPadding, Event::SlotUnused})
    EXPECT_DOUBLE_EQ(pj(event), 0.25);
  EXPECT_DOUBLE_EQ(pj(Event::PeIdleCycle), 0.125);
  EXPECT_DOUBLE_EQ(pj(Event::ActivationRead), 0.5);  // 1 KiB
  EXPECT_DOUBLE_EQ(pj(Event::ActivationWrite), 0.75);
  EXPECT_DOUBLE_EQ(pj(Event::WeightRead), 1.0);  // 1 MiB
  EXPECT_DOUBLE_EQ(pj(Event::DramRead), 40.0);
  EXPECT_DOUBLE_EQ(pj(Event::DramWrite), 50.0);
  // 6 PEs of 20 nW and three instances of 10 nW each, 4 lanes of 40 nW: 460 nW at 50 MHz are 9.2 fJ a cycle.
  EXPECT_NEAR(pj(Event::ActiveCycle), 9.2e-3, 1e-6);
}

TEST(PlatformPrices, ModesOfOneMultiplierLeakAndTakeAreaOnce) {
  EnergyTable table = small_energy_table();
  for (auto& row : table.rows) row.multiplier = "one instance";
  for (auto& row : table.rows) row.area = SquareMicrometres{100.0};
  table.pes[0].area = SquareMicrometres{1000.0};
  table.vector_lane.area = SquareMicrometres{5000.0};
  PlatformConfig config;
  config.array = {2, 3};
  config.vector_unit.lanes = 4;
  const auto area = datapath_area(table, small_pool(), config);
  ASSERT_TRUE(area) << area.error().message;
  EXPECT_DOUBLE_EQ(area->array.value, 6 * 1100.0);
  EXPECT_DOUBLE_EQ(area->vector_unit.value, 4 * 5000.0);
  for (auto& row : table.rows) row.multiplier = row.selectable;
  EXPECT_DOUBLE_EQ(datapath_area(table, small_pool(), config)->array.value, 6 * 1300.0);
}

TEST(PlatformPrices, WhatTheTableLacksIsNamed) {
  EnergyTable table = small_energy_table();
  table.rows.erase(table.rows.begin() + 1);
  for (const std::string& message :
       {event_prices(table, small_pool(), {}).error().message, datapath_area(table, small_pool(), {}).error().message,
        check_clock(table, small_pool(), {}).error().message})
    EXPECT_THAT(message, HasSubstr("no row for `coarse`"));
  table.pes.clear();
  for (const std::string& message :
       {event_prices(table, small_pool(), {}).error().message, datapath_area(table, small_pool(), {}).error().message,
        check_clock(table, small_pool(), {}).error().message})
    EXPECT_THAT(message, HasSubstr("processing element for encoding `sm8`"));
}

TEST(PlatformPrices, AreThoseOfTheArraysElementAndOfAllLanes) {
  EnergyTable table = small_energy_table();
  table.pes[1].active_mac.internal = Picojoules{0.75};
  table.pes[1].leakage = Nanowatts{50.0};
  table.pes[1].area = SquareMicrometres{2000.0};
  PlatformConfig config;
  config.array = {2, 4, DepthwiseMapping::Vector, Dataflow::OutputStationary};
  const auto prices = event_prices(table, small_pool(), config);
  ASSERT_TRUE(prices) << prices.error().message;
  EXPECT_TRUE(prices->executed_mac == to_energy(Picojoules{0.75}));
  // 2 x 4 elements and 16 lanes, each with three instances of 10 nW; 16 lanes of the vector unit.
  EXPECT_TRUE((*prices)[Event::ActiveCycle] ==
              to_energy(leakage_per_cycle(Nanowatts{24.0 * (50.0 + 30.0) + 16 * 40.0}, config.clock_mhz)));
  EXPECT_EQ(datapath_area(table, small_pool(), config)->array.value, 24.0 * 2000.0);
  config.array.dataflow = Dataflow::InputStationary;
  EXPECT_TRUE(event_prices(table, small_pool(), config)->executed_mac == to_energy(Picojoules{0.5}));
}

TEST(PlatformPrices, MultiplicationsOfAPointAreTheMacsOfItsLayers) {
  const QuantizedNetwork network = testing::small_residual_network();
  const std::vector<OperatingPoint> points{make_point(network, "exact", {"exact"}, 1),
                                           make_point(network, "mixed", {"shifted", "coarse"}, 2)};
  const PlatformConfig config;
  const auto program = compile(network, points, small_pool(), config);
  ASSERT_TRUE(program) << program.error().message;
  const auto prices = event_prices(small_energy_table(), small_pool(), config);
  ASSERT_TRUE(prices);
  std::uint64_t all = 0, even = 0;
  const auto layers = network.layers();
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const QuantizedNode& node = network.nodes[layers[l]];
    const std::uint64_t macs =
        network.tensors[node.output].shape.size() *
        static_cast<std::uint64_t>(network.layer(l).fan_in(network.tensors[node.inputs[0]].shape));
    all += macs;
    even += l % 2 == 0 ? macs : 0;
  }
  const auto energies = multiplication_energies(*program, points, small_pool(), *prices);
  ASSERT_EQ(energies.size(), 2u);
  EXPECT_TRUE(energies[0] == to_energy(Picojoules{3.0}) * all);
  EXPECT_TRUE(energies[1] == to_energy(Picojoules{1.0}) * even + to_energy(Picojoules{2.0}) * (all - even));
}

class ClockCheck : public ::testing::Test {
 protected:
  ClockCheck() {
    table_.origin.corner = "typical";
    table_.pes[0].delay = Nanoseconds{4.0};
    table_.rows[0].delay = Nanoseconds{3.0};
    table_.rows[1].delay = Nanoseconds{6.0};
    table_.rows[2].delay = Nanoseconds{0.0};  // not known
    table_.vector_lane.delay = Nanoseconds{8.0};
  }
  [[nodiscard]] Result<void> at(double clock_mhz) const {
    PlatformConfig config;
    config.clock_mhz = clock_mhz;
    return check_clock(table_, small_pool(), config);
  }
  EnergyTable table_ = small_energy_table();
};

TEST_F(ClockCheck, SlowestMultiplierAndTheAdderBehindItLimitTheClock) {
  EXPECT_TRUE(at(100.0));
  EXPECT_EQ(at(100.5).error().message,
            "platform: clock_mhz = 100.5, but multiplier `coarse` (6 ns) with the processing element behind it (4 ns) "
            "allows at most 100.0 MHz (test, typical)");
}

TEST_F(ClockCheck, LaneOfTheVectorUnitLimitsTheClock) {
  table_.vector_lane.delay = Nanoseconds{20.0};
  EXPECT_THAT(at(60.0).error().message, HasSubstr("a lane of the vector unit (20 ns) allows at most 50.0 MHz"));
}

TEST_F(ClockCheck, TableWithoutDelaysAllowsEveryClock) {
  table_ = small_energy_table();
  EXPECT_TRUE(at(5000.0));
}

TEST_F(ClockCheck, RunIsRefusedBeforeTimeBegins) {
  const QuantizedNetwork network = testing::small_residual_network();
  PlatformInputs inputs;
  inputs.pool = small_pool();
  inputs.energy = table_;
  inputs.config.clock_mhz = 200.0;
  inputs.program = *compile(network, {make_point(network, "exact", {"exact"}, 1)}, inputs.pool, inputs.config);
  EXPECT_THAT(run_platform(inputs).error().message, HasSubstr("clock_mhz = 200"));
}

}  // namespace
}  // namespace axvp
