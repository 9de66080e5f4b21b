#include "axvp/power/energy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "axvp/common/random.h"
#include "netlists.h"

namespace axvp {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Netlist read(const std::string& json) {
  auto netlist = parse_netlist(json, "n.json", "top", tiny_library());
  if (!netlist) throw std::logic_error(netlist.error().message);
  return std::move(*netlist);
}

/// (a, b) = 00, 10, 11, 01, 11 in every lane.
Stimulus five_vectors(std::size_t lanes) {
  Stimulus stimulus{5, lanes};
  std::vector<std::uint64_t> a, b;
  for (const unsigned vector : {0b00u, 0b01u, 0b11u, 0b10u, 0b11u})
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      a.push_back(vector & 1);
      b.push_back(vector >> 1);
    }
  stimulus.drive("a", 1, a);
  stimulus.drive("b", 1, b);
  return stimulus;
}

TEST(ZeroDelay, CountsTogglesOfEveryNet) {
  const Netlist netlist = read(nand_inverter());
  const auto activity = simulate_zero_delay(netlist, five_vectors(1));
  ASSERT_TRUE(activity);
  const auto toggles = [&](const char* port) {
    return activity->toggles[static_cast<std::size_t>(netlist.find_port(port)->bits[0])];
  };
  EXPECT_EQ(activity->transitions, 4u);
  EXPECT_EQ(toggles("a"), 3u);
  EXPECT_EQ(toggles("b"), 1u);
  EXPECT_EQ(toggles("y"), 3u);
  EXPECT_EQ(activity->toggles[kZeroNet] + activity->toggles[kOneNet], 0u);
}

TEST(ZeroDelay, EveryLaneCounts) {
  const Netlist netlist = read(nand_inverter());
  for (const std::size_t lanes : {63u, 64u, 65u, 511u, 513u}) {
    const auto activity = simulate_zero_delay(netlist, five_vectors(lanes));
    ASSERT_TRUE(activity);
    EXPECT_EQ(activity->toggles[static_cast<std::size_t>(netlist.find_port("y")->bits[0])], 3 * lanes) << lanes;
  }
}

TEST(ZeroDelay, CountsCausesAndConditions) {
  const Netlist netlist = read(nand_inverter());
  const NetId a = netlist.find_port("a")->bits[0];
  const NetId y = netlist.find_port("y")->bits[0];
  const auto a_and_b = BooleanExpression::parse("A B");
  const std::size_t nand = netlist.cells[0].type->name == "NAND" ? 0 : 1;
  const auto activity = simulate_zero_delay(
      netlist, five_vectors(2),
      {{y, a, nullptr, 0}, {y, kUnconnected, &*a_and_b, nand}, {kUnconnected, kUnconnected, &*a_and_b, nand}});
  ASSERT_TRUE(activity);
  EXPECT_THAT(activity->counters, ElementsAre(2u * 2, 2u * 2, 2u * 2));  // by hand, two lanes
}

TEST(ZeroDelay, RegistersHoldClearAndToggle) {
  const Netlist netlist = read(toggle_register());
  Stimulus stimulus{7, 1};
  stimulus.drive("rst_ni", 1, {1, 1, 1, 1, 0, 1, 1});
  stimulus.drive("enable_i", 1, {1, 1, 0, 1, 1, 1, 1});
  const auto q = simulate_outputs(netlist, stimulus, "q_o");
  ASSERT_TRUE(q);
  EXPECT_THAT(*q, ElementsAre(0u, 1u, 0u, 0u, 0u, 0u, 1u));  // cleared in step 4, and still cleared at its clock edge
  const auto activity = simulate_zero_delay(netlist, stimulus);
  EXPECT_EQ(activity->toggles[static_cast<std::size_t>(netlist.clock)], 12u);  // both edges
}

TEST(ZeroDelay, StimulusMustFitThePorts) {
  const Netlist netlist = read(nand_inverter());
  Stimulus unknown{2, 1};
  unknown.hold("c", 1, 0);
  EXPECT_THAT(simulate_zero_delay(netlist, unknown).error().message, HasSubstr("no input port c"));
  Stimulus wide{2, 1};
  wide.hold("a", 2, 0);
  EXPECT_THAT(simulate_zero_delay(netlist, wide).error().message, HasSubstr("port a has 1 bits, the stimulus 2"));
  EXPECT_THROW(wide.drive("b", 1, {0}), std::invalid_argument);
}

TEST(Timing, LatestArrivalFollowsTheEdges) {
  // a or b rises -> NAND falls after 2.0 with a slew of 0.2 -> INV rises after table(0.2) = 2.0: 4.0 ns.
  // a or b falls -> NAND rises after 1.0 -> INV falls after 0.5: 1.5 ns.
  const Netlist netlist = read(nand_inverter());
  const Timing timing = analyse_timing(netlist);
  const auto y = static_cast<std::size_t>(netlist.find_port("y")->bits[0]);
  EXPECT_DOUBLE_EQ(timing.arrival_ns[y][0], 4.0);
  EXPECT_DOUBLE_EQ(timing.arrival_ns[y][1], 1.5);
  EXPECT_DOUBLE_EQ(timing.critical_path.value, 4.0);
  EXPECT_DOUBLE_EQ(timing.load_pf[static_cast<std::size_t>(netlist.find_port("b")->bits[0])], 0.03);
}

TEST(Energy, OfTwoGatesEqualsTheHandCalculation) {
  const Netlist netlist = read(nand_inverter());
  const auto energy = measure_energy(netlist, five_vectors(1), ToggleModel::ZeroDelay);
  ASSERT_TRUE(energy) << energy.error().message;
  const PartEnergy total = energy->total();
  // 2 pJ per pF and toggle: a 3 x 0.02, b 1 x 0.03, the inner net 3 x 0.05.
  EXPECT_NEAR(total.switching.value, 2.0 * (0.06 + 0.03 + 0.15), 1e-12);
  EXPECT_NEAR(energy->switching_at_inputs.value, 2.0 * (0.06 + 0.03), 1e-12);
  // NAND toggles twice with a (mean of 0.1 and 0.3) and once with b (mean of 0.2 and 0.4); INV three times 0.1.
  EXPECT_NEAR(total.internal.value, 2 * 0.2 + 0.3 + 3 * 0.1, 1e-12);
  // NAND: half of the time A B (4 nW), a quarter !A (1), a quarter neither (2); INV 0.5.
  EXPECT_NEAR(total.leakage.value, 0.5 * 4 + 0.25 * 1 + 0.25 * 2 + 0.5, 1e-12);
  EXPECT_EQ(total.area, SquareMicrometres{5.0});
  EXPECT_NEAR(energy->per_transition(total).total().value, (0.48 + 1.0) / 4, 1e-12);
}

TEST(Energy, PartsAddUpToTheTotal) {
  const Netlist netlist = read(R"({"modules": {
    "top": {"ports": {"a": {"direction": "input", "bits": [2]}, "y": {"direction": "output", "bits": [3]}},
            "cells": {"u_0": {"type": "half", "connections": {"p": [2], "q": [4]}},
                      "u_1": {"type": "half", "connections": {"p": [4], "q": [3]}}}},
    "half": {"ports": {"p": {"direction": "input", "bits": [7]}, "q": {"direction": "output", "bits": [8]}},
             "cells": {"g": {"type": "INV", "connections": {"A": [7], "Y": [8]}}}}}})");
  Stimulus stimulus{3, 1};
  stimulus.drive("a", 1, {0, 1, 0});
  const auto energy = measure_energy(netlist, stimulus, ToggleModel::ZeroDelay);
  ASSERT_TRUE(energy) << energy.error().message;
  ASSERT_EQ(energy->parts.size(), 3u);
  for (const std::size_t part : {1u, 2u}) {
    EXPECT_NEAR(energy->parts[part].switching.value, 2 * 2.0 * 0.05, 1e-12);
    EXPECT_NEAR(energy->parts[part].internal.value, 2 * 0.1, 1e-12);
  }
  EXPECT_EQ(energy->parts[0].cells, 0u);
}

TEST(Energy, NeedsPowerTables) {
  const auto energy = measure_energy(read(one_cell("XOR", R"({"A": [2], "B": [3], "Y": [4]})")), Stimulus{2, 1},
                                     ToggleModel::ZeroDelay);
  ASSERT_FALSE(energy);
  EXPECT_THAT(energy.error().message, HasSubstr("library tiny has no internal_power tables for XOR"));
}

TEST(Energy, SwitchingUnderGlobalActivityCountsDrivenNetsOnly) {
  EXPECT_NEAR(switching_under_global_activity(read(nand_inverter()), 0.5).value, 0.5 * 2.0 * 0.05, 1e-12);
}

}  // namespace
}  // namespace axvp
