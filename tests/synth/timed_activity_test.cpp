#include <gtest/gtest.h>

#include "axvp/common/random.h"
#include "axvp/power/timing.h"
#include "event_driven.h"
#include "flow.h"
#include "project_folders.h"

// Timed toggles against Icarus Verilog with the same delays, net by net.

namespace axvp {
namespace {

constexpr std::size_t kPairs = 4096;

/// A multiplier as others write it: an array of carry-propagate rows, with the cells of the library, other port names.
std::string array_multiplier(bool is_foreign) {
  std::string text = is_foreign ? "module array (input [7:0] A, input [7:0] B, output [15:0] P);\n"
                                : "module array (input [7:0] x_i, input [7:0] w_i, output [15:0] p_o);\n";
  const char* a = is_foreign ? "A" : "x_i";
  const char* b = is_foreign ? "B" : "w_i";
  const char* p = is_foreign ? "P" : "p_o";
  text += "  wire [7:0] s [0:8];\n  wire [8:0] c [0:8];\n  wire [7:0] m [0:7];\n";
  for (int row = 0; row < 8; ++row)
    for (int i = 0; i < 8; ++i)
      text += is_foreign
                  ? fmt::format("  AND2X1 g{0}_{1} (.A({2}[{1}]), .B({3}[{0}]), .Y(m[{0}][{1}]));\n", row, i, a, b)
                  : fmt::format("  assign m[{0}][{1}] = {2}[{1}] & {3}[{0}];\n", row, i, a, b);
  text += "  assign s[0] = m[0];\n  assign c[0][8] = 1'b0;\n";
  for (int row = 1; row < 8; ++row) {
    text += fmt::format("  assign {}[{}] = s[{}][0];\n  assign c[{}][0] = 1'b0;\n", p, row - 1, row - 1, row);
    for (int i = 0; i < 8; ++i) {
      const std::string above = i < 7 ? fmt::format("s[{}][{}]", row - 1, i + 1) : fmt::format("c[{}][8]", row - 1);
      const char* format =
          is_foreign
              ? "  FAX1 f{0}_{1} (.A(m[{0}][{1}]), .B({2}), .C(c[{0}][{1}]), .YS(s[{0}][{1}]), .YC(c[{0}][{3}]));\n"
              : "  ax_fa f{0}_{1} (.a_i(m[{0}][{1}]), .b_i({2}), .c_i(c[{0}][{1}]), .s_o(s[{0}][{1}]), "
                ".c_o(c[{0}][{3}]));\n";
      text += fmt::format(fmt::runtime(format), row, i, above, i + 1);
    }
  }
  return text + fmt::format("  assign {0}[14:7] = s[7];\n  assign {0}[15] = c[7][8];\nendmodule\n", p);
}

/// Random vectors at every input, one transition a lane; `held` ports keep a value.
Stimulus random_pairs(const Netlist& netlist, const std::map<std::string, std::uint64_t>& held) {
  Stimulus stimulus{2, kPairs};
  Random random{7};
  for (const auto& port : netlist.ports) {
    if (!port.is_input) continue;
    const auto width = static_cast<int>(port.bits.size());
    if (const auto value = held.find(port.name); value != held.end()) {
      stimulus.hold(port.name, width, value->second);
      continue;
    }
    std::vector<std::uint64_t> values(2 * kPairs);
    for (auto& value : values) value = random.below(std::uint64_t{1} << width);
    stimulus.drive(port.name, width, values);
  }
  return stimulus;
}

std::filesystem::path bench_folder(const std::string& name) {
  const auto folder = std::filesystem::path{testing::TempDir()} / ("axvp_event_driven_" + name);
  std::filesystem::remove_all(folder);
  return folder;
}

/// Compares every net and the settled values with the zero-delay simulation.
void expect_equal(const std::string& name, const Netlist& netlist, const Stimulus& stimulus) {
  const GateDelays delays = quantise_delays(netlist, analyse_timing(netlist));
  const auto timed = simulate_timed(netlist, delays, stimulus);
  ASSERT_TRUE(timed) << timed.error().message;
  ASSERT_EQ(timed->transitions, kPairs);
  const auto folder = bench_folder(name);
  const auto reference = event_driven_toggles(netlist, delays, stimulus, folder);
  ASSERT_TRUE(reference) << reference.error().message;
  std::filesystem::remove_all(folder);
  const auto settled = simulate_zero_delay(netlist, stimulus);
  ASSERT_TRUE(settled);
  std::uint64_t glitches = 0;
  for (std::size_t net = 2; net < netlist.nets; ++net) {
    if (static_cast<NetId>(net) == netlist.clock) continue;
    EXPECT_EQ(timed->toggles[net], (*reference)[net]) << "net " << net;
    glitches += timed->toggles[net] - timed->functional[net];
  }
  EXPECT_EQ(timed->functional, settled->toggles);
  EXPECT_GT(glitches, 0u);
}

class TimedToggles : public ::testing::TestWithParam<const char*> {};

TEST_P(TimedToggles, OfAMultiplierEqualEventDrivenSimulationNetByNet) {
  const auto design = map_multiplier(test_synthesiser(), GetParam());
  ASSERT_TRUE(design) << design.error().message;
  expect_equal(GetParam(), design->netlist, random_pairs(design->netlist, {{"mode_i", 1}}));
}

INSTANTIATE_TEST_SUITE_P(Families, TimedToggles,
                         ::testing::Values("ax_mul_dadda_exact", "ax_mul_dadda_trunc_k7c", "ax_mul_dadda_or_v7c",
                                           "ax_mul_dadda_mix_u5v7c", "ax_mul_dadda_perf_w2", "ax_mul_gated_dadda_468",
                                           "ax_mul_bw_exact", "ax_mul_bw_or_v6c", "ax_mul_gated_bw_468"),
                         [](const auto& param) { return std::string{param.param}; });

TEST(TimedToggles, OfTheArrayMultiplierEqualEventDrivenSimulationNetByNet) {
  const auto design = test_synthesiser().run({"array", {}, array_multiplier(false), {}});
  ASSERT_TRUE(design) << design.error().message;
  expect_equal("array", design->netlist, random_pairs(design->netlist, {}));
}

TEST(TimedToggles, OfAForeignNetlistEqualEventDrivenSimulationNetByNet) {
  const auto design = test_synthesiser().run({"array", {}, array_multiplier(true), {}});
  ASSERT_TRUE(design) << design.error().message;
  expect_equal("foreign", design->netlist, random_pairs(design->netlist, {}));
}

class TimedTogglesOfElement : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Encodings, TimedTogglesOfElement, ::testing::Values("ax_pe", "ax_pe_s8"),
                         [](const auto& param) { return std::string{param.param}; });

TEST_P(TimedTogglesOfElement, EqualEventDrivenSimulationNetByNet) {
  const auto source = std::filesystem::path{AXVP_SOURCE_DIR} / "rtl/pe" / (std::string{GetParam()} + ".sv");
  const auto design = test_synthesiser().run({GetParam(), {source}, "", {}});
  ASSERT_TRUE(design) << design.error().message;
  const Netlist& netlist = design->netlist;
  Stimulus stimulus{65, kPairs / 64};
  Random random{9};
  for (const auto& port : netlist.ports) {
    if (!port.is_input || port.bits[0] == netlist.clock) continue;
    const auto width = static_cast<int>(port.bits.size());
    if (port.name == "rst_ni") {
      stimulus.hold(port.name, width, 1);
      continue;
    }
    std::vector<std::uint64_t> values(stimulus.steps() * stimulus.lanes());
    for (auto& value : values) value = random.below(std::uint64_t{1} << width);
    stimulus.drive(port.name, width, values);
  }
  expect_equal(GetParam(), netlist, stimulus);
}

}  // namespace
}  // namespace axvp
