#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "axvp/common/random.h"
#include "axvp/power/energy.h"
#include "netlists.h"

namespace axvp {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// y = !(a !a): settled it is 1, but after a has risen both inputs of the NAND are 1 until the inverter follows.
const char* const kHazard = R"({"modules": {"top": {
    "ports": {"a": {"direction": "input", "bits": [2]}, "y": {"direction": "output", "bits": [4]}},
    "cells": {"inverter": {"type": "INV", "connections": {"A": [2], "Y": [3]}},
              "nand": {"type": "NAND", "connections": {"A": [2], "B": [3], "Y": [4]}}}}}})";

Netlist read(const std::string& json) {
  auto netlist = parse_netlist(json, "n.json", "top", tiny_library());
  if (!netlist) throw std::logic_error(netlist.error().message);
  return std::move(*netlist);
}

std::size_t net_of_pin(const Netlist& netlist, const char* cell, const char* pin) {
  for (const auto& c : netlist.cells)
    if (c.name == cell)
      return static_cast<std::size_t>(c.nets[static_cast<std::size_t>(c.type->find_pin(pin) - c.type->pins.data())]);
  throw std::logic_error(cell);
}

struct Hazard {
  Netlist netlist = read(kHazard);
  std::size_t a = net_of_pin(netlist, "inverter", "A");
  std::size_t not_a = net_of_pin(netlist, "inverter", "Y");
  std::size_t y = net_of_pin(netlist, "nand", "Y");

  [[nodiscard]] GateDelays delays(std::uint32_t inverter, std::uint32_t nand) const {
    GateDelays delays{Nanoseconds{1.0}, std::vector<std::uint32_t>(netlist.nets, 0)};
    delays.of_net[not_a] = inverter;
    delays.of_net[y] = nand;
    return delays;
  }
  /// a rises, falls, rises in every lane.
  [[nodiscard]] static Stimulus rise_fall_rise(std::size_t lanes) {
    Stimulus stimulus{4, lanes};
    std::vector<std::uint64_t> values;
    for (const unsigned a : {0u, 1u, 0u, 1u}) values.insert(values.end(), lanes, a);
    stimulus.drive("a", 1, values);
    return stimulus;
  }
};

TEST(TimedActivity, PulseAsLongAsTheDelayPassesAndAShorterOneDoesNot) {
  const Hazard hazard;
  for (const auto& [inverter, nand, toggles] : {std::tuple{3u, 2u, 4u}, {3u, 3u, 4u}, {3u, 4u, 0u}, {1u, 2u, 0u}}) {
    const auto activity = simulate_timed(hazard.netlist, hazard.delays(inverter, nand), Hazard::rise_fall_rise(1));
    ASSERT_TRUE(activity) << activity.error().message;
    EXPECT_EQ(activity->toggles[hazard.y], toggles) << inverter << " " << nand;  // two rises of a, two toggles each
    EXPECT_EQ(activity->functional[hazard.y], 0u);
    EXPECT_EQ(activity->toggles[hazard.not_a], 3u);
    EXPECT_EQ(activity->functional[hazard.not_a], 3u);
    EXPECT_EQ(activity->transitions, 3u);
  }
}

TEST(TimedActivity, EveryLaneCounts) {
  const Hazard hazard;
  for (const std::size_t lanes : {63u, 64u, 65u, 511u, 513u, 1025u}) {
    const auto activity = simulate_timed(hazard.netlist, hazard.delays(3, 2), Hazard::rise_fall_rise(lanes));
    ASSERT_TRUE(activity) << activity.error().message;
    EXPECT_EQ(activity->toggles[hazard.y], 4 * lanes) << lanes;
    EXPECT_EQ(activity->toggles[hazard.a], 3 * lanes) << lanes;
  }
}

TEST(TimedActivity, CountsWhatLaunchedAToggleAndWhatHeldThen) {
  const Hazard hazard;
  const std::size_t nand = hazard.netlist.cells[0].name == "nand" ? 0 : 1;
  const auto a_and_b = BooleanExpression::parse("A B");
  const auto b = BooleanExpression::parse("B");
  const auto net = [](std::size_t n) { return static_cast<NetId>(n); };
  const std::vector<Counter> counters{
      {net(hazard.y), net(hazard.a), nullptr, nand},        // the falls of y: as often as a rises
      {net(hazard.y), net(hazard.not_a), nullptr, nand},    // the rises of y
      {net(hazard.y), net(hazard.a), &*a_and_b, nand},      // every fall: A and B are 1 when A has risen
      {net(hazard.y), net(hazard.not_a), &*a_and_b, nand},  // no rise: B has just fallen
      {net(hazard.a), kUnconnected, &*b, nand},             // rises of a find B 1, the fall finds B 0
      {net(hazard.a), kUnconnected, nullptr, nand},
      {kUnconnected, kUnconnected, &*b, nand}};  // settled: after the fall of a
  const auto activity = simulate_timed(hazard.netlist, hazard.delays(3, 2), Hazard::rise_fall_rise(1), counters);
  ASSERT_TRUE(activity) << activity.error().message;
  EXPECT_THAT(activity->counters, ElementsAre(2u, 2u, 2u, 0u, 2u, 3u, 1u));
}

TEST(TimedActivity, GlitchesCostEnergy) {
  const Hazard hazard;
  const auto stimulus = Hazard::rise_fall_rise(1);
  const auto without = measure_energy(hazard.netlist, stimulus, ToggleModel::ZeroDelay);
  const auto with = measure_energy(hazard.netlist, stimulus, ToggleModel::Timed);
  ASSERT_TRUE(without && with);
  // The library's delays: inverter (fall 0.5, rise about 1) below NAND (1 and 2), so its pulse is swallowed.
  EXPECT_EQ(with->total().internal.value, without->total().internal.value);
  // Three inverters in the way: 3 x the inverter's delay is above the NAND's.
  const Netlist slow = read(R"({"modules": {"top": {
    "ports": {"a": {"direction": "input", "bits": [2]}, "y": {"direction": "output", "bits": [6]}},
    "cells": {"i1": {"type": "INV", "connections": {"A": [2], "Y": [3]}},
              "i2": {"type": "INV", "connections": {"A": [3], "Y": [4]}},
              "i3": {"type": "INV", "connections": {"A": [4], "Y": [5]}},
              "nand": {"type": "NAND", "connections": {"A": [2], "B": [5], "Y": [6]}}}}}})");
  const auto settled = measure_energy(slow, stimulus, ToggleModel::ZeroDelay);
  const auto timed = measure_energy(slow, stimulus, ToggleModel::Timed);
  ASSERT_TRUE(settled && timed);
  // Two pulses of y: 2 toggles by A (mean 0.2 pJ) and 2 by B (mean 0.3 pJ), no load.
  EXPECT_NEAR(timed->total().internal.value - settled->total().internal.value, 2 * 0.2 + 2 * 0.3, 1e-12);
  EXPECT_NEAR(timed->total().switching.value, settled->total().switching.value, 1e-12);
  EXPECT_EQ(timed->activity, "glitch-aware (inertial delays)");
  EXPECT_EQ(settled->activity, "zero-delay");
}

TEST(TimedActivity, RegistersStartAfterTheClocksEdge) {
  const Netlist netlist = read(toggle_register());
  Stimulus stimulus{6, 1};
  stimulus.hold("rst_ni", 1, 1);
  stimulus.hold("enable_i", 1, 1);
  const GateDelays delays = quantise_delays(netlist, analyse_timing(netlist));
  const auto activity = simulate_timed(netlist, delays, stimulus);
  ASSERT_TRUE(activity) << activity.error().message;
  EXPECT_EQ(activity->toggles[static_cast<std::size_t>(netlist.find_port("q_o")->bits[0])], 5u);
  EXPECT_EQ(activity->toggles[static_cast<std::size_t>(netlist.clock)], 10u);
}

TEST(TimedActivity, RefusesResetsThatActBetweenEdges) {
  const Netlist netlist = read(toggle_register());
  Stimulus stimulus{4, 1};
  stimulus.drive("rst_ni", 1, {1, 0, 1, 1});
  stimulus.hold("enable_i", 1, 1);
  const auto activity = simulate_timed(netlist, quantise_delays(netlist, analyse_timing(netlist)), stimulus);
  ASSERT_FALSE(activity);
  EXPECT_THAT(activity.error().message, HasSubstr("changes a register between clock edges (step 1)"));
}

TEST(Timing, DelaysAreRoundedToSteps) {
  const Netlist netlist = read(nand_inverter());
  const Timing timing = analyse_timing(netlist);
  const std::size_t inner = net_of_pin(netlist, "b_nand", "Y");
  const std::size_t y = net_of_pin(netlist, "a_inverter", "Y");
  EXPECT_DOUBLE_EQ(timing.delay_ns[inner], 1.5);  // rise 1, fall 2
  // Inverter: falls after 0.5; rises after table(0.2 ns) = 2.
  EXPECT_DOUBLE_EQ(timing.delay_ns[y], 1.25);
  const GateDelays delays = quantise_delays(netlist, timing, 8);  // critical path 4 ns: steps of 0.5
  EXPECT_DOUBLE_EQ(delays.step.value, 0.5);
  EXPECT_EQ(delays.of_net[inner], 3u);
  EXPECT_EQ(delays.of_net[y], 3u);  // 2.5, rounded up
  EXPECT_EQ(delays.of_net[static_cast<std::size_t>(netlist.find_port("a")->bits[0])], 0u);
}

}  // namespace
}  // namespace axvp
