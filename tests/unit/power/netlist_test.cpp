#include "axvp/power/netlist.h"

#include "axvp/power/activity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "netlists.h"

namespace axvp {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Result<Netlist> read(const std::string& json) {
  return parse_netlist(json, "n.json", "top", tiny_library());
}

TEST(Netlist, OrdersCellsByTheirInputs) {
  const auto netlist = read(nand_inverter());
  ASSERT_TRUE(netlist) << netlist.error().message;
  ASSERT_EQ(netlist->combinational.size(), 2u);
  EXPECT_EQ(netlist->cells[netlist->combinational[0]].type->name, "NAND");
  EXPECT_EQ(netlist->cells[netlist->combinational[1]].type->name, "INV");
  EXPECT_EQ(netlist->area(), SquareMicrometres{5.0});
}

TEST(Netlist, FindsFlipFlopsAndTheirClock) {
  const auto netlist = read(toggle_register());
  ASSERT_TRUE(netlist) << netlist.error().message;
  ASSERT_EQ(netlist->flip_flops.size(), 1u);
  EXPECT_EQ(netlist->clock, netlist->find_port("clk_i")->bits[0]);
}

TEST(Netlist, ModulesBecomeParts) {
  const auto netlist = read(R"({"modules": {
    "top": {"ports": {"a": {"direction": "input", "bits": [2]}, "y": {"direction": "output", "bits": [3]}},
            "cells": {"u_0": {"type": "half", "connections": {"p": [2], "q": [4]}},
                      "u_1": {"type": "half", "connections": {"p": [4], "q": [3]}}}},
    "half": {"ports": {"p": {"direction": "input", "bits": [7]}, "q": {"direction": "output", "bits": [8]}},
             "cells": {"g": {"type": "INV", "connections": {"A": [7], "Y": [8]}}}}}})");
  ASSERT_TRUE(netlist) << netlist.error().message;
  EXPECT_THAT(netlist->parts, ElementsAre("", "u_0", "u_1"));
  ASSERT_EQ(netlist->cells.size(), 2u);
  EXPECT_EQ(netlist->cells[1].name, "u_1.g");
  EXPECT_EQ(netlist->cells[1].part, 2u);
  EXPECT_EQ(netlist->cells[0].nets[1], netlist->cells[1].nets[0]);
}

// Output p of the instance is 1, q and r are its inverted input, s the input itself: y = !(a & 1), z = !a ^ !a, t = a.
TEST(Netlist, OutputsOfAModuleMayBeConstantsOrOneNet) {
  const auto netlist = read(R"({"modules": {
    "inner": {"ports": {"a": {"direction": "input", "bits": [2]}, "p": {"direction": "output", "bits": ["1"]},
                        "q": {"direction": "output", "bits": [3]}, "r": {"direction": "output", "bits": [3]},
                        "s": {"direction": "output", "bits": [2]}},
              "cells": {"i": {"type": "INV", "connections": {"A": [2], "Y": [3]}}}},
    "top": {"ports": {"a": {"direction": "input", "bits": [2]}, "y": {"direction": "output", "bits": [7]},
                      "z": {"direction": "output", "bits": [8]}, "t": {"direction": "output", "bits": [6]}},
            "cells": {"u": {"type": "inner", "connections": {"a": [2], "p": [3], "q": [4], "r": [5], "s": [6]}},
                      "n": {"type": "NAND", "connections": {"A": [2], "B": [3], "Y": [7]}},
                      "x": {"type": "XOR", "connections": {"A": [4], "B": [5], "Y": [8]}}}}}})");
  ASSERT_TRUE(netlist) << netlist.error().message;
  Stimulus stimulus{2, 1};
  stimulus.drive("a", 1, {0, 1});
  const auto values = [&](const char* port) { return simulate_outputs(*netlist, stimulus, port).value(); };
  EXPECT_THAT(values("y"), testing::ElementsAre(1, 0));
  EXPECT_THAT(values("z"), testing::ElementsAre(0, 0));
  EXPECT_THAT(values("t"), testing::ElementsAre(0, 1));
}

/// Twenty modules, each of which holds the next one twice: a million instances in two thousand characters.
std::string doubling_modules() {
  constexpr int kLevels = 20;
  std::string modules = R"({"modules": {"top": {"cells": {"a": {"type": "m0"}, "b": {"type": "m0"}}})";
  for (int i = 0; i < kLevels; ++i) {
    const std::string cells = "{\"type\": \"m" + std::to_string(i + 1) + "\"}";
    modules += ", \"m" + std::to_string(i) + "\": {\"cells\": {\"a\": " + cells + ", \"b\": " + cells + "}}";
  }
  return modules + ", \"m" + std::to_string(kLevels) + "\": {}}}";
}

struct WrongNetlist {
  const char* name;
  std::string json;
  std::string message;
};

class WrongNetlists : public ::testing::TestWithParam<WrongNetlist> {};

TEST_P(WrongNetlists, AreRefused) {
  const auto netlist = read(GetParam().json);
  ASSERT_FALSE(netlist);
  EXPECT_THAT(netlist.error().message, HasSubstr("n.json: "));
  EXPECT_THAT(netlist.error().message, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Cases, WrongNetlists,
    ::testing::Values(
        WrongNetlist{"NotJson", "{", "not valid JSON"}, WrongNetlist{"AnArray", "[]", "no module `top`"},
        WrongNetlist{"NoTop", R"({"modules": {"other": {}}})", "no module `top`"},
        WrongNetlist{"UnknownCell", one_cell("NOR", R"({"A": [2], "B": [3], "Y": [4]})"),
                     "cell g is a `NOR`, which the library tiny does not have"},
        WrongNetlist{"Latch", one_cell("HOLD", R"({"D": [2], "G": [3], "Q": [4]})"), "cell g (HOLD) is a latch"},
        WrongNetlist{"UnconnectedInput", one_cell("NAND", R"({"A": [2], "Y": [4]})"),
                     "pin B of cell g (NAND) is not connected"},
        WrongNetlist{"UnknownPin", one_cell("NAND", R"({"A": [2], "Z": [3], "Y": [4]})"),
                     "connects the pin Z, which NAND does not have"},
        WrongNetlist{"WidePin", one_cell("NAND", R"({"A": [2, 3], "B": [3], "Y": [4]})"), "pin A of cell g has 2 bits"},
        WrongNetlist{"Undefined", one_cell("NAND", R"({"A": ["x"], "B": [3], "Y": [4]})"),
                     "pin A of cell g is undefined (\"x\")"},
        WrongNetlist{"NotABit", one_cell("NAND", R"({"A": [true], "B": [3], "Y": [4]})"),
                     "is true, expected a bit number"},
        WrongNetlist{"Undriven", one_cell("NAND", R"({"A": [2], "B": [9], "Y": [4]})"),
                     "pin B of cell g has no driver"},
        WrongNetlist{"TwoDrivers", one_cell("NAND", R"({"A": [2], "B": [3], "Y": [2]})"),
                     "a net is driven by an input port and by cell g"},
        WrongNetlist{"DrivenConstant", one_cell("NAND", R"({"A": [2], "B": [3], "Y": ["0"]})"),
                     "a constant net is driven by cell g"},
        WrongNetlist{"Loop", one_cell("NAND", R"({"A": [2], "B": [4], "Y": [4]})"),
                     "combinational loop through cell g"},
        WrongNetlist{"InnerClock", one_cell("DFF", R"({"D": [2], "CK": [4], "RN": [3], "Q": [4]})"),
                     "the clock of cell g is not an input port"},
        WrongNetlist{"PortDirection", R"({"modules": {"top": {"ports": {"a": {"direction": "inout", "bits": [2]}}}}})",
                     "port a has direction \"inout\""},
        WrongNetlist{"BitsNoList", R"({"modules": {"top": {"ports": {"a": {"direction": "input", "bits": 2}}}}})",
                     "port a has bits that are no list"},
        WrongNetlist{"BitsOfAnInstance", R"({"modules": {"top": {"cells": {"u": {"type": "m"}}},
                     "m": {"ports": {"p": {"bits": {"0": 2}}}}}})",
                     "u.p has bits that are no list"},
        WrongNetlist{"ModulesThatDouble", doubling_modules(), "more than 100000 instances of modules"},
        WrongNetlist{"YosysLatch", one_cell("$_DLATCH_P_", R"({"D": [2], "E": [3], "Q": [4]})"),
                     "cell g is a latch (`$_DLATCH_P_`)"},
        WrongNetlist{"UndrivenOutput",
                     R"({"modules": {"top": {"ports": {"y": {"direction": "output", "bits": [2]}}}}})",
                     "port y has no driver"}),
    [](const auto& param) { return std::string{param.param.name}; });

TEST(Netlist, TwoClocksAreRefused) {
  const auto netlist = read(R"({"modules": {"top": {
    "ports": {"a": {"direction": "input", "bits": [2]}, "b": {"direction": "input", "bits": [3]}},
    "cells": {"f": {"type": "DFF", "connections": {"D": [2], "CK": [2], "RN": ["1"]}},
              "g": {"type": "DFF", "connections": {"D": [2], "CK": [3], "RN": ["1"]}}}}}})");
  ASSERT_FALSE(netlist);
  EXPECT_THAT(netlist.error().message, HasSubstr("cell g has another clock"));
}

}  // namespace
}  // namespace axvp
