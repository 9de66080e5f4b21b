#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "axvp/common/result.h"
#include "axvp/multipliers/encoding.h"
#include "axvp/multipliers/truth_table.h"

namespace axvp {

/// What one gate computes from its inputs a, b, c, d: cells that libraries have.
enum class GateKind : std::uint8_t {
  Not,            ///< ~a
  And,            ///< a & b
  Or,             ///< a | b
  Xor,            ///< a ^ b
  Nand,           ///< ~(a & b)
  Nor,            ///< ~(a | b)
  Xnor,           ///< ~(a ^ b)
  Nand3,          ///< ~(a & b & c)
  Nor3,           ///< ~(a | b | c)
  AndOrInvert,    ///< ~((a & b) | c)
  OrAndInvert,    ///< ~((a | b) & c)
  AndOrInvert22,  ///< ~((a & b) | (c & d))
  OrAndInvert22,  ///< ~((a | b) & (c | d))
  MuxInvert,      ///< ~(c ? a : b)
  HalfAdder,      ///< sum a ^ b, carry a & b
  FullAdder,      ///< sum a ^ b ^ c, carry majority(a, b, c)
};
inline constexpr std::size_t kGateKinds = 16;
inline constexpr std::size_t kGateInputs = 4;

/// 1 to 4.
[[nodiscard]] constexpr int inputs_of(GateKind kind) {
  constexpr int kInputs[kGateKinds] = {1, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 3, 2, 3};
  return kInputs[static_cast<std::size_t>(kind)];
}
[[nodiscard]] constexpr bool has_carry(GateKind kind) {
  return kind == GateKind::HalfAdder || kind == GateKind::FullAdder;
}
/// As in the text form: "not", "and", ..., "aoi21", "oai21", "aoi22", "oai22", "muxi", "ha", "fa".
[[nodiscard]] std::string_view to_string(GateKind kind);

/// A wire of a GateCircuit: constants, operand bits, then two numbers for each gate, its output (a sum) and its carry.
using SignalId = std::uint16_t;
inline constexpr SignalId kConstantZero = 0;
inline constexpr SignalId kConstantOne = 1;
inline constexpr SignalId kFirstGateSignal = 18;
[[nodiscard]] constexpr SignalId x_signal(int bit) {
  return static_cast<SignalId>(2 + bit);
}
[[nodiscard]] constexpr SignalId w_signal(int bit) {
  return static_cast<SignalId>(10 + bit);
}
[[nodiscard]] constexpr SignalId output_signal(std::size_t gate) {
  return static_cast<SignalId>(kFirstGateSignal + 2 * gate);
}
[[nodiscard]] constexpr SignalId carry_signal(std::size_t gate) {
  return static_cast<SignalId>(kFirstGateSignal + 2 * gate + 1);
}

struct Gate {
  GateKind kind = GateKind::And;
  std::array<SignalId, kGateInputs> inputs{};  ///< Those beyond inputs_of(kind) are 0.

  [[nodiscard]] bool operator==(const Gate& other) const { return kind == other.kind && inputs == other.inputs; }
};

/// An 8x8 multiplier as a list of gates, each reading only constants, operand bits and earlier gates.
struct GateCircuit {
  std::vector<Gate> gates;
  std::array<SignalId, 16> product{};  ///< Least significant first.

  [[nodiscard]] bool operator==(const GateCircuit& other) const {
    return gates == other.gates && product == other.product;
  }
  [[nodiscard]] bool operator!=(const GateCircuit& other) const { return !(*this == other); }
};

inline constexpr std::size_t kMaximumGates = 4096;

/// Fails if a gate or a product bit reads a signal that does not exist or stands later, or the carry of a gate that has
/// none, naming the gate.
[[nodiscard]] Result<void> check(const GateCircuit& circuit);

/// All 65,536 products; two's complement of 16 bits for s8. The circuit has passed check().
[[nodiscard]] TruthTable tabulate(const GateCircuit& circuit, Encoding encoding);

/// One line: "and x0 w0;fa g0 g1 g1c;...;p g0 g1 0 ...": gates in order, then the product, least significant first.
/// Signals are 0, 1, x0..x7, w0..w7, gN (output of gate N) and gNc (its carry).
[[nodiscard]] std::string to_text(const GateCircuit& circuit);
/// Reads the form of to_text() and checks the circuit.
[[nodiscard]] Result<GateCircuit> gate_circuit_from_text(std::string_view text);

/// SystemVerilog with the ports x_i, w_i and p_o; adders are ax_ha and ax_fa instances. `comment` lines follow the
/// module's header without "// ". Operand bits and adder outputs that nothing reads are named as unused, so that lint
/// stays silent about them only.
[[nodiscard]] std::string generate_rtl(const GateCircuit& circuit, const std::string& module,
                                       const std::vector<std::string>& comment);

}  // namespace axvp
