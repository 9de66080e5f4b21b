#include "axvp/multipliers/gate_circuit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "axvp/common/random.h"

namespace axvp {
namespace {

using ::testing::HasSubstr;

/// Random gates over the operand bits and each other.
GateCircuit random_circuit(std::uint64_t seed, std::size_t gates) {
  Random random{seed};
  GateCircuit circuit;
  const auto any_signal = [&] {
    for (;;) {
      const auto signal = static_cast<SignalId>(random.below(kFirstGateSignal + 2 * circuit.gates.size()));
      if (signal < kFirstGateSignal || signal % 2 == 0) return signal;
      if (has_carry(circuit.gates[(signal - kFirstGateSignal) / 2u].kind)) return signal;
    }
  };
  for (std::size_t g = 0; g < gates; ++g) {
    Gate gate{static_cast<GateKind>(random.below(kGateKinds)), {}};
    for (int n = 0; n < inputs_of(gate.kind); ++n) gate.inputs[static_cast<std::size_t>(n)] = any_signal();
    circuit.gates.push_back(gate);
  }
  for (SignalId& signal : circuit.product) signal = any_signal();
  return circuit;
}

/// One pair at a time, from the definitions in the header.
int product_of(const GateCircuit& circuit, int x, int w) {
  std::vector<int> value{0, 1};
  for (int bit = 0; bit < 8; ++bit) value.push_back((x >> bit) & 1);
  for (int bit = 0; bit < 8; ++bit) value.push_back((w >> bit) & 1);
  for (const Gate& gate : circuit.gates) {
    const int a = value[gate.inputs[0]], b = value[gate.inputs[1]], c = value[gate.inputs[2]],
              d = value[gate.inputs[3]];
    int output = 0, carry = 0;
    switch (gate.kind) {
      case GateKind::Not:
        output = 1 - a;
        break;
      case GateKind::And:
        output = a * b;
        break;
      case GateKind::Or:
        output = a + b > 0;
        break;
      case GateKind::Xor:
        output = a != b;
        break;
      case GateKind::Nand:
        output = 1 - a * b;
        break;
      case GateKind::Nor:
        output = a + b == 0;
        break;
      case GateKind::Xnor:
        output = a == b;
        break;
      case GateKind::Nand3:
        output = 1 - a * b * c;
        break;
      case GateKind::Nor3:
        output = a + b + c == 0;
        break;
      case GateKind::AndOrInvert22:
        output = a * b + c * d == 0;
        break;
      case GateKind::OrAndInvert22:
        output = (a + b) * (c + d) == 0;
        break;
      case GateKind::MuxInvert:
        output = 1 - (c == 1 ? a : b);
        break;
      case GateKind::AndOrInvert:
        output = a * b + c == 0;
        break;
      case GateKind::OrAndInvert:
        output = 1 - (a + b > 0) * c;
        break;
      case GateKind::HalfAdder:
        output = (a + b) % 2;
        carry = (a + b) / 2;
        break;
      case GateKind::FullAdder:
        output = (a + b + c) % 2;
        carry = (a + b + c) / 2;
        break;
    }
    value.push_back(output);
    value.push_back(carry);
  }
  int product = 0;
  for (std::size_t bit = 0; bit < 16; ++bit) product |= value[circuit.product[bit]] << bit;
  return product;
}

TEST(GateCircuitTest, TabulatesWhatItsGatesSay) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const GateCircuit circuit = random_circuit(seed, 60);
    const TruthTable table = tabulate(circuit, Encoding::SignMagnitude);
    for (int x = 0; x < 256; ++x)
      for (int w = seed % 2 == 0 ? 0 : x % 3; w < 256; w += 3)
        ASSERT_EQ(table(static_cast<std::uint8_t>(x), static_cast<std::uint8_t>(w)), product_of(circuit, x, w))
            << "seed " << seed << ", x = " << x << ", w = " << w;
  }
}

TEST(GateCircuitTest, ReadsTheProductOfS8AsTwosComplement) {
  const auto circuit = gate_circuit_from_text("p 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 1");
  ASSERT_TRUE(circuit);
  EXPECT_EQ(tabulate(*circuit, Encoding::TwosComplement)(3, 5), -32768);
  EXPECT_EQ(tabulate(*circuit, Encoding::SignMagnitude)(3, 5), 32768);
}

TEST(GateCircuitTest, TextFormReadsBackAsTheSameCircuit) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const GateCircuit circuit = random_circuit(seed, 1 + 10 * seed);
    const auto again = gate_circuit_from_text(to_text(circuit));
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(*again, circuit) << "seed " << seed;
  }
}

TEST(GateCircuitTest, TextErrorsNameTheGate) {
  const auto message = [](const std::string& text) {
    const auto circuit = gate_circuit_from_text(text);
    return circuit ? std::string{"no error"} : circuit.error().message;
  };
  const std::string product = ";p 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0";
  EXPECT_THAT(message("and x0 w8" + product), HasSubstr("gate 0: 'w8' is no signal"));
  EXPECT_THAT(message("ands x0 w1" + product), HasSubstr("unknown kind 'ands', did you mean"));
  EXPECT_THAT(message("fa x0 w1" + product), HasSubstr("gate 0: 'fa' takes 3 signals, found 2"));
  EXPECT_THAT(message("and x0 g0" + product), HasSubstr("gate 0 (and) reads g0, which no earlier gate drives"));
  EXPECT_THAT(message("and x0 w0;or g0c w1" + product), HasSubstr("gate 1 (or) reads g0c"));
  EXPECT_THAT(message("and x0 w0"), HasSubstr("expected 'p' and 16 signals"));
  EXPECT_THAT(message("p 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 g0"), HasSubstr("product bit 15 reads g0"));
  EXPECT_THAT(message(""), HasSubstr("expected 'p'"));
}

TEST(GateCircuitTest, RtlHasItsCommentPortsAndUnusedBits) {
  const auto circuit = gate_circuit_from_text("ha x0 w0;aoi21 x1 w1 g0;p g1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 1");
  ASSERT_TRUE(circuit);
  const std::string rtl = generate_rtl(*circuit, "ax_mul_some", {"Generated by hand, do not edit."});
  EXPECT_EQ(rtl.substr(0, 54), "// Generated by hand, do not edit.\nmodule ax_mul_some ");
  EXPECT_THAT(rtl, HasSubstr("  logic n0, c0;\n  ax_ha u_n0 (.a_i(x_i[0]), .b_i(w_i[0]), .s_o(n0), .c_o(c0));\n"));
  EXPECT_THAT(rtl, HasSubstr("  logic n1;\n  assign n1 = ~((x_i[1] & w_i[1]) | n0);\n"));
  EXPECT_THAT(rtl, HasSubstr("  assign p_o[15] = 1'b1;\n"));
  EXPECT_THAT(rtl, HasSubstr("unused_bits = ^{x_i[2], "));
  EXPECT_THAT(rtl, HasSubstr(", w_i[7], c0};\nendmodule\n"));
}

}  // namespace
}  // namespace axvp
