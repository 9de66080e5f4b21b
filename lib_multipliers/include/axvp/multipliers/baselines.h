#pragma once

#include <cstdint>

namespace axvp {

// Published approximate multipliers to compare with; none of them is on the front of error against energy.

/// Approximate 4:2 compressors, without carry input and carry output, in the low columns of an unsigned multiplier; the
/// other columns have full and half adders. Each stage halves the tallest column, taking bits in the order in which the
/// columns hold them: partial products by rising bit of x, then what the stage before left.
struct CompressorParameters {
  enum class Kind : std::uint8_t {
    /// Sum (a ^ b) | (c ^ d), carry (a & b) | (c & d): design 2 without carries of A. Momeni et al., "Design and
    /// analysis
    /// of approximate compressors for multiplication", IEEE Trans. Computers 64(4), 2015.
    Momeni,
    /// Wrong for four ones only, which count as 3: after Z. Yang, J. Han, F. Lombardi, "Approximate compressors for
    /// error-resilient multiplier design", DFTS 2015.
    Yang,
  };
  Kind kind = Kind::Momeni;
  int columns = 8;  ///< Columns below this are compressed approximately. 0..15.
};

/// Blocks of 2x2 bits in which 3 * 3 is 7, so that three bits hold a block's product: P. Kulkarni, P. Gupta,
/// M. Ercegovac, "Trading accuracy for power with an underdesigned multiplier architecture", VLSI Design 2011.
/// Unsigned.
struct KulkarniParameters {
  int blocks =
      8;  ///< Blocks (a, b) of x's and w's bit pairs with a + b below this are approximate. 0..8, 7 and 8: all.
};

/// The `bits` bits from each operand's leading one on, the last of them set to 1, multiplied exactly and shifted back:
/// S. Hashemi, R. Bahar, S. Reda, "DRUM: a dynamic range unbiased multiplier for approximate applications", ICCAD 2015.
/// Unsigned.
struct DrumParameters {
  int bits = 6;  ///< 3..7.
};

/// Sum of piecewise-linear logarithms: J. Mitchell, "Computer multiplication and division using binary logarithms", IRE
/// Trans. Electronic Computers EC-11(4), 1962; with truncated fractions after M. Kim et al., "Efficient Mitchell's
/// approximate log multipliers for convolutional neural networks", IEEE Trans. Computers 68(5), 2019, and one unit in
/// the last place of the fractions' sum against the bias. Unsigned.
struct MitchellParameters {
  int truncated_bits = 0;  ///< Low bits of the 7-bit fractions that are left out. 0..6.
  bool corrected = false;  ///< Adds 1 to the sum of the fractions.
};

/// Radix-4 Booth partial products, x times the digits of w, without the bits of the columns below `dropped_columns`:
/// O. MacSorley, "High-speed arithmetic in binary computers", Proc. IRE 49(1), 1961. Two's complement.
struct BoothParameters {
  int dropped_columns = 0;  ///< 0..8.
};

}  // namespace axvp
