// `axvp multipliers import` and `axvp verify`, as a user calls them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "axvp/common/file.h"
#include "axvp/multipliers/npy.h"

namespace axvp {
namespace {

using ::testing::HasSubstr;

struct Outcome {
  int exit_code = -1;
  std::string output;
};

class MultipliersProgram : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "axvp_mul_XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    ASSERT_TRUE(write_file_atomically(folder_ / "mine.v",
                                      "module mine(input [7:0] A, input [7:0] B, output [15:0] O);\n"
                                      "  assign O = A * {B[7:2], 2'b00};\nendmodule\n"));
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::string path(const std::string& name) const { return (folder_ / name).string(); }

  [[nodiscard]] static Outcome run(const std::string& arguments) {
    const std::string line = AXVP_PROGRAM " --quiet " + arguments + " 2>&1";
    std::FILE* pipe = ::popen(line.c_str(), "r");
    Outcome outcome;
    std::array<char, 4096> buffer{};
    while (std::fgets(buffer.data(), buffer.size(), pipe) != nullptr) outcome.output += buffer.data();
    const int status = ::pclose(pipe);
    outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return outcome;
  }

 private:
  std::filesystem::path folder_;
};

TEST_F(MultipliersProgram, ImportsAModuleAndSaysWhatTheConfigurationNeeds) {
  const Outcome outcome =
      run("multipliers import " + path("mine.v") + " --top mine --x A --w B --output " + path("t.npy"));
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
  EXPECT_THAT(outcome.output, HasSubstr("MAE 191.250"));  // of two dropped rows, as dadda_perf-w2
  EXPECT_THAT(outcome.output,
              HasSubstr("[[multiplier]]\nid = \"mine\"\ntable = \"" + path("t.npy") + "\"\nenergy_pj = "));
  const auto table = read_npy_table(path("t.npy"));
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_EQ((*table)(7, 5), 28);
  EXPECT_EQ((*table)(5, 7), 20);
}

TEST_F(MultipliersProgram, RefusesAModuleWhosePortsAreNotNamed) {
  const Outcome outcome = run("multipliers import " + path("mine.v") + " --top mine --output " + path("t.npy"));
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.output, HasSubstr("which input is the activation? Name it; the module has input A[7:0]"));
  EXPECT_FALSE(std::filesystem::exists(path("t.npy")));
}

TEST_F(MultipliersProgram, VerifyComparesAModuleWithATable) {
  const std::string module = "verify --verilog " + path("mine.v") + " --top mine --x A --w B --against ";
  const Outcome equal = run(module + "dadda_perf-w2");
  EXPECT_EQ(equal.exit_code, 0) << equal.output;
  EXPECT_THAT(equal.output, HasSubstr("1 of 1 equal their model"));
  const Outcome differs = run(module + "dadda_perf-w2.swap");
  EXPECT_EQ(differs.exit_code, 1);
  EXPECT_THAT(differs.output, HasSubstr("mine (netlist): x = 1, w = 4, mode 0: 4, expected 0"));
}

TEST_F(MultipliersProgram, VerifyWritesReports) {
  const Outcome json = run("verify gated_dadda-468 --netlist --report " + path("proof.json"));
  EXPECT_EQ(json.exit_code, 0) << json.output;
  EXPECT_THAT(json.output, HasSubstr("2 of 2 equal their model"));
  const auto text = read_text_file(path("proof.json"));
  ASSERT_TRUE(text);
  EXPECT_THAT(*text, HasSubstr("\"failures\": 0"));
  EXPECT_THAT(*text, HasSubstr("\"level\": \"netlist\""));
  EXPECT_EQ(run("verify dadda-exact --report " + path("proof.xml")).exit_code, 0);
  const auto xml = read_text_file(path("proof.xml"));
  ASSERT_TRUE(xml);
  EXPECT_THAT(*xml, HasSubstr("tests=\"1\" failures=\"0\""));
  EXPECT_THAT(*xml, HasSubstr("<testcase classname=\"rtl\" name=\"dadda-exact\"/>"));
}

}  // namespace
}  // namespace axvp
