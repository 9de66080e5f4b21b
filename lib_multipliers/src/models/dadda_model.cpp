// Closed formulas of the Dadda family. They share nothing with the netlists but the parameters, so that comparing the
// two proves something.

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

#include "axvp/multipliers/dadda_family.h"
#include "design_functions.h"

namespace axvp {
namespace {

constexpr int kBits = 8;
constexpr int kSign = kBits - 1;
constexpr std::int32_t kMagnitude = (1 << kSign) - 1;  // the bits below the sign
constexpr std::int32_t kBaughWooley = (1 << 8);        // its constant, besides 2^15 that wraps

std::int32_t mask_below(int column) {
  return (1 << column) - 1;
}

/// x * w without the partial products of columns below `columns`: in row j, x loses the bits below column - j.
std::int32_t truncated_product(std::int32_t x, std::int32_t w, int columns) {
  std::int32_t sum = 0;
  for (int j = 0; j < kBits; ++j) {
    const int lost = std::max(0, columns - j);
    if ((w >> j) & 1) sum += ((x >> lost) << lost) << j;
  }
  return sum;
}

/// Product without carries: bit c is the OR of column c.
std::int32_t or_product(std::int32_t x, std::int32_t w) {
  std::int32_t bits = 0;
  for (int j = 0; j < kBits; ++j)
    if ((w >> j) & 1) bits |= x << j;
  return bits;
}

/// Sum of 4^i over the set bits of t whose column 2i lies in [from, to).
std::int32_t diagonal(std::int32_t t, int from, int to) {
  std::int32_t sum = 0;
  for (int i = (from + 1) / 2; 2 * i < to && i < kBits; ++i)
    if ((t >> i) & 1) sum += 1 << 2 * i;
  return sum;
}

/// What ORing mirrored partial products loses: x_i w_j and x_j w_i are both 1 where bits i and j of t = x & w are, so
/// half of t * t without its diagonal.
std::int32_t pair_loss(std::int32_t x, std::int32_t w, int from, int to) {
  if (to <= from) return 0;
  const std::int32_t t = x & w;
  return (truncated_product(t, t, from) - truncated_product(t, t, to) - diagonal(t, from, to)) / 2;
}

std::int32_t seen(std::uint8_t operand, const OperandBits& bits) {
  return (operand & bits.kept) | bits.forced;
}

std::int32_t unsigned_product(const DaddaParameters& p, std::int32_t x, std::int32_t w) {
  const int summed_from = std::max(p.dropped_columns, p.or_columns);
  const std::int32_t ored = or_product(x, w) & mask_below(summed_from) & ~mask_below(p.dropped_columns);
  return truncated_product(x, w, summed_from) + ored - pair_loss(x, w, p.dropped_columns, p.pair_columns) + p.constant;
}

/// Value of the Baugh-Wooley partial products in columns below `columns`: those of the magnitude bits, and the inverted
/// ones, two a column from 7 on.
std::int32_t low_baugh_wooley(std::int32_t x, std::int32_t w, int columns) {
  const std::int32_t xm = x & kMagnitude, wm = w & kMagnitude;
  std::int32_t value = xm * wm - truncated_product(xm, wm, columns);
  if (columns <= kSign) return value;
  const std::int32_t low = mask_below(columns - kSign);
  value += 2 * (low << kSign);
  if ((x >> kSign) & 1) value -= (wm & low) << kSign;
  if ((w >> kSign) & 1) value -= (xm & low) << kSign;
  return value;
}

/// Bit c is the OR of the Baugh-Wooley partial products of column c, up to column 13.
std::int32_t or_baugh_wooley(std::int32_t x, std::int32_t w) {
  const std::int32_t xm = x & kMagnitude, wm = w & kMagnitude;
  const std::int32_t x_with_sign = (w >> kSign) & 1 ? xm << kSign : 0;
  const std::int32_t w_with_sign = (x >> kSign) & 1 ? wm << kSign : 0;
  return or_product(xm, wm) | (~(x_with_sign & w_with_sign) & (kMagnitude << kSign));
}

std::int32_t signed_product(const DaddaParameters& p, std::int32_t x, std::int32_t w) {
  const int summed_from = std::max(p.dropped_columns, p.or_columns);
  const std::int32_t exact = static_cast<std::int8_t>(x) * static_cast<std::int8_t>(w);
  const std::int32_t ored = or_baugh_wooley(x, w) & mask_below(summed_from) & ~mask_below(p.dropped_columns);
  const std::int32_t sum = exact - low_baugh_wooley(x, w, summed_from) + ored -
                           pair_loss(x & kMagnitude, w & kMagnitude, p.dropped_columns, p.pair_columns) + p.constant;
  return static_cast<std::int16_t>(sum);
}

bool in_range(int value, int first, int last) {
  return value >= first && value <= last;
}

bool ascends_within(const std::vector<int>& levels, int last) {
  return levels.size() <= 3 && std::is_sorted(levels.begin(), levels.end()) &&
         std::all_of(levels.begin(), levels.end(), [last](int l) { return in_range(l, 1, last); });
}

bool all_bits(const OperandBits& bits) {
  return bits.kept == 0xff && bits.forced == 0;
}

bool sign_is_kept(const OperandBits& bits) {
  return (bits.kept >> kSign) == 1 && (bits.forced >> kSign) == 0;
}

/// Probability that the bit is 1 over uniform operands.
double probability(const OperandBits& bits, int bit) {
  if ((bits.forced >> bit) & 1) return 1.0;
  return (bits.kept >> bit) & 1 ? 0.5 : 0.0;
}

/// Probability that the partial product of bits i and j is 1.
double probability(const DaddaParameters& p, int i, int j) {
  const double product = probability(p.x, i) * probability(p.w, j);
  const bool inverted = p.encoding == Encoding::TwosComplement && (i == kSign) != (j == kSign);
  return inverted ? 1.0 - product : product;
}

/// Mean number of ones that column c brings to the adders. Partial products of one column share no operand bit.
double mean_of_column(const DaddaParameters& p, int c) {
  double sum = 0.0, none = 1.0;
  for (int i = std::max(0, c - kSign); i <= std::min(c, kSign); ++i) {
    const double one = probability(p, i, c - i);
    none *= 1.0 - one;
    if (c < p.pair_columns && i < c - i)
      sum += 1.0 - (1.0 - one) * (1.0 - probability(p, c - i, i));
    else if (c >= p.pair_columns || i == c - i)
      sum += one;
  }
  return c < p.or_columns ? 1.0 - none : sum;
}

double mean_of_columns(const DaddaParameters& p) {
  double mean = 0.0;
  for (int c = p.dropped_columns; c <= 2 * kSign; ++c) mean += std::ldexp(mean_of_column(p, c), c);
  return mean;
}

}  // namespace

DaddaParameters parameters_of_mode(const DaddaParameters& parameters, int mode) {
  DaddaParameters p = parameters;
  p.gate_levels.clear();
  p.gate_constants.clear();
  p.gate_bits.clear();
  if (mode == 0) return p;
  const auto level = static_cast<std::size_t>(mode - 1);
  if (!parameters.gate_bits.empty()) {
    const auto kept = static_cast<std::uint8_t>(0xff << parameters.gate_bits[level]);
    p.x.kept &= kept;
    p.w.kept &= kept;
    return p;
  }
  p.dropped_columns = std::max(p.dropped_columns, parameters.gate_levels[level]);
  for (std::size_t l = 0; l <= level && l < parameters.gate_constants.size(); ++l)
    p.constant += parameters.gate_constants[l];
  return p;
}

double mean_error(const DaddaParameters& parameters) {
  const DaddaParameters p = parameters_of_mode(parameters, 0);
  DaddaParameters exact;
  exact.encoding = p.encoding;
  return mean_of_columns(p) - mean_of_columns(exact);
}

std::int32_t compensation_constant(const DaddaParameters& parameters, int lowest_bit) {
  const std::int32_t fixed = parameters.encoding == Encoding::TwosComplement ? kBaughWooley : 0;
  const double step = std::ldexp(1.0, lowest_bit);
  const auto steps = std::lround((fixed - mean_error(parameters)) / step);
  return static_cast<std::int32_t>(steps * std::lround(step)) - fixed;
}

void check_parameters(const DaddaParameters& p) {
  const bool is_signed = p.encoding == Encoding::TwosComplement;
  if (!in_range(p.dropped_columns, 0, 14) || !in_range(p.or_columns, 0, 14) ||
      !in_range(p.pair_columns, 0, is_signed ? kSign : 15) || (p.pair_columns > 0 && p.or_columns > 0))
    throw std::invalid_argument("a Dadda parameter is out of range");
  if ((p.or_columns > 0 || p.pair_columns > 0) && !(all_bits(p.x) && all_bits(p.w)))
    throw std::invalid_argument("ORed partial products need all operand bits");
  if (is_signed && (!sign_is_kept(p.x) || !sign_is_kept(p.w)))
    throw std::invalid_argument("two's complement needs its sign bits");
  if (!ascends_within(p.gate_levels, 14) || !ascends_within(p.gate_bits, kSign) ||
      (!p.gate_levels.empty() && !p.gate_bits.empty()))
    throw std::invalid_argument("gate levels are at most 3, in ascending order");
  if (!p.gate_constants.empty() && p.gate_constants.size() != p.gate_levels.size())
    throw std::invalid_argument("gate constants belong to gate levels");
  if (!is_signed && (p.constant < 0 || unsigned_product(p, seen(255, p.x), seen(255, p.w)) > 0xffff))
    throw std::invalid_argument("the product exceeds 16 bits");
}

std::int32_t product_of(const DaddaParameters& p, std::uint8_t x, std::uint8_t w) {
  return p.encoding == Encoding::TwosComplement ? signed_product(p, seen(x, p.x), seen(w, p.w))
                                                : unsigned_product(p, seen(x, p.x), seen(w, p.w));
}

}  // namespace axvp
