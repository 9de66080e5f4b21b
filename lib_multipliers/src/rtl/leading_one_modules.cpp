// DRUM and Mitchell's multiplier: both begin with the operands' leading ones.

#include <fmt/format.h>

#include <algorithm>

#include "netlists.h"

namespace axvp {
namespace {

constexpr int kBits = 8;

std::string header(const std::string& module) {
  return fmt::format(
      "module {} (\n"
      "  input  logic [7:0]  x_i,\n"
      "  input  logic [7:0]  w_i,\n"
      "  output logic [15:0] p_o\n"
      ");\n",
      module);
}

/// The segment of one operand: `bits` bits from the leading one on, the lowest set, and how far to shift it back.
std::string drum_segment(char operand, int bits) {
  std::string text =
      fmt::format("  always_comb begin\n    {0}_part = {0}_i[{1}:0];\n    {0}_shift = 3'd0;\n", operand, bits - 1);
  for (int top = bits; top < kBits; ++top)
    text += fmt::format(
        "    if ({0}_i[{1}]) begin\n      {0}_part = {{{0}_i[{1}:{2}], 1'b1}};\n      {0}_shift = 3'd{3};\n    end\n",
        operand, top, top - bits + 2, top - bits + 1);
  return text + "  end\n";
}

/// Characteristic and fraction of one operand's logarithm; the bits below `truncated` of the fraction are left out.
std::string mitchell_logarithm(char operand, int truncated) {
  std::string text = fmt::format("  always_comb begin\n    {0}_power = 3'd0;\n    {0}_fraction = '0;\n", operand);
  for (int top = 1; top < kBits; ++top) {
    // operand[top-1:0] stands at the fraction's top; of it, the bits from 7 - top + ... on fall below the cut.
    const int lowest = std::max(0, truncated - (kBits - 1 - top));
    const int bits = std::max(0, top - lowest);
    const int zeros = kBits - 1 - truncated - bits;
    std::string fraction;
    if (bits > 0) fraction = fmt::format("{}_i[{}:{}]", operand, top - 1, lowest);
    if (zeros > 0) fraction += fmt::format("{}{}'d0", bits > 0 ? ", " : "", zeros);
    text +=
        fmt::format("    if ({0}_i[{1}]) begin\n      {0}_power = 3'd{1};\n      {0}_fraction = {{{2}}};\n    end\n",
                    operand, top, fraction);
  }
  return text + "  end\n";
}

}  // namespace

std::string module_text(const DrumParameters& p, const std::string& module) {
  const int width = 2 * p.bits;
  return header(module) +
         fmt::format(
             "  // The {0} bits from the leading one on, the lowest set, and how many bits they were shifted by.\n"
             "  logic [{1}:0] x_part, w_part;\n"
             "  logic [2:0] x_shift, w_shift;\n",
             p.bits, p.bits - 1) +
         drum_segment('x', p.bits) + drum_segment('w', p.bits) +
         fmt::format(
             "\n  logic [{0}:0] product;\n"
             "  logic [3:0] shift;\n"
             "  assign product = {{{1}'d0, x_part}} * {{{1}'d0, w_part}};\n"
             "  assign shift = {{1'b0, x_shift}} + {{1'b0, w_shift}};\n"
             "  assign p_o = {2} << shift;\n"
             "endmodule\n",
             width - 1, p.bits, width < 16 ? fmt::format("{{{}'d0, product}}", 16 - width) : "product");
}

std::string module_text(const MitchellParameters& p, const std::string& module) {
  const int bits = kBits - 1 - p.truncated_bits;
  return header(module) +
         fmt::format(
             "  // Logarithms: the leading one's place and the bits behind it as a fraction of {0} bits.\n"
             "  logic [2:0] x_power, w_power;\n"
             "  logic [{1}:0] x_fraction, w_fraction;\n",
             bits, bits - 1) +
         mitchell_logarithm('x', p.truncated_bits) + mitchell_logarithm('w', p.truncated_bits) +
         fmt::format(
             "\n  // Their sum, and back.\n"
             "  logic [{0}:0] fraction;\n"
             "  logic [3:0] power;\n"
             "  logic [{1}:0] shifted;\n"
             "  logic [{2}:0] dropped_bits;\n"
             "  assign fraction = {{1'b0, x_fraction}} + {{1'b0, w_fraction}}{3};\n"
             "  assign power = {{1'b0, x_power}} + {{1'b0, w_power}} + {{3'b0, fraction[{0}]}};\n"
             "  assign shifted = {{15'd0, 1'b1, fraction[{2}:0]}} << power;\n"
             "  assign dropped_bits = shifted[{2}:0];\n"
             "  assign p_o = x_i == 8'd0 || w_i == 8'd0 ? 16'd0 : shifted[{1}:{0}];\n"
             "\n  logic unused_bits;\n  assign unused_bits = ^dropped_bits;\n"
             "endmodule\n",
             bits, bits + 15, bits - 1, p.corrected ? fmt::format(" + {}'d1", bits + 1) : "");
}

}  // namespace axvp
