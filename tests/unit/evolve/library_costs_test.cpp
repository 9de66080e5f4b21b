#include "axvp/evolve/library_costs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace axvp {
namespace {

TEST(LibraryCostsTest, FindsTheCellsOfTheDefaultLibraryByTheirFunctions) {
  const auto library = load_liberty(kDefaultLiberty);
  ASSERT_TRUE(library) << library.error().message;
  const auto costs = cell_costs_of(*library);
  ASSERT_TRUE(costs) << costs.error().message;
  EXPECT_DOUBLE_EQ(costs->voltage_v, 1.8);
  const std::array<const char*, kGateKinds> names{"INVX1",   "AND2X1",  "OR2X1",  "XOR2X1",  "NAND2X1", "NOR2X1",
                                                  "XNOR2X1", "NAND3X1", "NOR3X1", "AOI21X1", "OAI21X1", "AOI22X1",
                                                  "OAI22X1", "MUX2X1",  "HAX1",   "FAX1"};
  for (std::size_t kind = 0; kind < kGateKinds; ++kind) EXPECT_EQ(costs->cells[kind].name, names[kind]);
  // Areas and capacitances as the file has them; AOI21X1 is !((A B) + C).
  EXPECT_EQ(costs->of(GateKind::FullAdder).area.value, 120);
  EXPECT_EQ(costs->of(GateKind::HalfAdder).area.value, 80);
  EXPECT_EQ(costs->of(GateKind::OrAndInvert).area.value, 23);
  EXPECT_DOUBLE_EQ(costs->of(GateKind::HalfAdder).input_pf[0], 0.0247171);
  EXPECT_DOUBLE_EQ(costs->of(GateKind::HalfAdder).input_pf[1], 0.0211106);
}

TEST(LibraryCostsTest, EnergiesAndDelaysLieInTheTables) {
  const auto costs = cell_costs_of(load_liberty(kDefaultLiberty).value()).value();
  // HAX1's carry: internal energies of 0.034 to 0.119 pJ, delays of 0.083 ns without load upwards.
  const CellCosts::Output& carry = costs.of(GateKind::HalfAdder).outputs[1];
  EXPECT_GT(carry.energy_pj, 0.034);
  EXPECT_LT(carry.energy_pj, 0.119);
  EXPECT_GT(carry.delay_ns, 0.08);
  EXPECT_LT(carry.delay_ns, 0.25);
  EXPECT_GT(carry.delay_ns_per_pf, 1.2);
  EXPECT_LT(carry.delay_ns_per_pf, 2.2);
}

TEST(LibraryCostsTest, LeavesGatesEmptyThatALibraryLacks) {
  LibertyLibrary library = load_liberty(kDefaultLiberty).value();
  library.cells.erase("FAX1");
  const auto costs = cell_costs_of(library);
  ASSERT_TRUE(costs) << costs.error().message;
  EXPECT_FALSE(costs->has(GateKind::FullAdder));
  EXPECT_TRUE(costs->has(GateKind::HalfAdder));
  library.cells.clear();
  const auto nothing = cell_costs_of(library);
  ASSERT_FALSE(nothing);
  EXPECT_THAT(nothing.error().message, ::testing::HasSubstr("neither a full adder nor an XOR gate"));
}

}  // namespace
}  // namespace axvp
