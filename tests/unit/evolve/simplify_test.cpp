#include "axvp/evolve/simplify.h"

#include <gtest/gtest.h>

#include "circuits.h"

namespace axvp {
namespace {

TEST(SimplifyTest, KeepsTheFunctionOfMutatedCircuits) {
  const GateCircuit dadda = built_in_circuit("dadda-exact");
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const GateCircuit circuit = mutated_circuit(dadda, static_cast<int>(20 * seed), seed);
    const GateCircuit simple = simplify(circuit);
    ASSERT_TRUE(check(simple));
    EXPECT_EQ(tabulate(simple, Encoding::SignMagnitude), tabulate(circuit, Encoding::SignMagnitude)) << "seed " << seed;
  }
}

TEST(SimplifyTest, LeavesNoConstantInputs) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    const GateCircuit simple = simplify(mutated_circuit(built_in_circuit("dadda_trunc-k6c"), 400, seed));
    for (const Gate& gate : simple.gates)
      for (int n = 0; n < inputs_of(gate.kind); ++n)
        EXPECT_GT(gate.inputs[static_cast<std::size_t>(n)], kConstantOne) << to_text(simple);
  }
}

TEST(SimplifyTest, FoldsAddersByHand) {
  const auto simplified = [](const std::string& text) {
    return to_text(simplify(gate_circuit_from_text(text).value()));
  };
  const std::string zeros = " 0 0 0 0 0 0 0 0 0 0 0 0 0 0";
  EXPECT_EQ(simplified("fa x0 w0 0;p g0 g0c" + zeros), "ha x0 w0;p g0 g0c" + zeros);
  EXPECT_EQ(simplified("fa x0 1 w0;p g0 g0c" + zeros), "xnor x0 w0;or x0 w0;p g0 g1" + zeros);
  EXPECT_EQ(simplified("ha x0 w0;p g0 0" + zeros), "xor x0 w0;p g0 0" + zeros);
  EXPECT_EQ(simplified("ha x0 w0;p g0c 0" + zeros), "and x0 w0;p g0 0" + zeros);
  EXPECT_EQ(simplified("fa x0 w0 x0;p g0 g0c" + zeros), "p w0 x0" + zeros);
  EXPECT_EQ(simplified("aoi22 x0 w0 x1 1;oai22 x0 w0 x0 w1;p g0 g1" + zeros),
            "aoi21 x0 w0 x1;aoi21 w0 w1 x0;p g0 g1" + zeros);
  EXPECT_EQ(simplified("nand3 x0 1 w0;muxi 0 x1 w1;p g0 g1" + zeros), "nand x0 w0;not x1;or w1 g1;p g0 g2" + zeros);
  EXPECT_EQ(simplified("not x0;not g0;and g1 1;p g2 1" + zeros), "p x0 1" + zeros);
  EXPECT_EQ(simplified("and x0 w0;and w0 x0;or g0 g1;p g2 0" + zeros), "and x0 w0;p g0 0" + zeros);
}

TEST(SimplifyTest, AnEightBySevenMultiplierIgnoresTheTopWeightBit) {
  const GateCircuit narrow = restrict_weight(built_in_circuit("dadda-exact"), 7);
  const TruthTable table = tabulate(narrow, Encoding::SignMagnitude);
  for (int x = 0; x < 256; ++x)
    for (int w = 0; w < 256; ++w)
      ASSERT_EQ(table(static_cast<std::uint8_t>(x), static_cast<std::uint8_t>(w)), x * (w % 128));
}

TEST(SimplifyTest, AWidenedMultiplierAddsTheTopPartialProducts) {
  for (const char* id : {"dadda-exact", "dadda_trunc-k7c", "dadda_or-v8"}) {
    const GateCircuit narrow = restrict_weight(built_in_circuit(id), 7);
    const TruthTable table = tabulate(narrow, Encoding::SignMagnitude);
    const TruthTable wide = tabulate(widen_weight(narrow), Encoding::SignMagnitude);
    for (int x = 0; x < 256; ++x)
      for (int w = 0; w < 256; ++w) {
        const auto bx = static_cast<std::uint8_t>(x), bw = static_cast<std::uint8_t>(w);
        ASSERT_EQ(wide(bx, bw), table(bx, bw % 128) + (w >= 128 ? 128 * x : 0)) << id << ": " << x << " * " << w;
      }
    EXPECT_EQ(to_text(restrict_weight(widen_weight(narrow), 7)), to_text(narrow)) << id;
  }
}

TEST(SimplifyTest, AWidenedMultiplierNoLongerReadsTheTopWeightBitAsItWas) {
  const auto narrow = gate_circuit_from_text("or x0 w7;p g0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0");  // x0 where w7 is 0
  ASSERT_TRUE(narrow);
  const TruthTable wide = tabulate(widen_weight(*narrow), Encoding::SignMagnitude);
  EXPECT_EQ(wide(2, 5), 0);
  EXPECT_EQ(wide(3, 5), 1);
  EXPECT_EQ(wide(2, 128), 256);
  EXPECT_EQ(wide(3, 255), 385);
}

}  // namespace
}  // namespace axvp
