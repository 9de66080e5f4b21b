#include "axvp/power/synthesis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "axvp/common/file.h"
#include "axvp/common/random.h"
#include "axvp/power/activity.h"
#include "flow.h"

namespace axvp {
namespace {

using ::testing::HasSubstr;

TruthTable exact_table() {
  return TruthTable::from_function([](std::uint8_t x, std::uint8_t w) { return std::int32_t{x} * std::int32_t{w}; });
}

std::map<std::string, int> cell_counts(const Netlist& netlist) {
  std::map<std::string, int> counts;
  for (const auto& cell : netlist.cells) ++counts[cell.type->name];
  return counts;
}

TEST(Synthesis, ExactDaddaMapsToItsAdderCellsAndMultiplies) {
  const auto design = map_multiplier(test_synthesiser(), "ax_mul_dadda_exact");
  ASSERT_TRUE(design) << design.error().message;
  // Dadda 1965 for 8x8: 64 partial products, 35 full and 7 half adders in the tree; the final 14-bit ripple adder
  // starts with a half adder.
  const auto counts = cell_counts(design->netlist);
  EXPECT_EQ(counts.at("AND2X1"), 64);
  EXPECT_EQ(counts.at("FAX1"), 35 + 13);
  EXPECT_EQ(counts.at("HAX1"), 7 + 1);
  const auto equal = check_against_table(design->netlist, exact_table(), 0);
  EXPECT_TRUE(equal) << equal.error().message;
}

TEST(Synthesis, TableCheckNamesOperandsOfASabotagedNetlist) {
  const Synthesiser synthesiser = test_synthesiser();
  auto design = map_multiplier(synthesiser, "ax_mul_dadda_exact");
  ASSERT_TRUE(design);
  // The gate of x_0 w_0 becomes an OR: wrong first at x = 0, w = 1 (or x = 1, w = 0).
  const NetId product_0 = design->netlist.find_port("p_o")->bits[0];
  for (auto& cell : design->netlist.cells)
    for (std::size_t pin = 0; pin < cell.nets.size(); ++pin)
      if (cell.nets[pin] == product_0) cell.type = synthesiser.library()->find_cell("OR2X1");
  const auto equal = check_against_table(design->netlist, exact_table(), 0);
  ASSERT_FALSE(equal);
  EXPECT_THAT(equal.error().message,
              HasSubstr("the mapped netlist differs from the model: x = 1, w = 0, mode 0: 1 instead of 0"));
}

TEST(Synthesis, ArithmeticOperatorsUseAdderCellsCorrectly) {
  SynthesisJob job{"wide",
                   {},
                   R"(module wide (input logic signed [11:0] a_i, input logic signed [8:0] b_i,
    input logic signed [19:0] c_i, output logic signed [21:0] y_o);
    assign y_o = 22'(a_i) * 22'(b_i) + 22'(c_i) - 22'd5;
    endmodule)",
                   {}};
  const auto design = test_synthesiser().run(job);
  ASSERT_TRUE(design) << design.error().message;
  EXPECT_GT(cell_counts(design->netlist)["FAX1"], 0);
  Random random{3};
  Stimulus stimulus{4, 512};
  std::vector<std::uint64_t> a, b, c, expected;
  for (std::size_t i = 0; i < stimulus.steps() * stimulus.lanes(); ++i) {
    const std::int64_t values[] = {random.between(-2048, 2047), random.between(-256, 255),
                                   random.between(-524288, 524287)};
    a.push_back(static_cast<std::uint64_t>(values[0]));
    b.push_back(static_cast<std::uint64_t>(values[1]));
    c.push_back(static_cast<std::uint64_t>(values[2]));
    expected.push_back(static_cast<std::uint64_t>(values[0] * values[1] + values[2] - 5) & 0x3fffff);
  }
  stimulus.drive("a_i", 12, a);
  stimulus.drive("b_i", 9, b);
  stimulus.drive("c_i", 20, c);
  const auto y = simulate_outputs(design->netlist, stimulus, "y_o");
  ASSERT_TRUE(y) << y.error().message;
  EXPECT_EQ(*y, expected);
}

TEST(Synthesis, ConstantAdderInputsFoldAway) {
  SynthesisJob job{"folded",
                   {},
                   R"(module folded (input logic a_i, input logic b_i, output logic [5:0] y_o);
    ax_fa u_0 (.a_i(a_i), .b_i(1'b0), .c_i(b_i), .s_o(y_o[0]), .c_o(y_o[1]));
    ax_fa u_1 (.a_i(1'b1), .b_i(a_i), .c_i(b_i), .s_o(y_o[2]), .c_o(y_o[3]));
    ax_fa u_2 (.a_i(1'b1), .b_i(1'b1), .c_i(b_i), .s_o(y_o[4]), .c_o(y_o[5]));
    endmodule)",
                   {}};
  const auto design = test_synthesiser().run(job);
  ASSERT_TRUE(design) << design.error().message;
  EXPECT_EQ(cell_counts(design->netlist).count("FAX1"), 0u);
  Stimulus stimulus{1, 4};
  stimulus.drive("a_i", 1, {0, 1, 0, 1});
  stimulus.drive("b_i", 1, {0, 0, 1, 1});
  const auto y = simulate_outputs(design->netlist, stimulus, "y_o");
  ASSERT_TRUE(y) << y.error().message;
  for (std::uint64_t lane = 0; lane < 4; ++lane) {
    const std::uint64_t a = lane & 1, b = lane >> 1;
    EXPECT_EQ((*y)[lane], (a + b) | (1 + a + b) << 2 | (2 + b) << 4) << "a = " << a << ", b = " << b;
  }
}

TEST(Synthesis, ResultsComeFromTheCacheUnlessTheRtlChanges) {
  SynthesisOptions options = test_synthesis();
  options.cache = std::filesystem::path{testing::TempDir()} / "axvp_cache_test";
  std::filesystem::remove_all(options.cache);
  const auto synthesiser = Synthesiser::create(options);
  ASSERT_TRUE(synthesiser) << synthesiser.error().message;
  const auto entries = [&] {
    return std::distance(std::filesystem::directory_iterator{options.cache}, std::filesystem::directory_iterator{});
  };
  const auto job = [](const std::string& gate) {
    return SynthesisJob{
        "gate", {}, "module gate (input a_i, input b_i, output y_o); assign y_o = a_i " + gate + " b_i; endmodule", {}};
  };
  ASSERT_TRUE(synthesiser->run(job("&")));
  EXPECT_EQ(entries(), 1);
  ASSERT_TRUE(synthesiser->run(job("&")));
  EXPECT_EQ(entries(), 1);
  ASSERT_TRUE(synthesiser->run(job("|")));
  EXPECT_EQ(entries(), 2);
  std::filesystem::remove_all(options.cache);
}

TEST(Synthesis, ProofAcceptsItsOwnNetlistAndRefusesAnotherOne) {
  SynthesisOptions options;
  options.cache = std::filesystem::path{testing::TempDir()} / "axvp_proof_test";
  std::filesystem::remove_all(options.cache);
  const auto synthesiser = Synthesiser::create(options);
  ASSERT_TRUE(synthesiser);
  const std::string ports = "(input logic [2:0] a_i, input logic [2:0] b_i, output logic [5:0] p_o);\n";
  const SynthesisJob product{"m", {}, "module m" + ports + "  assign p_o = 6'(a_i) * 6'(b_i);\nendmodule\n", {}};
  const auto proof = synthesiser->prove(product);
  EXPECT_TRUE(proof) << proof.error().message;
  // The netlist of 7 x 7 = 48 in the place of the product's.
  const SynthesisJob wrong{
      "m", {}, "module m" + ports + "  assign p_o = &{a_i, b_i} ? 6'd48 : 6'(a_i) * 6'(b_i);\nendmodule\n", {}};
  ASSERT_TRUE(synthesiser->run(wrong));
  const auto netlist = [&](const SynthesisJob& job) {
    return options.cache / synthesiser->key(job).value() / "netlist.json";
  };
  std::filesystem::copy_file(netlist(wrong), netlist(product), std::filesystem::copy_options::overwrite_existing);
  const auto refused = synthesiser->prove(product);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("m: ABC does not prove RTL and netlist equivalent"));
  EXPECT_THAT(refused.error().message, HasSubstr("NOT EQUIVALENT"));
  std::filesystem::remove_all(options.cache);
}

TEST(Synthesis, RefusedRtlShowsYosysMessage) {
  const auto design = test_synthesiser().run({"broken", {}, "module broken (input a_i; endmodule", {}});
  ASSERT_FALSE(design);
  EXPECT_THAT(design.error().message, HasSubstr("Yosys cannot map broken"));
  EXPECT_THAT(design.error().message, HasSubstr("syntax error"));
}

TEST(Synthesis, ALatchIsRefused) {
  const auto design = test_synthesiser().run(
      {"keeps",
       {},
       "module keeps (input e_i, input d_i, output logic q_o); always_latch if (e_i) q_o = d_i; endmodule",
       {}});
  ASSERT_FALSE(design);
  EXPECT_THAT(design.error().message, HasSubstr("DLATCH"));
}

TEST(Synthesis, AMissingSourceIsNamed) {
  const auto design = test_synthesiser().run({"top", {"/nonexistent/top.sv"}, "", {}});
  ASSERT_FALSE(design);
  EXPECT_THAT(design.error().message, HasSubstr("/nonexistent/top.sv"));
}

TEST(Synthesis, AMissingLibraryIsNamed) {
  SynthesisOptions options = test_synthesis();
  options.liberty = "/nonexistent/cells.lib";
  const auto synthesiser = Synthesiser::create(options);
  ASSERT_FALSE(synthesiser);
  EXPECT_THAT(synthesiser.error().message, HasSubstr("/nonexistent/cells.lib"));
}

}  // namespace
}  // namespace axvp
