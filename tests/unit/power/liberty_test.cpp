#include "axvp/power/liberty.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tiny_library.h"

namespace axvp {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(NldmTable, InterpolatesBetweenPointsAndExtrapolatesBeyond) {
  const NldmTable table{{1.0, 2.0}, {10.0, 20.0, 40.0}, {0, 10, 30, 100, 110, 130}};
  EXPECT_DOUBLE_EQ(table.at(1.0, 20.0), 10.0);
  EXPECT_DOUBLE_EQ(table.at(1.5, 15.0), 55.0);
  EXPECT_DOUBLE_EQ(table.at(3.0, 10.0), 200.0);
  EXPECT_DOUBLE_EQ(table.at(1.0, 50.0), 40.0);
  EXPECT_DOUBLE_EQ(table.at(1.0, 0.0), -10.0);
}

TEST(NldmTable, IgnoresAnAxisItDoesNotHave) {
  const NldmTable over_load{{}, {0.0, 1.0}, {5.0, 7.0}};
  EXPECT_DOUBLE_EQ(over_load.at(123.0, 0.5), 6.0);
  EXPECT_DOUBLE_EQ(NldmTable{3.0}.at(1.0, 2.0), 3.0);
}

TEST(Liberty, ReadsCellsPinsAndConditions) {
  const auto library = tiny_library();
  EXPECT_EQ(library->name, "tiny");
  EXPECT_EQ(library->corner, "hand");
  EXPECT_DOUBLE_EQ(library->voltage_v, 2.0);
  const LibertyCell* nand = library->find_cell("NAND");
  ASSERT_NE(nand, nullptr);
  EXPECT_EQ(nand->area, SquareMicrometres{3.0});
  EXPECT_DOUBLE_EQ(nand->find_pin("B")->capacitance_pf, 0.03);
  EXPECT_DOUBLE_EQ(nand->leakage[0].power_nw, 4.0);
  EXPECT_THAT(nand->leakage[0].when->pins(), ElementsAre("A", "B"));
  EXPECT_THAT(nand->find_pin("Y")->timing[0].related_pins, ElementsAre("A", "B"));
  EXPECT_EQ(nand->find_pin("Y")->internal_power.size(), 2u);
  EXPECT_EQ(library->find_cell("DFF")->flip_flop->inverted_state, "IQN");
  EXPECT_EQ(library->find_cell("HOLD")->unsupported, "is a latch");
}

TEST(Liberty, ReadsTablesInEitherOrderOfTheirVariables) {
  const auto library = tiny_library();
  const NldmTable& table = library->find_cell("INV")->find_pin("Y")->timing[0].transition_ns[0];
  EXPECT_DOUBLE_EQ(table.at(0.2, 0.01), 2.0);  // rows are loads in this one
  EXPECT_DOUBLE_EQ(table.at(0.1, 0.03), 4.0);
}

TEST(Liberty, ConvertsUnits) {
  std::string text = tiny_with("time_unit : \"1ns\"", "time_unit : \"10ps\"");
  text.replace(text.find("(1, pf)"), 7, "(100,ff)");
  text.replace(text.find("\"1nW\""), 5, "\"1pW\"");
  const auto library = parse_liberty(text, "units.lib");
  ASSERT_TRUE(library) << library.error().message;
  const LibertyCell& nand = library->cells.at("NAND");
  EXPECT_DOUBLE_EQ(nand.find_pin("A")->capacitance_pf, 0.002);                          // 0.02 x 100 fF
  EXPECT_DOUBLE_EQ(nand.find_pin("Y")->timing[0].delay_ns[0].at(0, 0), 0.01);           // 1.0 x 10 ps
  EXPECT_DOUBLE_EQ(nand.find_pin("Y")->internal_power[0].energy_pj[1].at(0, 0), 0.03);  // 0.3 x 100 fF V^2
  EXPECT_DOUBLE_EQ(nand.leakage_nw, 0.002);
}

TEST(Liberty, AttributesMayEndWithTheLine) {
  const auto library = parse_liberty(tiny_with("area : 3;", "area : 3"), "line.lib");
  ASSERT_TRUE(library) << library.error().message;
  EXPECT_EQ(library->cells.at("NAND").area, SquareMicrometres{3.0});
}

struct WrongLibrary {
  const char* name;
  std::string text;
  std::string message;
};

class WrongLiberty : public ::testing::TestWithParam<WrongLibrary> {};

TEST_P(WrongLiberty, IsRefusedByLine) {
  const auto library = parse_liberty(GetParam().text, "bad.lib");
  ASSERT_FALSE(library);
  EXPECT_THAT(library.error().message, HasSubstr("bad.lib: "));
  EXPECT_THAT(library.error().message, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Cases, WrongLiberty,
    ::testing::Values(
        WrongLibrary{"Empty", "", "line 1: expected the name"},
        WrongLibrary{"NoLibrary", "cell (A) { }", "expected one `library"},
        WrongLibrary{"NoCells", "library (a) { nom_voltage : 1; capacitive_load_unit (1, pf); }", "has no cells"},
        WrongLibrary{"Truncated", kTinyLibrary.substr(0, kTinyLibrary.size() / 2), "expected"},
        WrongLibrary{"OpenString", kTinyLibrary + "\"", "the string has no end"},
        WrongLibrary{"OpenComment", tiny_with("by hand */", "by hand"), "line 1: the comment has no end"},
        WrongLibrary{"WordForNumber", tiny_with("area : 3;", "area : three;"),
                     "line 20: cell NAND: area = \"three\", expected a number"},
        WrongLibrary{"NegativeCapacitance", tiny_with("capacitance : 0.02", "capacitance : -0.02"),
                     "cell NAND, pin A: capacitance = -0.02, expected >= 0"},
        WrongLibrary{"UnknownTemplate", tiny_with("cell_rise (over_slew)", "cell_rise (over_time)"),
                     "cell INV, pin Y, timing, cell_rise: unknown table template `over_time`"},
        WrongLibrary{"TableShape", tiny_with("\"1.0, 3.0\"", "\"1.0, 3.0, 4.0\""), "3 values, expected 2 x 1"},
        WrongLibrary{"AxisOrder", tiny_with("\"0.1, 0.3\"", "\"0.3, 0.1\""), "index_1 must ascend"},
        WrongLibrary{"TableVariable", tiny_with("variable_1 : input_net_transition", "variable_1 : moon_phase"),
                     "tables over moon_phase cannot be read"},
        WrongLibrary{"NoValues", tiny_with("cell_fall (scalar) { values (\"2.0\"); }", "cell_fall (scalar) { }"),
                     "values are missing"},
        WrongLibrary{"BadFunction", tiny_with("\"!A\"", "\"!A +\""), "expected a pin"},
        WrongLibrary{"ForeignPin", tiny_with("\"A ^ B\"", "\"A ^ C\""),
                     "cell XOR, pin Y: function names the pin C, which the cell does not have"},
        WrongLibrary{"ForeignRelatedPin", tiny_with("related_pin : \"B\"", "related_pin : \"Z\""), "names the pin Z"},
        WrongLibrary{"Direction", tiny_with("direction : input", "direction : inward"), "direction = \"inward\""},
        WrongLibrary{"TwiceAPin", tiny_with("pin (B)", "pin (A)"), "stands twice in the cell"},
        WrongLibrary{"TwiceACell", tiny_with("cell (INV)", "cell (NAND)"), "cell NAND: stands twice"},
        WrongLibrary{"Unit", tiny_with("\"1nW\"", "\"1horse\""), "line 6: leakage_power_unit = \"1horse\""},
        WrongLibrary{"NoLoadUnit", tiny_with("capacitive_load_unit (1, pf);", ""), "expected capacitive_load_unit"},
        WrongLibrary{"NoVoltage", tiny_with("voltage : 2.0; temperature", "voltage : 0; temperature"),
                     "no supply voltage"},
        WrongLibrary{"Ccs", tiny_with("table_lookup", "polynomial"), "only table_lookup"},
        WrongLibrary{"FlipFlopWithoutClock", tiny_with("clocked_on : \"CK\";", ""),
                     "ff needs next_state and clocked_on"}),
    [](const auto& param) { return std::string{param.param.name}; });

TEST(Liberty, MissingFileNamesThePackage) {
  const auto library = load_liberty("/nonexistent/cells.lib");
  ASSERT_FALSE(library);
  EXPECT_THAT(library.error().message, HasSubstr("/nonexistent/cells.lib"));
  EXPECT_THAT(library.error().message, HasSubstr("qflow-tech-osu018"));
}

}  // namespace
}  // namespace axvp
