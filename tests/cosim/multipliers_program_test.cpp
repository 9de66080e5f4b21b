// `axvp multipliers` and `axvp verify`, as a user calls them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "axvp/common/file.h"
#include "axvp/common/text.h"
#include "axvp/multipliers/npy.h"
#include "program_runner.h"
#include "temporary_folder.h"

namespace axvp {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::Outcome;

class MultipliersProgram : public testing::TemporaryFolder {
 protected:
  void SetUp() override {
    TemporaryFolder::SetUp();
    file("mine.v",
         "module mine(input [7:0] A, input [7:0] B, output [15:0] O);\n  assign O = A * {B[7:2], 2'b00};\nendmodule\n");
  }
  /// With standard error behind standard output.
  [[nodiscard]] static Outcome run(const std::string& arguments) {
    Outcome outcome = testing::run_axvp(arguments);
    outcome.output += outcome.errors;
    return outcome;
  }
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
  EXPECT_THAT(outcome.errors, HasSubstr("which input is the activation? Name it; the module has input A[7:0]"));
  EXPECT_FALSE(std::filesystem::exists(path("t.npy")));
}

TEST_F(MultipliersProgram, VerifyComparesAModuleWithATable) {
  const std::string module = "verify --verilog " + path("mine.v") + " --top mine --x A --w B --against ";
  const Outcome equal = run(module + "dadda_perf-w2");
  EXPECT_EQ(equal.exit_code, 0) << equal.output;
  EXPECT_THAT(equal.output, HasSubstr("1 of 1 equal their model"));
  const Outcome differs = run(module + "dadda_perf-w2.swap");
  EXPECT_EQ(differs.exit_code, 1);
  EXPECT_THAT(differs.errors, HasSubstr("mine (netlist): x = 1, w = 4, mode 0: 4, expected 0"));
}

TEST_F(MultipliersProgram, VerifyWritesReports) {
  const Outcome json = run("verify gated_dadda-468 --netlist --formal --report " + path("proof.json"));
  EXPECT_EQ(json.exit_code, 0) << json.output;
  EXPECT_THAT(json.output, HasSubstr("3 of 3 equal their model"));
  EXPECT_THAT(json.output, HasSubstr("formal   netlist equivalent to RTL by SAT"));
  const auto text = read_text_file(path("proof.json"));
  ASSERT_TRUE(text);
  EXPECT_THAT(*text, HasSubstr("\"failures\": 0"));
  EXPECT_THAT(*text, HasSubstr("\"level\": \"netlist\""));
  const Outcome kept_module = run("verify gated_dadda_operands-6 --formal");  // ax_isolate stays a module of its own
  EXPECT_EQ(kept_module.exit_code, 0) << kept_module.errors;
  EXPECT_EQ(run("verify dadda-exact --report " + path("proof.xml")).exit_code, 0);
  const auto xml = read_text_file(path("proof.xml"));
  ASSERT_TRUE(xml);
  EXPECT_THAT(*xml, HasSubstr("tests=\"1\" failures=\"0\""));
  EXPECT_THAT(*xml, HasSubstr("<testcase classname=\"rtl\" name=\"dadda-exact\"/>"));
}

TEST_F(MultipliersProgram, ListKeepsWhatIsAskedFor) {
  const Outcome few = run("multipliers list --encoding s8 --family bw_perf --most mae=70 --csv");
  EXPECT_EQ(few.exit_code, 0) << few.output;
  // Without the lowest row, 127.5 on average and signed: about half of it is the mean magnitude.
  EXPECT_THAT(few.output, HasSubstr("\nbw_perf-w1,bw_perf,s8,"));
  EXPECT_THAT(few.output, HasSubstr("\nbw_perf-w1.swap,bw_perf,s8,"));
  EXPECT_THAT(few.output, Not(HasSubstr("bw_perf-w2")));
  EXPECT_THAT(few.output, Not(HasSubstr("dadda")));
  const Outcome unknown = run("multipliers list --most enrgy=1");
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_THAT(unknown.output, HasSubstr("unknown figure `enrgy`, did you mean `energy`?"));
  EXPECT_EQ(run("multipliers list --most energy=cheap").exit_code, 2);
  EXPECT_EQ(run("multipliers list --most mae=-1").exit_code, 2);
}

TEST_F(MultipliersProgram, ParetoFrontHoldsNoDominatedSelectable) {
  const Outcome front = run("multipliers list --encoding sm8 --pareto std,energy --csv");
  EXPECT_EQ(front.exit_code, 0) << front.output;
  EXPECT_THAT(front.output, HasSubstr("\ndadda-exact,"));
  EXPECT_THAT(front.output, Not(HasSubstr("\ndrum-")));
  double last_std = -1, last_energy = 1e9;
  for (const std::string& line : split(front.output, '\n')) {
    const std::vector<std::string> cells = split(line, ',');
    if (cells.size() < 14 || cells[0] == "selectable") continue;
    const double std = std::stod(cells[5]), energy = std::stod(cells[9]);
    EXPECT_GT(std, last_std) << line;
    EXPECT_LT(energy, last_energy) << line;
    last_std = std, last_energy = energy;
  }
  EXPECT_GT(last_std, 100);
}

TEST_F(MultipliersProgram, PlotDrawsSelectablesAndTheUsersPoints) {
  ASSERT_TRUE(
      write_file_atomically(path("others.csv"), "name,kind,error,cost\nfirst <1>,a,10,0.5\nsecond,b,20,0.25\n"));
  const std::string points = "multipliers plot --family dadda_or --points " + path("others.csv") +
                             " --points-x error --points-y cost --output " + path("plot.svg");
  const Outcome outcome = run(points + " --points-where kind=a");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
  const auto svg = read_text_file(path("plot.svg"));
  ASSERT_TRUE(svg);
  EXPECT_THAT(*svg, HasSubstr("<title>dadda_or-v7: "));
  EXPECT_THAT(*svg, HasSubstr("<title>first &lt;1>: 10, 0.5</title>"));
  EXPECT_THAT(*svg, Not(HasSubstr("second")));
  EXPECT_THAT(*svg, Not(HasSubstr("dadda_trunc")));
  EXPECT_THAT(run(points + " --points-where sort=a").output, HasSubstr("no column `sort`"));
}

TEST_F(MultipliersProgram, CompareSaysWhatIsWrongWithTheCircuits) {
  ASSERT_TRUE(write_file_atomically(path("c.csv"), "name,signed,mae,std\na,0,5,6\n"));
  const Outcome column = run("multipliers compare " + path("c.csv"));
  EXPECT_EQ(column.exit_code, 2);
  EXPECT_THAT(column.output, HasSubstr("no column `error_std`"));
  const std::string names = "name,signed,mae,error_std,osu018_pg_rel,osu018_p0_rel\n";
  ASSERT_TRUE(write_file_atomically(path("c.csv"), names + "a,0,0.5,6,1,1\n"));
  EXPECT_THAT(run("multipliers compare " + path("c.csv")).output, HasSubstr("no circuit in this range of MAE"));
  ASSERT_TRUE(write_file_atomically(path("c.csv"), names + "a,0,five,6,1,1\n"));
  EXPECT_THAT(run("multipliers compare " + path("c.csv")).output, HasSubstr("line 2, column mae: `five` is no number"));
}

TEST_F(MultipliersProgram, ExportedRtlNeedsNoOtherFile) {
  EXPECT_EQ(run("multipliers export dadda_perf-w2.swap " + path("swap.sv")).exit_code, 0);
  const Outcome equal =
      run("verify --verilog " + path("swap.sv") + " --top ax_mul_dadda_perf_w2_swap --against dadda_perf-w2.swap");
  EXPECT_EQ(equal.exit_code, 0) << equal.output;
  EXPECT_EQ(run("multipliers export dadda-exact " + path("x.txt")).exit_code, 2);
}

TEST_F(MultipliersProgram, RecordsTheOperandsOfANetwork) {
  const std::string command = "multipliers operands --layers 1 2 --images 2 --count 3000 --output ";
  const Outcome outcome = run(command + path("a.csv"));
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
  EXPECT_EQ(run(command + path("b.csv")).exit_code, 0);
  const auto text = read_text_file(path("a.csv"));
  ASSERT_TRUE(text);
  EXPECT_EQ(*text, *read_text_file(path("b.csv")));
  std::size_t rows = 0, held = 0;
  for (const std::string& line : split(*text, '\n')) {
    const std::vector<std::string> cells = split(line, ',');
    if (cells.size() != 4 || cells[0] == "x_before") continue;
    const int w_before = std::stoi(cells[1]), x = std::stoi(cells[2]), w = std::stoi(cells[3]);
    EXPECT_TRUE(x >= 1 && x <= 255 && w >= 1 && w <= 127) << line;
    ++rows;
    held += w == w_before ? 1 : 0;
  }
  EXPECT_EQ(rows, 3000u);
  EXPECT_GT(held, 2800u);  // a weight stays for a whole map
  EXPECT_THAT(run("multipliers operands --layers 99 --output " + path("c.csv")).output,
              HasSubstr("layer 99: the network has layers 0 to"));
}

}  // namespace
}  // namespace axvp
