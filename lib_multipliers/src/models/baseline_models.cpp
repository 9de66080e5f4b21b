#include <algorithm>
#include <array>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include "design_functions.h"

namespace axvp {
namespace {

constexpr int kBits = 8;

void check_range(int value, int first, int last, const char* what) {
  if (value < first || value > last) throw std::invalid_argument(std::string{what} + " is out of range");
}

// ---- Compressors: numbers of bits are added, stage by stage.

/// The bits of a column, first in, first out; at most 32.
class Column {
 public:
  void push(int bit) { bits_ |= static_cast<std::uint32_t>(bit) << size_++; }
  int take() {
    const int bit = static_cast<int>(bits_ & 1u);
    bits_ >>= 1;
    --size_;
    return bit;
  }
  [[nodiscard]] int size() const { return size_; }

 private:
  std::uint32_t bits_ = 0;
  int size_ = 0;
};
using Column16 = std::array<Column, 2 * kBits>;

struct SumAndCarry {
  int sum, carry;
};

SumAndCarry compress(CompressorParameters::Kind kind, int a, int b, int c, int d) {
  if (kind == CompressorParameters::Kind::Momeni)
    return {static_cast<int>(a != b || c != d), static_cast<int>(a + b == 2 || c + d == 2)};
  const int ones = std::min(3, a + b + c + d);
  return {ones & 1, ones >> 1};
}

Column16 halved(Column16 columns, const CompressorParameters& p) {
  int tallest = 0;
  for (const Column& column : columns) tallest = std::max(tallest, column.size());
  const int height = std::max(2, (tallest + 1) / 2);
  Column16 next;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    Column& from = columns[c];
    while (from.size() + next[c].size() > height && from.size() >= 2) {
      SumAndCarry bits{};
      if (static_cast<int>(c) < p.columns && from.size() >= 4) {
        const int a = from.take(), b = from.take(), x = from.take(), y = from.take();
        bits = compress(p.kind, a, b, x, y);
      } else {
        int ones = from.take() + from.take();
        if (from.size() > 0) ones += from.take();
        bits = {ones & 1, ones >> 1};
      }
      next[c].push(bits.sum);
      if (c + 1 < next.size()) next[c + 1].push(bits.carry);
    }
    while (from.size() > 0) next[c].push(from.take());
  }
  return next;
}

// ---- Booth

int bit_of(std::int32_t value, int bit) {
  return bit < 0 ? 0 : (value >> bit) & 1;
}

}  // namespace

void check_parameters(const CompressorParameters& p) {
  check_range(p.columns, 0, 15, "the number of compressed columns");
}

std::int32_t product_of(const CompressorParameters& p, std::uint8_t x, std::uint8_t w) {
  Column16 columns;
  for (int c = 0; c < 2 * kBits - 1; ++c)
    for (int i = std::max(0, c - kBits + 1); i <= std::min(c, kBits - 1); ++i)
      columns[static_cast<std::size_t>(c)].push(bit_of(x, i) & bit_of(w, c - i));
  const auto tall = [](const Column& column) { return column.size() > 2; };
  while (std::any_of(columns.begin(), columns.end(), tall)) columns = halved(columns, p);
  std::int32_t product = 0;
  for (std::size_t c = 0; c < columns.size(); ++c)
    while (columns[c].size() > 0) product += columns[c].take() << c;
  return product;
}

void check_parameters(const KulkarniParameters& p) {
  check_range(p.blocks, 0, 8, "the number of block diagonals");
}

std::int32_t product_of(const KulkarniParameters& p, std::uint8_t x, std::uint8_t w) {
  std::int32_t product = x * w;
  for (int a = 0; a < kBits / 2; ++a)
    for (int b = 0; b < kBits / 2; ++b)
      if (a + b < p.blocks && ((x >> 2 * a) & 3) == 3 && ((w >> 2 * b) & 3) == 3) product -= 2 << 2 * (a + b);
  return product;
}

void check_parameters(const DrumParameters& p) {
  check_range(p.bits, 3, 7, "the number of bits");
}

std::int32_t product_of(const DrumParameters& p, std::uint8_t x, std::uint8_t w) {
  const auto rounded = [&p](int operand) {
    int shift = 0;
    while (operand >> shift >= 1 << p.bits) ++shift;
    return shift == 0 ? operand : (operand >> shift | 1) << shift;
  };
  return rounded(x) * rounded(w);
}

void check_parameters(const MitchellParameters& p) {
  check_range(p.truncated_bits, 0, kBits - 2, "the number of truncated bits");
}

std::int32_t product_of(const MitchellParameters& p, std::uint8_t x, std::uint8_t w) {
  if (x == 0 || w == 0) return 0;
  const int fraction_bits = kBits - 1 - p.truncated_bits;
  const std::int32_t one = 1 << fraction_bits;
  // The logarithm of 2^k (1 + f) is k + f.
  const auto logarithm = [&](int operand) {
    int k = 0;
    while (operand >> (k + 1) != 0) ++k;
    return k * one + ((((operand << (kBits - 1 - k)) & 0x7f) >> p.truncated_bits));
  };
  const std::int32_t sum = logarithm(x) + logarithm(w) + static_cast<int>(p.corrected);
  return ((one + sum % one) << sum / one) >> fraction_bits;
}

void check_parameters(const BoothParameters& p) {
  check_range(p.dropped_columns, 0, 8, "the number of dropped columns");
}

std::int32_t product_of(const BoothParameters& p, std::uint8_t x, std::uint8_t w) {
  std::int32_t product = 0;
  for (int row = 0; row < kBits / 2; ++row) {
    const int digit = bit_of(w, 2 * row - 1) + bit_of(w, 2 * row) - 2 * bit_of(w, 2 * row + 1);
    const std::int32_t multiple = std::abs(digit) * static_cast<std::int8_t>(x);
    const bool negative = digit < 0;
    const int lost = std::max(0, p.dropped_columns - 2 * row);
    // The negative multiple is the inverted one plus 1; the 1 stands in the row's lowest column.
    product += (((negative ? ~multiple : multiple) >> lost) * (1 << lost)) * (1 << 2 * row);
    if (negative && lost == 0) product += 1 << 2 * row;
  }
  return product;
}

}  // namespace axvp
