#include "axvp/evolve/structural_verilog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "axvp/multipliers/multiplier.h"
#include "circuits.h"

namespace axvp {
namespace {

using ::testing::HasSubstr;

const std::string kPorts =
    "module m (\n  input logic [7:0] x_i,\n  input logic [7:0] w_i,\n  output logic [15:0] p_o\n);\n";

std::string zeros_from(int bit) {
  std::string text;
  for (; bit < 16; ++bit) text += fmt::format("assign p_o[{}] = 1'b0;\n", bit);
  return text + "endmodule\n";
}

std::string read_as_text(const std::string& body) {
  const auto circuit = read_structural_verilog(kPorts + body, "m.sv");
  return circuit ? to_text(*circuit) : circuit.error().message;
}

/// Whether the RTL consists of gates and adders alone.
bool is_structural(const MultiplierParameters& parameters) {
  return !std::holds_alternative<DrumParameters>(parameters) && !std::holds_alternative<MitchellParameters>(parameters);
}

TEST(StructuralVerilogTest, EveryBuiltInMultiplierReadsAsItsModel) {
  for (const MultiplierDesign& design : built_in_designs()) {
    if (design.is_exchanged || !is_structural(design.parameters)) continue;
    const auto model = make_model(design);
    if (model->modes() > 1) continue;
    const auto circuit = read_structural_verilog(generate_rtl(design), design.id);
    ASSERT_TRUE(circuit) << circuit.error().message;
    EXPECT_EQ(tabulate(*circuit, model->encoding()), model->table(0)) << design.id;
  }
}

TEST(StructuralVerilogTest, GeneratedCircuitsReadBackAsTheSameCircuit) {
  const GateCircuit dadda = built_in_circuit("dadda-exact");
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    const GateCircuit circuit = mutated_circuit(dadda, 100, seed);
    const auto again = read_structural_verilog(generate_rtl(circuit, "m", {}), "m.sv");
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(to_text(*again), to_text(circuit)) << "seed " << seed;
  }
}

TEST(StructuralVerilogTest, InvertedExpressionsBecomeInvertingGates) {
  const std::string zeros = zeros_from(1);
  EXPECT_THAT(read_as_text("assign p_o[0] = ~(x_i[0] & w_i[0]);\n" + zeros), HasSubstr("nand x0 w0;p g0 0"));
  EXPECT_THAT(read_as_text("assign p_o[0] = ~((x_i[0] | w_i[0]) & w_i[1]);\n" + zeros), HasSubstr("oai21 x0 w0 w1;p"));
  EXPECT_THAT(read_as_text("assign p_o[0] = ~x_i[0] & w_i[0] | w_i[1] ^ x_i[2];\n" + zeros),
              HasSubstr("not x0;and g0 w0;xor w1 x2;or g1 g2;p g3 0"));
}

TEST(StructuralVerilogTest, ErrorsNameTheLine) {
  EXPECT_THAT(read_as_text("assign p_o[0] = x_i[8];\n" + zeros_from(1)), HasSubstr("m.sv: line 6: 'x_i[8]' is read"));
  EXPECT_THAT(read_as_text("logic a;\nassign a = 1'b0;\nassign a = 1'b1;\n" + zeros_from(0)),
              HasSubstr("'a' is driven twice"));
  EXPECT_THAT(read_as_text("always_comb p_o = 0;\nendmodule\n"), HasSubstr("line 6: 'always_comb' is not structural"));
  EXPECT_THAT(read_as_text("endmodule\n"), HasSubstr("'p_o[0]' is read but not driven"));
  EXPECT_THAT(read_as_text("ax_fa u (.a_i(x_i[0]), .b_i(w_i[0]), .s_o(s), .c_o(c));\n" + zeros_from(0)),
              HasSubstr("the adder's pin c_i is not connected"));
  EXPECT_THAT(read_as_text("assign p_o[0] = "), HasSubstr("is read but not driven"));
  EXPECT_THAT(read_as_text("ax_ha u ("), HasSubstr("expected '.'"));
  EXPECT_FALSE(read_structural_verilog("", "empty.sv"));
}

TEST(StructuralVerilogTest, RefusesModulesWithModes) {
  for (const MultiplierDesign& design : built_in_designs()) {
    if (design.is_exchanged || make_model(design)->modes() == 1) continue;
    const auto circuit = read_structural_verilog(generate_rtl(design), design.id);
    ASSERT_FALSE(circuit);
    EXPECT_THAT(circuit.error().message, HasSubstr("the module has modes"));
  }
}

}  // namespace
}  // namespace axvp
