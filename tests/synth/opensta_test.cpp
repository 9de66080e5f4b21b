#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <regex>

#include "axvp/common/file.h"
#include "axvp/power/energy.h"
#include "axvp/power/timing.h"
#include "flow.h"

// Cross-check against OpenSTA (Debian package opensta 2.0.17): switching power under one activity for all nets, and the
// critical path. It can read neither VCD nor per-pin activities, so toggles themselves are checked elsewhere.

namespace axvp {
namespace {

std::string output_of(const std::string& command) {
  std::string output;
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return output;
  char buffer[4096];
  while (const std::size_t count = fread(buffer, 1, sizeof buffer, pipe)) output.append(buffer, count);
  pclose(pipe);
  return output;
}

/// The mapped cells as Verilog, for tools that do not read JSON.
std::string to_verilog(const Netlist& netlist) {
  std::string ports, body;
  for (const auto& port : netlist.ports) {
    ports += (ports.empty() ? "" : ", ") + port.name;
    body += fmt::format("  {} [{}:0] {};\n", port.is_input ? "input" : "output", port.bits.size() - 1, port.name);
    for (std::size_t i = 0; i < port.bits.size(); ++i)
      body += port.is_input ? fmt::format("  assign n{} = {}[{}];\n", port.bits[i], port.name, i)
                            : fmt::format("  assign {}[{}] = n{};\n", port.name, i, port.bits[i]);
  }
  for (std::size_t net = 2; net < netlist.nets; ++net) body = fmt::format("  wire n{};\n", net) + body;
  for (const auto& cell : netlist.cells) {
    std::string pins;
    for (std::size_t p = 0; p < cell.nets.size(); ++p)
      if (cell.nets[p] != kUnconnected)
        pins += fmt::format("{}.{}(n{})", pins.empty() ? "" : ", ", cell.type->pins[p].name, cell.nets[p]);
    body += fmt::format("  {} {} ({});\n", cell.type->name, cell.name, pins);
  }
  return fmt::format("module {} ({});\n{}endmodule\n", netlist.top, ports, body);
}

class OpenSta : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (output_of("command -v sta").empty())
      GTEST_SKIP() << "OpenSTA is not installed: `scripts/setup.sh --checks` installs it";
  }
};

TEST_P(OpenSta, AgreesOnSwitchingPowerAndDelay) {
  const auto design = map_multiplier(test_synthesiser(), GetParam());
  ASSERT_TRUE(design) << design.error().message;
  const auto folder = std::filesystem::path{testing::TempDir()} / (std::string{"axvp_opensta_"} + GetParam());
  ASSERT_TRUE(write_file_atomically(folder / "netlist.v", to_verilog(design->netlist)));
  ASSERT_TRUE(write_file_atomically(
      folder / "run.tcl",
      fmt::format("read_liberty {}\nread_verilog {}\nlink_design {}\nset_input_transition 0.05 [all_inputs]\n"
                  "set_power_activity -input -activity 0.5\nreport_power -digits 6\n"
                  "report_checks -unconstrained -digits 6\nexit\n",
                  kDefaultLiberty, (folder / "netlist.v").string(), GetParam())));
  const std::string report = output_of("sta -no_splash -exit " + (folder / "run.tcl").string() + " 2>&1");
  std::filesystem::remove_all(folder);

  // OpenSTA 2.0.17 takes the activity of the inputs for every net; without a clock it counts per nanosecond but does
  // not scale, so its watts are our joules. It prints single precision: 1e-5.
  std::smatch power;
  ASSERT_TRUE(std::regex_search(report, power, std::regex{R"(Total +([0-9.e+-]+) +([0-9.e+-]+) +)"})) << report;
  const double ours_j = switching_under_global_activity(design->netlist, 0.5).value * 1e-12;
  EXPECT_NEAR(std::stod(power[2]) / ours_j, 1.0, 1e-5) << report;

  // Its pins have other capacitances for rising and falling edges, ours the larger of both: a path of some 15 cells
  // agrees to better than 1 %.
  std::smatch delay;
  ASSERT_TRUE(std::regex_search(report, delay, std::regex{R"(([0-9.]+) +data arrival time)"})) << report;
  EXPECT_NEAR(analyse_timing(design->netlist).critical_path.value / std::stod(delay[1]), 1.0, 0.01) << report;
}

INSTANTIATE_TEST_SUITE_P(Multipliers, OpenSta, ::testing::Values("ax_mul_dadda_exact", "ax_mul_dadda_or_v7c"),
                         [](const auto& param) { return std::string{param.param}; });

}  // namespace
}  // namespace axvp
