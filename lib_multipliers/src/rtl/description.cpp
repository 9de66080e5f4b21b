#include "description.h"

#include <fmt/format.h>

#include <vector>

#include "axvp/common/text.h"

namespace axvp {
namespace {

/// "bits 0, 1".
std::string bits(int mask) {
  std::vector<std::string> names;
  for (int bit = 0; bit < 8; ++bit)
    if ((mask >> bit) & 1) names.push_back(std::to_string(bit));
  return (names.size() == 1 ? "bit " : "bits ") + join(names, ", ");
}

void describe_operand(const char* name, const OperandBits& operand, std::vector<std::string>& parts) {
  const int dropped = ~(operand.kept | operand.forced) & 0xff;
  if (dropped != 0) parts.push_back(fmt::format("{} of {} dropped", bits(dropped), name));
  if (operand.forced != 0) parts.push_back(fmt::format("{} of {} taken as 1", bits(operand.forced), name));
}

std::string describe_gates(const DaddaParameters& p) {
  if (!p.gate_bits.empty())
    return fmt::format("mode 0 exact, modes 1.. switch off the lowest {} bits of both operands",
                       fmt::join(p.gate_bits, ", "));
  std::string text =
      fmt::format("mode 0 exact, modes 1.. switch off the columns below {}", fmt::join(p.gate_levels, ", "));
  if (p.column_gates == DaddaParameters::ColumnGates::Operands) text += " by their operands";
  if (!p.gate_constants.empty())
    text += fmt::format(" and add {}, one after the other", fmt::join(p.gate_constants, ", "));
  return text;
}

std::string describe_parameters(const DaddaParameters& p) {
  std::vector<std::string> parts;
  if (p.dropped_columns > 0) parts.push_back(fmt::format("columns below {} dropped", p.dropped_columns));
  if (p.or_columns > 0) parts.push_back(fmt::format("columns below {} one OR each", p.or_columns));
  if (p.pair_columns > 0)
    parts.push_back(fmt::format("mirrored pairs in columns below {} one OR each", p.pair_columns));
  describe_operand("x_i", p.x, parts);
  describe_operand("w_i", p.w, parts);
  if (p.constant != 0) parts.push_back(fmt::format("constant {} added", p.constant));
  if (p.modes() > 1) parts.push_back(describe_gates(p));
  const char* kind = p.encoding == Encoding::TwosComplement ? "Two's complement 8x8 Baugh-Wooley multiplier, Dadda tree"
                                                            : "Unsigned 8x8 Dadda multiplier";
  return fmt::format("{}: {}.", kind, parts.empty() ? "exact" : join(parts, ", "));
}

std::string describe_parameters(const CompressorParameters& p) {
  return fmt::format("Unsigned 8x8 multiplier: approximate 4:2 compressors ({}) in the columns below {}.",
                     p.kind == CompressorParameters::Kind::Momeni ? "Momeni" : "Yang", p.columns);
}

std::string describe_parameters(const KulkarniParameters& p) {
  return fmt::format("Unsigned 8x8 multiplier of 2x2 blocks: 3 * 3 = 7 in blocks (a, b) with a + b < {}.", p.blocks);
}

std::string describe_parameters(const DrumParameters& p) {
  return fmt::format("Unsigned 8x8 DRUM: {} bits from the leading ones on.", p.bits);
}

std::string describe_parameters(const MitchellParameters& p) {
  return fmt::format("Unsigned 8x8 logarithmic multiplier: {} bits of the fractions left out{}.", p.truncated_bits,
                     p.corrected ? ", one unit in the last place added" : "");
}

std::string describe_parameters(const BoothParameters& p) {
  return fmt::format("Two's complement 8x8 radix-4 Booth multiplier, Dadda tree: {}.",
                     p.dropped_columns == 0 ? "exact" : fmt::format("columns below {} dropped", p.dropped_columns));
}

std::string describe_parameters(const CircuitParameters& p) {
  return fmt::format("{} 8x8 multiplier of {} gates and adders, circuit {} of those that\n// `{}` finds.",
                     p.circuit->encoding() == Encoding::TwosComplement ? "Two's complement" : "Unsigned",
                     p.circuit->circuit().gates.size(), p.position, p.command);
}

}  // namespace

std::string describe(const MultiplierParameters& parameters) {
  return std::visit([](const auto& p) { return describe_parameters(p); }, parameters);
}

}  // namespace axvp
