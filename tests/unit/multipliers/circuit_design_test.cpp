#include <gmock/gmock.h>

#include "axvp/multipliers/design.h"
#include "axvp/multipliers/rtl_generator.h"

namespace axvp {
namespace {

using ::testing::HasSubstr;

/// (x1 x0) * (w1 w0): column 1 has two partial products, column 2 one and a carry.
MultiplierDesign two_bit_multiplier() {
  const auto circuit = gate_circuit_from_text(
      "and x0 w0;and x1 w0;and x0 w1;and x1 w1;ha g1 g2;ha g3 g4c;p g0 g4 g5 g5c 0 0 0 0 0 0 0 0 0 0 0 0");
  if (!circuit) throw std::runtime_error(circuit.error().message);
  return {"evolved-two-bits-3", "evolved", "nobody 2026",
          CircuitParameters{std::make_shared<TabulatedCircuit>(*circuit, Encoding::SignMagnitude),
                            "axvp multipliers evolve two_bits.toml", 3}};
}

TEST(CircuitDesign, ModelMultipliesAsItsGatesDo) {
  const auto model = make_model(two_bit_multiplier());
  for (int x = 0; x < 256; ++x)
    for (int w = 0; w < 256; ++w)
      ASSERT_EQ(model->multiply(static_cast<std::uint8_t>(x), static_cast<std::uint8_t>(w), 0), (x % 4) * (w % 4))
          << "x = " << x << ", w = " << w;
}

TEST(CircuitDesign, RtlSaysWhichSearchFindsIt) {
  const std::string text = generate_rtl(two_bit_multiplier());
  EXPECT_THAT(text, HasSubstr("module ax_mul_evolved_two_bits_3 ("));
  EXPECT_THAT(text, HasSubstr("circuit 3 of those that\n// `axvp multipliers evolve two_bits.toml` finds."));
}

TEST(CircuitDesign, MalformedCircuitIsRefused) {
  MultiplierDesign design = two_bit_multiplier();
  GateCircuit circuit;
  circuit.product[0] = output_signal(0);
  design.parameters = CircuitParameters{std::make_shared<TabulatedCircuit>(circuit, Encoding::SignMagnitude), "", 1};
  EXPECT_THROW(make_model(design), std::invalid_argument);
  design.parameters = CircuitParameters{};
  EXPECT_THROW(make_model(design), std::invalid_argument);
}

}  // namespace
}  // namespace axvp
