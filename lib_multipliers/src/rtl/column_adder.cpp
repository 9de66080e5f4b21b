#include "column_adder.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace axvp {
namespace {

class ColumnAdder {
 public:
  explicit ColumnAdder(Columns columns) : columns_(std::move(columns)) {}

  void append_to(ModuleNetlist& netlist) {
    netlist.sections.push_back({"Dadda tree: at most two bits a column remain.", tree()});
    netlist.sections.push_back({"Ripple-carry adder.", ripple(netlist)});
  }

 private:
  std::string take(std::size_t column) {
    std::string net = columns_[column].front();
    columns_[column].pop_front();
    return net;
  }

  /// Adds the first `count` (2 or 3) bits of a column, one of which may be the constant.
  Statement make_adder(std::size_t column, std::size_t count) {
    std::vector<std::string> bits;
    bool and_one = false;
    for (std::size_t n = 0; n < count; ++n) {
      std::string bit = take(column);
      if (bit == ModuleNetlist::kOne)
        and_one = true;
      else
        bits.push_back(std::move(bit));
    }
    const Operation operation = bits.size() == 3   ? Operation::FullAdder
                                : bits.size() == 1 ? Operation::Increment
                                : and_one          ? Operation::HalfAdderAndOne
                                                   : Operation::HalfAdder;
    Statement adder{operation, std::move(bits), fmt::format("s{}", adders_), fmt::format("c{}", adders_)};
    ++adders_;
    return adder;
  }

  /// Dadda's heights are 2, 3, 4, 6, 9, ...: each stage brings every column down to the next lower one.
  std::vector<Statement> tree() {
    std::vector<Statement> statements;
    const std::size_t tallest = columns_.tallest();
    std::vector<std::size_t> heights{2};
    while (heights.back() < tallest) heights.push_back(heights.back() * 3 / 2);
    for (auto height = heights.rbegin(); height != heights.rend(); ++height)
      for (std::size_t c = 0; c + 1 < Columns::kCount; ++c)
        while (columns_[c].size() > *height) {
          Statement adder = make_adder(c, columns_[c].size() == *height + 1 ? 2 : 3);
          columns_.push(static_cast<int>(c), adder.output);
          columns_.push(static_cast<int>(c) + 1, adder.carry);
          statements.push_back(std::move(adder));
        }
    return statements;
  }

  std::vector<Statement> ripple(ModuleNetlist& netlist) {
    std::vector<Statement> statements;
    for (std::size_t c = 0; c < Columns::kCount; ++c) {
      const std::size_t height = columns_[c].size();
      const bool last = c + 1 == Columns::kCount;
      if (height > 1 && last) {
        statements.push_back(last_column());
        netlist.product[c] = statements.back().output;
      } else if (height > 1) {
        Statement adder = make_adder(c, height);
        columns_.push(static_cast<int>(c) + 1, adder.carry);
        netlist.product[c] = adder.output;
        statements.push_back(std::move(adder));
      } else {
        netlist.product[c] = height == 1 ? take(c) : std::string{ModuleNetlist::kZero};
      }
    }
    return statements;
  }

  /// The sum of column 15 without its carry.
  Statement last_column() {
    auto& column = columns_[Columns::kCount - 1];
    const auto ones = std::count(column.begin(), column.end(), ModuleNetlist::kOne);
    std::vector<std::string> bits;
    std::copy_if(column.begin(), column.end(), std::back_inserter(bits),
                 [](const std::string& bit) { return bit != ModuleNetlist::kOne; });
    return {ones % 2 == 1 ? Operation::Xnor : Operation::Xor, std::move(bits), "top"};
  }

  Columns columns_;
  int adders_ = 0;
};

}  // namespace

void Columns::push_constant(std::int32_t constant) {
  for (std::size_t c = 0; c < kCount; ++c)
    if ((constant >> c) & 1) bits_[c].emplace_back(ModuleNetlist::kOne);
}

std::size_t Columns::tallest() const {
  return std::max_element(bits_.begin(), bits_.end(), [](const auto& a, const auto& b) { return a.size() < b.size(); })
      ->size();
}

void add_columns(Columns columns, ModuleNetlist& netlist) {
  ColumnAdder{std::move(columns)}.append_to(netlist);
}

}  // namespace axvp
