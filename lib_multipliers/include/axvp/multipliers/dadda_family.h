#pragma once

#include <cstdint>
#include <vector>

#include "axvp/multipliers/encoding.h"

namespace axvp {

/// The operand bits that a multiplier's partial products are made of.
struct OperandBits {
  std::uint8_t kept = 0xff;    ///< The others count as 0.
  std::uint8_t forced = 0x00;  ///< These count as 1.
};

/// What one 8x8 Dadda multiplier leaves out or simplifies. Column c holds the partial products x_i w_j with i + j = c;
/// their sum, each column reduced by full and half adders, is the product:
///   L. Dadda, "Some schemes for parallel multipliers", Alta Frequenza 34, 1965.
/// In two's complement the partial products of exactly one sign bit are inverted and 2^8 + 2^15 is added:
///   C. Baugh, B. Wooley, "A two's complement parallel array multiplication algorithm", IEEE Trans. Computers C-22(12),
///   1973.
/// Dropping columns and adding a constant:
///   M. Schulte, E. Swartzlander, "Truncated multiplication with correction constant", VLSI Signal Processing VI, 1993;
///   N. Petra et al., "Truncated binary multipliers with variable correction and minimum mean square error",
///   IEEE Trans. Circuits and Systems I 57(6), 2010.
/// One OR instead of a column's sum, after the lower-part-OR adder, and dropping columns and rows together (the
/// broken-array multiplier):
///   H. Mahdiani et al., "Bio-inspired imprecise computational blocks for efficient VLSI implementation of
///   soft-computing applications", IEEE Trans. Circuits and Systems I 57(4), 2010.
/// One OR instead of the sum of two partial products that mirror each other:
///   I. Qiqieh et al., "Energy-efficient approximate multiplier design using bit significance-driven logic
///   compression", DATE 2017.
/// Dropping rows (partial product perforation):
///   G. Zervakis et al., "Design-efficient approximate multiplication circuits through partial product perforation",
///   IEEE Trans. VLSI Systems 24(10), 2016.
/// A 1 in place of an operand's dropped bits, so that their mean stays (as DRUM does behind the leading one):
///   S. Hashemi, R. Bahar, S. Reda, "DRUM: a dynamic range unbiased multiplier for approximate applications",
///   ICCAD 2015.
/// Columns switched off at run time, and constants that come with it:
///   M. de la Guia Solaz, W. Han, R. Conway, "A flexible low power DSP with a programmable truncated multiplier",
///   IEEE Trans. Circuits and Systems I 59(11), 2012.
/// Operand bits switched off at run time:
///   B. Moons, M. Verhelst, "DVAS: dynamic voltage accuracy scaling for increased energy-efficiency in approximate
///   computing", ISLPED 2015.
struct DaddaParameters {
  /// What a mode holds at 0 to switch a column off.
  enum class ColumnGates : std::uint8_t {
    PartialProducts,  ///< Each partial product on its own.
    Operands,  ///< A copy of the operand bits for each band of columns: fewer gates, and no input of the band toggles.
  };
  Encoding encoding = Encoding::SignMagnitude;
  int dropped_columns = 0;  ///< Columns below this hold nothing. 0..14.
  int or_columns = 0;       ///< Columns from `dropped_columns` to below this are one OR each. 0..14.
  /// In columns from `dropped_columns` to below this x_i w_j and x_j w_i are one OR. 0..15, in s8 0..7; not together
  /// with `or_columns`.
  int pair_columns = 0;
  OperandBits x, w;           ///< In s8 the sign bits are kept. All bits where partial products are ORed.
  std::int32_t constant = 0;  ///< Added to the sum; the product stays within 16 bits.
  /// Mode m >= 1 forces the columns below gate_levels[m - 1] to 0. At most 3, ascending, 1..14.
  std::vector<int> gate_levels;
  ColumnGates column_gates = ColumnGates::PartialProducts;
  /// Empty, or one non-negative constant for each gate level, added in its mode and the ones above.
  std::vector<std::int32_t> gate_constants;
  /// Mode m >= 1 forces the low gate_bits[m - 1] bits of both operands to 0. At most 3, ascending, 1..7; not together
  /// with `gate_levels`.
  std::vector<int> gate_bits;

  [[nodiscard]] int modes() const { return 1 + static_cast<int>(gate_levels.size() + gate_bits.size()); }
};

/// What a mode leaves of the multiplier: the parameters of a fixed one that computes the same.
[[nodiscard]] DaddaParameters parameters_of_mode(const DaddaParameters& parameters, int mode);

/// The mean error over uniform operands with `constant` and the modes left out.
[[nodiscard]] double mean_error(const DaddaParameters& parameters);

/// The constant that brings the mean error over uniform operands nearest to 0 among the multiples of 2^lowest_bit
/// (in s8: of the whole constant, 2^8 included). Never negative in sm8.
[[nodiscard]] std::int32_t compensation_constant(const DaddaParameters& parameters, int lowest_bit);

}  // namespace axvp
