#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "column_adder.h"
#include "netlists.h"

namespace axvp {
namespace {

constexpr int kBits = 8;

std::string x_bit(int bit) {
  return fmt::format("x_i[{}]", bit);
}
std::string w_bit(int bit) {
  return fmt::format("w_i[{}]", bit);
}

/// Adds statements to a section and names their nets.
class Drawing {
 public:
  explicit Drawing(std::string comment) : section_{std::move(comment), {}} {}

  std::string draw(Operation operation, std::vector<std::string> inputs, const std::string& net) {
    section_.statements.push_back({operation, std::move(inputs), net});
    return net;
  }
  /// An adder; returns its sum and sets `carry`.
  std::string add(std::vector<std::string> inputs, const std::string& sum, const std::string& carry) {
    const Operation operation = inputs.size() == 3 ? Operation::FullAdder : Operation::HalfAdder;
    section_.statements.push_back({operation, std::move(inputs), sum, carry});
    return sum;
  }
  Section finish() { return std::move(section_); }

 private:
  Section section_;
};

// ---- Compressors

class CompressorBuilder {
 public:
  explicit CompressorBuilder(const CompressorParameters& p) : p_(p) {}

  ModuleNetlist build() {
    ModuleNetlist netlist;
    Drawing products{"Partial products."};
    for (int i = 0; i < kBits; ++i)
      for (int j = 0; j < kBits; ++j)
        columns_.push(i + j, products.draw(Operation::And, {x_bit(i), w_bit(j)}, fmt::format("pp_{}_{}", i, j)));
    netlist.sections.push_back(products.finish());
    Drawing stages{"Stages of compressors and adders, each halves the tallest column."};
    while (columns_.tallest() > 2) halve(stages);
    netlist.sections.push_back(stages.finish());
    add_columns(std::move(columns_), netlist);
    return netlist;
  }

 private:
  static std::vector<std::string> take(std::deque<std::string>& column, std::size_t count) {
    std::vector<std::string> bits{column.begin(), column.begin() + static_cast<std::ptrdiff_t>(count)};
    column.erase(column.begin(), column.begin() + static_cast<std::ptrdiff_t>(count));
    return bits;
  }

  void halve(Drawing& drawing) {
    const std::size_t height = std::max<std::size_t>(2, (columns_.tallest() + 1) / 2);
    Columns next;
    for (std::size_t c = 0; c < Columns::kCount; ++c) {
      auto& column = columns_[c];
      while (column.size() + next[c].size() > height && column.size() >= 2) {
        const std::string sum = fmt::format("t{}", nets_), carry = fmt::format("u{}", nets_);
        ++nets_;
        const bool compresses = static_cast<int>(c) < p_.columns && column.size() >= 4;
        if (compresses)
          compress(take(column, 4), sum, carry, drawing);
        else
          drawing.add(take(column, std::min<std::size_t>(3, column.size())), sum, carry);
        next[c].push_back(sum);
        next[c + 1].push_back(carry);
      }
      next[c].insert(next[c].end(), column.begin(), column.end());
    }
    columns_ = std::move(next);
  }

  void compress(const std::vector<std::string>& in, const std::string& sum, const std::string& carry,
                Drawing& drawing) const {
    const auto gate = [&](Operation operation, std::size_t a, std::size_t b, const char* name) {
      return drawing.draw(operation, {in[a], in[b]}, sum + name);
    };
    const std::string odd_ab = gate(Operation::Xor, 0, 1, "_odd_ab"), odd_cd = gate(Operation::Xor, 2, 3, "_odd_cd");
    const std::string both_ab = gate(Operation::And, 0, 1, "_both_ab"),
                      both_cd = gate(Operation::And, 2, 3, "_both_cd");
    if (p_.kind == CompressorParameters::Kind::Momeni) {
      drawing.draw(Operation::Or, {odd_ab, odd_cd}, sum);
      drawing.draw(Operation::Or, {both_ab, both_cd}, carry);
      return;
    }
    const std::string odd = drawing.draw(Operation::Xor, {odd_ab, odd_cd}, sum + "_odd");
    const std::string all = drawing.draw(Operation::And, {both_ab, both_cd}, sum + "_all");
    drawing.draw(Operation::Or, {odd, all}, sum);
    const std::string any_ab = gate(Operation::Or, 0, 1, "_any_ab"), any_cd = gate(Operation::Or, 2, 3, "_any_cd");
    const std::string one_each = drawing.draw(Operation::And, {any_ab, any_cd}, sum + "_one_each");
    drawing.draw(Operation::Or, {one_each, both_ab, both_cd}, carry);
  }

  CompressorParameters p_;
  Columns columns_;
  int nets_ = 0;
};

// ---- Kulkarni

/// Product of bit pairs a of x and b of w, three bits or, exactly, four.
void add_block(int a, int b, bool approximate, Drawing& drawing, Columns& columns) {
  const int base = 2 * (a + b);
  const auto product = [&](int i, int j) {
    return drawing.draw(Operation::And, {x_bit(2 * a + i), w_bit(2 * b + j)},
                        fmt::format("pp_{}_{}", 2 * a + i, 2 * b + j));
  };
  columns.push(base, product(0, 0));
  const std::string p10 = product(1, 0), p01 = product(0, 1), p11 = product(1, 1);
  const std::string name = fmt::format("block_{}_{}", a, b);
  if (approximate) {
    columns.push(base + 1, drawing.draw(Operation::Or, {p10, p01}, name + "_1"));
    columns.push(base + 2, p11);
    return;
  }
  columns.push(base + 1, drawing.add({p10, p01}, name + "_1", name + "_c"));
  columns.push(base + 2, drawing.add({p11, name + "_c"}, name + "_2", name + "_3"));
  columns.push(base + 3, name + "_3");
}

// ---- Booth

class BoothBuilder {
 public:
  explicit BoothBuilder(const BoothParameters& p) : p_(p) {}

  ModuleNetlist build() {
    ModuleNetlist netlist;
    for (int row = 0; row < kBits / 2; ++row) add_row(row);
    std::int32_t constant = 0;
    for (int row = 0; row < kBits / 2; ++row) constant -= 1 << (kBits + 2 * row);  // of the inverted sign bits
    columns_.push_constant(constant);
    netlist.sections.push_back(drawing_.finish());
    add_columns(std::move(columns_), netlist);
    return netlist;
  }

 private:
  struct Digit {
    std::string one, two, negative;  // magnitude 1, magnitude 2, below 0
  };

  Digit add_digit(int row) {
    const std::string name = fmt::format("digit_{}", row);
    const std::string high = w_bit(2 * row + 1), middle = w_bit(2 * row);
    if (row == 0) {
      const std::string even = drawing_.draw(Operation::Not, {middle}, name + "_even");
      return {middle, drawing_.draw(Operation::And, {high, even}, name + "_two"), high};
    }
    const std::string low = w_bit(2 * row - 1);
    const std::string one = drawing_.draw(Operation::Xor, {middle, low}, name + "_one");
    const std::string same = drawing_.draw(Operation::Not, {one}, name + "_same");
    const std::string step = drawing_.draw(Operation::Xor, {high, middle}, name + "_step");
    const std::string two = drawing_.draw(Operation::And, {step, same}, name + "_two");
    const std::string not_zero = drawing_.draw(Operation::Nand, {middle, low}, name + "_not_zero");
    return {one, two, drawing_.draw(Operation::And, {high, not_zero}, name + "_negative")};
  }

  void add_row(int row) {
    const Digit digit = add_digit(row);
    for (int i = 0; i <= kBits; ++i) {
      if (2 * row + i < p_.dropped_columns) continue;
      const std::string name = fmt::format("row_{}_{}", row, i);
      std::string multiple = drawing_.draw(Operation::And, {digit.one, x_bit(std::min(i, kBits - 1))}, name + "_one");
      if (i > 0) {
        const std::string twice = drawing_.draw(Operation::And, {digit.two, x_bit(i - 1)}, name + "_two");
        multiple = drawing_.draw(Operation::Or, {multiple, twice}, name + "_multiple");
      }
      // The row's sign bit counts -2^8: it is inverted, and a constant makes up for it.
      const Operation operation = i == kBits ? Operation::Xnor : Operation::Xor;
      columns_.push(2 * row + i, drawing_.draw(operation, {multiple, digit.negative}, name));
    }
    if (2 * row >= p_.dropped_columns) columns_.push(2 * row, digit.negative);
  }

  BoothParameters p_;
  Drawing drawing_{"Digits -2 to 2 of w_i and their multiples of x_i."};
  Columns columns_;
};

}  // namespace

ModuleNetlist netlist_of(const CompressorParameters& parameters) {
  return CompressorBuilder{parameters}.build();
}

ModuleNetlist netlist_of(const KulkarniParameters& parameters) {
  ModuleNetlist netlist;
  Columns columns;
  Drawing drawing{"Blocks of 2x2 bits."};
  for (int a = 0; a < kBits / 2; ++a)
    for (int b = 0; b < kBits / 2; ++b) add_block(a, b, a + b < parameters.blocks, drawing, columns);
  netlist.sections.push_back(drawing.finish());
  add_columns(std::move(columns), netlist);
  return netlist;
}

ModuleNetlist netlist_of(const BoothParameters& parameters) {
  return BoothBuilder{parameters}.build();
}

}  // namespace axvp
