// `axvp power`, as a user calls it: networks, modules, and every kind of input it cannot use.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <regex>

#include "axvp/common/file.h"
#include "axvp/common/text.h"
#include "project_folders.h"
#include "temporary_folder.h"

namespace axvp {
namespace {

using ::testing::HasSubstr;

constexpr const char* kLibrary = "/usr/share/qflow/tech/osu018/osu018_stdcells.lib";

struct Outcome {
  int exit_code = -1;
  std::string output;
};

class PowerProgram : public testing::TemporaryFolder {
 protected:
  std::string module(const std::string& body) const {
    return file("mine.v", "module mine(input [7:0] A, input [7:0] B, output [15:0] O);\n" + body + "\nendmodule\n");
  }

  [[nodiscard]] static Outcome run(const std::string& arguments, const std::string& before = "") {
    const std::string line = before + AXVP_PROGRAM " --quiet power " + arguments + " 2>&1";
    std::FILE* pipe = ::popen(line.c_str(), "r");
    Outcome outcome;
    std::array<char, 4096> buffer{};
    while (std::fgets(buffer.data(), buffer.size(), pipe) != nullptr) outcome.output += buffer.data();
    const int status = ::pclose(pipe);
    outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return outcome;
  }

  /// One message, exit code 2.
  static void refuse(const std::string& arguments, const std::string& message, const std::string& before = "") {
    const Outcome outcome = run(arguments, before);
    EXPECT_EQ(outcome.exit_code, 2) << outcome.output;
    EXPECT_THAT(outcome.output, HasSubstr(message));
    EXPECT_EQ(outcome.output.rfind("axvp: ", 0), 0u) << outcome.output;
  }
};

constexpr const char* kPorts = " --top mine --ports x=A,w=B,p=O ";

/// The library without the groups that `pattern` opens.
std::string library_without(const std::string& pattern) {
  const std::string text = read_text_file(kLibrary).value();
  const std::regex opening{pattern + R"(\s*\{)"};
  std::string result;
  std::size_t from = 0;
  std::smatch match;
  for (std::string rest = text; std::regex_search(rest, match, opening); rest = text.substr(from)) {
    result += match.prefix();
    from += static_cast<std::size_t>(match.position() + match.length());
    for (int depth = 1; depth > 0; ++from) depth += text[from] == '{' ? 1 : text[from] == '}' ? -1 : 0;
  }
  return result + text.substr(from);
}

/// Exact decimals of six places as whole attojoules.
std::uint64_t attojoules(std::string decimal) {
  decimal.erase(decimal.find('.'), 1);
  return std::stoull(decimal);
}

TEST_F(PowerProgram, FindsItsSourcesFromAnyFolder) {
  const std::string arguments = "--network resnet8_synth10 --multiplier dadda_trunc-k8c --images 1 --pairs 1024";
  const Outcome outcome = run(arguments, "cd " + path("") + " && ");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
  refuse(arguments + " --root " + path(""), "no folder rtl/multipliers in it; name the folder of axvp's sources");
}

TEST_F(PowerProgram, NetworkTableAddsUpExactlyAndNamesItsOriginInEachRow) {
  const std::string arguments = "--network resnet8_synth10 --multiplier dadda_trunc-k8c --images 1 --pairs 1024 --out ";
  const Outcome outcome = run(arguments + path("a"));
  ASSERT_EQ(outcome.exit_code, 0) << outcome.output;
  EXPECT_THAT(outcome.output, HasSubstr("glitch-aware (inertial delays), operands of 1 images, weight-stationary"));
  const auto csv = read_text_file(path("a") + "/layers.csv");
  ASSERT_TRUE(csv) << csv.error().message;
  const auto lines = split(*csv, '\n');
  const auto names = split(lines[0], ',');
  const auto column = [&](const std::string& name) {
    return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
  };
  for (const char* name : {"multiplication_pj", "zero_delay_pj", "exact_pj", "processing_elements_pj",
                           "selected_leakage_pj", "idle_leakage_pj", "isolation_saves_pj", "total_pj"}) {
    std::uint64_t sum = 0;
    std::uint64_t total = 0;
    for (std::size_t i = 1; i < lines.size() && !lines[i].empty(); ++i) {
      const auto cells = split(lines[i], ',');
      (cells[1] == "total" ? total : sum) += attojoules(cells[column(name)]);
    }
    EXPECT_EQ(sum, total) << name;
  }
  for (std::size_t i = 1; i < lines.size() && !lines[i].empty(); ++i) {
    const auto cells = split(lines[i], ',');
    EXPECT_EQ(cells[column("library")], "osu018_stdcells");
    EXPECT_EQ(cells[column("corner")], "typical");
    EXPECT_THAT(lines[i], HasSubstr("Yosys"));
    EXPECT_THAT(lines[i], HasSubstr("glitch-aware"));
    EXPECT_EQ(attojoules(cells[column("multiplication_pj")]) + attojoules(cells[column("processing_elements_pj")]) +
                  attojoules(cells[column("selected_leakage_pj")]) + attojoules(cells[column("idle_leakage_pj")]),
              attojoules(cells[column("total_pj")]));
  }

  const Outcome again = run(arguments + path("b"));
  ASSERT_EQ(again.exit_code, 0) << again.output;
  for (const char* name : {"/layers.csv", "/power.json"})
    EXPECT_EQ(read_text_file(path("a") + name).value(), read_text_file(path("b") + name).value()) << name;
}

TEST_F(PowerProgram, EveryDataflowAndEverySelectableIsPriced) {
  for (const char* dataflow : {"os", "is"}) {
    const Outcome outcome =
        run("--network resnet8_synth10 --multiplier dadda-exact --images 1 --pairs 1024 --dataflow " +
            std::string{dataflow} + " --out " + path(dataflow));
    ASSERT_EQ(outcome.exit_code, 0) << outcome.output;
    const auto json = nlohmann::json::parse(read_text_file(path(dataflow) + "/power.json").value());
    const auto& total = json["points"][0]["total"];
    EXPECT_EQ(total["multiplication_aj"], total["exact_aj"]);  // the point is the exact one
    const bool has_element = dataflow == std::string{"os"};    // no input-stationary element is synthesised
    ASSERT_EQ(total.contains("processing_elements_aj"), has_element);
    if (has_element) {
      EXPECT_GT(total["processing_elements_aj"].get<std::uint64_t>(), total["multiplication_aj"].get<std::uint64_t>());
    }
    EXPECT_LT(total["zero_delay_aj"].get<std::uint64_t>(), total["multiplication_aj"].get<std::uint64_t>());
  }
}

TEST_F(PowerProgram, ModuleOfSomeoneElseHasItsEnergyUnderUniformAndGivenOperands) {
  const std::string verilog = "--verilog " + module("assign O = A * {B[7:2], 2'b00};") + kPorts;
  const Outcome uniform = run(verilog);
  EXPECT_EQ(uniform.exit_code, 0) << uniform.output;
  EXPECT_THAT(uniform.output, HasSubstr("MAE 191.250"));
  EXPECT_THAT(uniform.output, HasSubstr("65,536 transitions"));
  const Outcome still = run(verilog + "--operands " + file("still.csv", "x,w\n7,5\n7,5\n7,5\n"));
  EXPECT_EQ(still.exit_code, 0) << still.output;
  EXPECT_THAT(still.output, HasSubstr("0.0000 pJ a MAC"));  // nothing toggles
  EXPECT_THAT(still.output, HasSubstr("given operands, 2 transitions"));
}

/// An energy table whose rows have these energies; the first one is the exact multiplier.
std::string table_with(const std::vector<double>& energies) {
  auto table = nlohmann::json::parse(
      read_text_file(std::filesystem::path{AXVP_SOURCE_DIR} / "power" / "tables" / "osu018.json").value());
  nlohmann::json row = *std::find_if(table["rows"].begin(), table["rows"].end(),
                                     [](const auto& r) { return r["selectable"] == "dadda-exact"; });
  table["rows"].clear();
  for (std::size_t i = 0; i < energies.size(); ++i) {
    if (i > 0) row["selectable"] = row["multiplier"] = "some-" + std::to_string(i);
    for (auto* part : {&row, &row["zero_delay"]}) {
      (*part)["internal_pj"] = 0.0;
      (*part)["switching_pj"] = (*part)["energy_pj"] = energies[i];
    }
    table["rows"].push_back(row);
  }
  return table.dump();
}

// Relative energies 0.5, 0.25, 0.75, 1.0 and 0.5, 0.75, 0.25, 1.0: ranks 2 1 3 4 and 2 3 1 4, so Spearman's
// 1 - 6 sum d^2 / (n (n^2 - 1)) = 1 - 6 * 8 / 60 = 0.2; magnitudes 0, 50, 50, 0.
TEST_F(PowerProgram, ComparesTwoTechnologiesByRankAndDifference) {
  const Outcome outcome = run("--compare " + file("a.json", table_with({4, 2, 1, 3, 4})) + " " +
                              file("b.json", table_with({8, 4, 6, 2, 8})));
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
  EXPECT_THAT(outcome.output, HasSubstr("| all, glitch-aware | 4 | 0.2000 | +0.00 | 25.00 | +50.00 | some-2 |"));
  refuse("--compare " + file("a.json", table_with({4, 2})) + " " + path("none.json"), "none.json: no such file");
}

TEST_F(PowerProgram, RefusesModulesThatAreNoMultiplier) {
  refuse("--verilog " +
             module("wire a, b; assign a = ~(b & A[0]); assign b = ~(a & B[0]);\n"
                    "assign O = (A * B) ^ {15'b0, a};") +
             kPorts,
         "mine: combinational loop through cell ");
  refuse("--verilog " + module("reg [15:0] q; always @* if (A[0]) q = A * B;\nassign O = q;") + kPorts,
         "is a latch (`$_DLATCH_P_`)");
  refuse("--verilog " +
             file("narrow.v",
                  "module mine(input [6:0] A, input [7:0] B, output [15:0] O);\n"
                  "assign O = A * B;\nendmodule\n") +
             kPorts,
         "mine: no input `A` of 8 bits; the module has input A[6:0], input B[7:0], output O[15:0]");
  refuse("--verilog " + module("FOO u(.A(A[0]), .Y(O[0])); assign O[15:1] = 0;") + kPorts, "Module `\\FOO'");
  refuse("--verilog " + module("assign O = A *;") + kPorts, "mine.v:2");
  refuse("--verilog " + path("none.v") + kPorts, "none.v: no such file");
  refuse("--verilog " + module("assign O = A * B;"), "say which module with --top");
  refuse("--verilog " + module("assign O = A * B;") + " --top mine --ports x=A,y=B", "`y=B`, expected x=NAME");
  refuse("--verilog " + module("assign O = A * B;") + kPorts + "--operands " + file("o.csv", "1,2\n300,1\n"),
         "o.csv: line 2: `300,1`, expected an activation in [0, 255]");
}

TEST_F(PowerProgram, RefusesLibrariesThatCannotBeUsed) {
  const std::string verilog = "--verilog " + module("assign O = A * B;") + kPorts + "--liberty ";
  refuse(verilog + path("none.lib"), "none.lib: no such file; name a Liberty file with --liberty");
  refuse(verilog + file("power.lib", library_without(R"(internal_power\s*\([^)]*\))")), "has no internal_power tables");
  refuse(verilog + file("cells.lib", library_without(R"(cell\s*\(\s*INV\w*\s*\))")), "has no inverter");
  const std::string whole = read_text_file(kLibrary).value();
  refuse(verilog + file("cut.lib", whole.substr(0, whole.size() / 2)), "cut.lib: line ");
}

TEST_F(PowerProgram, RefusesWhatIsMissingRound) {
  const std::string verilog = "--verilog " + module("assign O = A * B;") + kPorts;
  refuse(verilog, "synthesis needs Yosys: cannot start `yosys`", "PATH=/nonexistent ");
  refuse("", "say what to measure");
  refuse("--network nothing", "network nothing: neither a file nor an embedded network");
  refuse("--network resnet8_synth10 --dataflow ws2", "dataflow `ws2`, did you mean `ws`?");
  refuse("--network resnet8_synth10 --pairs 1500", "expected a multiple of 1024");
  refuse("--network resnet8_synth10 --root " + path(""), "name the folder of axvp's sources with --root");
}

TEST_F(PowerProgram, RefusesANetlistThatIsNotItsModel) {
  const std::filesystem::path sources{AXVP_SOURCE_DIR};
  const std::filesystem::path rtl{path("rtl")};
  std::filesystem::copy(sources / "rtl", rtl, std::filesystem::copy_options::recursive);
  auto text = read_text_file(rtl / "multipliers" / "ax_mul_dadda_trunc_k8c.sv").value();
  const std::size_t product = text.find("x_i[7] & w_i[6]");
  ASSERT_NE(product, std::string::npos);
  ASSERT_TRUE(write_file_atomically(rtl / "multipliers" / "ax_mul_dadda_trunc_k8c.sv",
                                    text.replace(product, 15, "x_i[6] & w_i[6]")));
  refuse("--network resnet8_synth10 --multiplier dadda_trunc-k8c --images 1 --pairs 1024 --root " + path(""),
         "dadda_trunc-k8c: ax_synthesised_multiplier: the mapped netlist differs from the model: x = ");
}

}  // namespace
}  // namespace axvp
