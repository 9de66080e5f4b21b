#include "dadda_netlist.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <stdexcept>

namespace axvp {
namespace {

constexpr int kBits = 8;
constexpr std::size_t kColumns = 16;
const std::string kOne = "1";

/// Bits still to be added, a queue per column: adders take from the front, so that the nets that settle first are used
/// first, and constants come last.
using Columns = std::array<std::deque<std::string>, kColumns>;

class Builder {
 public:
  explicit Builder(const DaddaParameters& parameters) : parameters_(parameters) {}

  DaddaNetlist build() {
    make_partial_products();
    collapse_or_columns();
    for (std::size_t c = 0; c < kColumns; ++c)
      if ((parameters_.constant >> c) & 1) columns_[c].push_back(kOne);
    reduce();
    add();
    return std::move(netlist_);
  }

 private:
  int gate_of(int column) const {
    const auto& levels = parameters_.gate_levels;
    const auto gate = std::find_if(levels.begin(), levels.end(), [column](int level) { return column < level; });
    return gate == levels.end() ? -1 : static_cast<int>(gate - levels.begin());
  }

  void make_partial_products() {
    for (int i = 0; i < kBits; ++i) {
      for (int j = parameters_.dropped_rows; j < kBits; ++j) {
        if (i + j < parameters_.dropped_columns) continue;
        const std::string net = fmt::format("pp_{}_{}", i, j);
        netlist_.partial_products.push_back({i, j, gate_of(i + j), net});
        columns_[static_cast<std::size_t>(i) + static_cast<std::size_t>(j)].push_back(net);
      }
    }
  }

  void collapse_or_columns() {
    for (std::size_t c = 0; c < static_cast<std::size_t>(parameters_.or_columns); ++c) {
      if (columns_[c].size() < 2) continue;
      const std::string net = fmt::format("or_{}", c);
      netlist_.or_columns.push_back({{columns_[c].begin(), columns_[c].end()}, net});
      columns_[c] = {net};
    }
  }

  std::string take(std::size_t column) {
    std::string net = columns_[column].front();
    columns_[column].pop_front();
    return net;
  }

  /// Adds the first `count` (2 or 3) bits of a column.
  DaddaNetlist::Adder make_adder(std::size_t column, int count) {
    DaddaNetlist::Adder adder;
    std::vector<std::string> bits;
    for (int n = 0; n < count; ++n) {
      std::string bit = take(column);
      if (bit == kOne)
        adder.plus_one = true;
      else
        bits.push_back(std::move(bit));
    }
    bits.resize(3);
    adder.a = bits[0];
    adder.b = bits[1];
    adder.c = bits[2];
    adder.sum = fmt::format("s{}", adders_);
    adder.carry = fmt::format("c{}", adders_);
    ++adders_;
    return adder;
  }

  /// Dadda's heights are 2, 3, 4, 6, 9, ...: each stage brings every column down to the next lower one.
  void reduce() {
    const auto tallest = std::max_element(columns_.begin(), columns_.end(),
                                          [](const auto& a, const auto& b) { return a.size() < b.size(); });
    std::vector<std::size_t> heights{2};
    while (heights.back() < tallest->size()) heights.push_back(heights.back() * 3 / 2);
    for (auto height = heights.rbegin(); height != heights.rend(); ++height)
      for (std::size_t c = 0; c + 1 < kColumns; ++c)
        while (columns_[c].size() > *height) {
          const auto adder = make_adder(c, columns_[c].size() == *height + 1 ? 2 : 3);
          columns_[c].push_back(adder.sum);
          columns_[c + 1].push_back(adder.carry);
          netlist_.tree.push_back(adder);
        }
  }

  void add() {
    for (std::size_t c = 0; c < kColumns; ++c) {
      const std::size_t height = columns_[c].size();
      if (height > 1) {
        // The product has 16 bits, so nothing may carry out of the last column.
        if (c + 1 == kColumns) throw std::logic_error("Dadda netlist: two bits in column 15");
        const auto adder = make_adder(c, static_cast<int>(height));
        columns_[c + 1].push_back(adder.carry);
        netlist_.product[c] = adder.sum;
        netlist_.final_adder.push_back(adder);
      } else if (height == 1) {
        netlist_.product[c] = take(c);
      }
    }
  }

  const DaddaParameters& parameters_;
  Columns columns_;
  int adders_ = 0;
  DaddaNetlist netlist_;
};

}  // namespace

DaddaNetlist build_dadda_netlist(const DaddaParameters& parameters) {
  return Builder{parameters}.build();
}

}  // namespace axvp
