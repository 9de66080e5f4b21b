#include "axvp/accel/cycle_array.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "axvp/multipliers/gated_products.h"

namespace axvp {
namespace {

std::size_t index(std::int64_t i) {
  return static_cast<std::size_t>(i);
}

/// Products as the elements read them, one table for each selectable and signedness, made when first used.
class ProductTables {
 public:
  enum class Order { WeightMajor, ActivationMajor };

  ProductTables(Order order, Encoding encoding, std::vector<TruthTable> multipliers)
      : order_(order), encoding_(encoding), multipliers_(std::move(multipliers)), tables_(2 * multipliers_.size()) {}

  /// 65,536 products by the stored bytes, at [weight][activation] or [activation][weight].
  const std::int32_t* table(std::uint8_t select, bool is_signed) {
    std::vector<std::int32_t>& table = tables_[2 * std::size_t{select} + (is_signed ? 1 : 0)];
    if (table.empty()) {
      const GatedProducts products{multipliers_[select], encoding_, is_signed};
      table.resize(TruthTable::kPairs);
      for (std::size_t x = 0; x < TruthTable::kSide; ++x)
        for (std::size_t w = 0; w < TruthTable::kSide; ++w)
          table[order_ == Order::WeightMajor ? w * TruthTable::kSide + x : x * TruthTable::kSide + w] =
              products(static_cast<std::uint8_t>(x), static_cast<std::uint8_t>(w));
    }
    return table.data();
  }

 private:
  Order order_;
  Encoding encoding_;
  std::vector<TruthTable> multipliers_;
  std::vector<std::vector<std::int32_t>> tables_;
};

/// Delay lines of 0, 1, 2, ... registers side by side: what entered lane i leaves it i cycles later.
class Skew {
 public:
  explicit Skew(int lanes) : lanes_(lanes), ring_(index(std::int64_t{lanes} * lanes), 0), out_(index(lanes), 0) {}

  /// One edge; `in` holds a byte a lane, null stands for zeros.
  const std::uint8_t* clock(std::uint64_t cycle, const std::uint8_t* in) {
    const auto slot = static_cast<int>(cycle % static_cast<std::uint64_t>(lanes_));
    std::uint8_t* now = &ring_[index(std::int64_t{slot} * lanes_)];
    if (in != nullptr)
      std::copy_n(in, lanes_, now);
    else
      std::fill_n(now, lanes_, std::uint8_t{0});
    int from = slot;
    for (int lane = 0; lane < lanes_; ++lane) {
      out_[index(lane)] = ring_[index(std::int64_t{from} * lanes_ + lane)];
      from = from == 0 ? lanes_ - 1 : from - 1;
    }
    return out_.data();
  }

 private:
  int lanes_;
  std::vector<std::uint8_t> ring_, out_;
};

/// The deskew registers below the last row, and the valid bit that goes along.
class Deskew {
 public:
  Deskew(int columns, int longest_delay)
      : columns_(columns), ring_(index(std::int64_t{columns} * columns), 0), valid_(index(longest_delay + 1), 0) {}

  /// Sums complete after the edge of cycle `cycle + delay` are valid.
  void announce(std::uint64_t cycle, int delay) {
    valid_[(cycle + static_cast<std::uint64_t>(delay)) % valid_.size()] = 1;
  }

  /// One edge; `sums` is what the last row's registers hold after it. The row of sums that is complete now, or null.
  const std::int32_t* clock(std::uint64_t cycle, const std::int32_t* sums) {
    const auto now = static_cast<int>(cycle % static_cast<std::uint64_t>(columns_));
    int slot = now == 0 ? columns_ - 1 : now - 1;  // column c leaves columns - 1 - c cycles from now
    for (int c = 0; c < columns_; ++c) {
      ring_[index(std::int64_t{slot} * columns_ + c)] = sums[c];
      slot = slot == 0 ? columns_ - 1 : slot - 1;
    }
    std::uint8_t& valid = valid_[cycle % valid_.size()];
    if (valid == 0) return nullptr;
    valid = 0;
    return &ring_[index(std::int64_t{now} * columns_)];
  }

 private:
  int columns_;
  std::vector<std::int32_t> ring_;
  std::vector<std::uint8_t> valid_;
};

/// A token and the cycle in which it was at the port.
struct Token {
  std::uint64_t entered = 0;
  const std::int32_t* table = nullptr;
};

void forget_before(std::vector<Token>& tokens, std::uint64_t cycle, int reach) {
  while (!tokens.empty() && tokens.front().entered + static_cast<std::uint64_t>(reach) < cycle)
    tokens.erase(tokens.begin());
}

class CycleWsArray final : public ClockedWsArray {
 public:
  CycleWsArray(const ArrayConfig& array, Encoding encoding, std::vector<TruthTable> multipliers)
      : rows_(array.rows),
        columns_(array.columns),
        tables_(ProductTables::Order::WeightMajor, encoding, std::move(multipliers)),
        skew_(rows_),
        deskew_(columns_, rows_ + columns_),
        activations_(elements(), 0),
        shadow_(elements(), 0),
        active_(elements(), nothing_.data()),
        products_(elements(), 0),
        sums_(elements(), 0),
        weight_bus_(index(std::int64_t{columns_} * columns_), 0),
        weight_row_(index(columns_), -1) {}

  ArrayConfig shape() const override { return {rows_, columns_}; }
  std::int32_t partial_sum(int row, int column) const override { return sums_[at(row, column)]; }

  const std::int32_t* clock(const WsArrayInputs& inputs) override {
    add_products();
    write_shadow_weights(inputs);
    if (inputs.swap) swaps_.push_back({cycle_, tables_.table(inputs.select, inputs.activations_signed)});
    swap();
    take_activations(skew_.clock(cycle_, inputs.activations));
    if (inputs.activations != nullptr) deskew_.announce(cycle_, rows_ + columns_ - 1);
    const std::int32_t* complete = deskew_.clock(cycle_, &sums_[at(rows_ - 1, 0)]);
    ++cycle_;
    return complete;
  }

 private:
  [[nodiscard]] std::size_t elements() const { return index(std::int64_t{rows_} * columns_); }
  [[nodiscard]] std::size_t at(int row, int column) const { return index(std::int64_t{row} * columns_ + column); }

  /// sum <= sum of the row above + product of the operands that the edge before brought.
  void add_products() {
    for (int r = rows_ - 1; r > 0; --r) {
      std::int32_t* sum = &sums_[at(r, 0)];
      const std::int32_t* above = sum - columns_;
      const std::int32_t* product = &products_[at(r, 0)];
      for (int c = 0; c < columns_; ++c) sum[c] = above[c] + product[c];
    }
    std::copy_n(products_.begin(), columns_, sums_.begin());
  }

  /// Column c's bus is c cycles late.
  void write_shadow_weights(const WsArrayInputs& inputs) {
    const auto slot = static_cast<int>(cycle_ % static_cast<std::uint64_t>(columns_));
    weight_row_[index(slot)] = inputs.weights == nullptr ? -1 : inputs.weight_row;
    if (inputs.weights != nullptr)
      std::memcpy(&weight_bus_[index(std::int64_t{slot} * columns_)], inputs.weights, index(columns_));
    int from = slot;
    for (int c = 0; c < columns_; ++c) {
      if (const int row = weight_row_[index(from)]; row >= 0)
        shadow_[at(row, c)] = static_cast<std::uint8_t>(weight_bus_[index(std::int64_t{from} * columns_ + c)]);
      from = from == 0 ? columns_ - 1 : from - 1;
    }
  }

  /// A token reaches element (r, c) r + c cycles after the port.
  void swap() {
    forget_before(swaps_, cycle_, rows_ + columns_ - 2);
    for (const Token& token : swaps_) {
      const auto diagonal = static_cast<int>(cycle_ - token.entered);
      for (int r = std::max(0, diagonal - columns_ + 1); r <= std::min(rows_ - 1, diagonal); ++r) {
        const std::size_t element = at(r, diagonal - r);
        active_[element] = token.table + std::size_t{shadow_[element]} * TruthTable::kSide;
      }
    }
  }

  void take_activations(const std::uint8_t* west) {
    for (int r = 0; r < rows_; ++r) {
      std::uint8_t* row = &activations_[at(r, 0)];
      std::memmove(row + 1, row, index(columns_ - 1));
      row[0] = west[r];
      const std::int32_t* const* active = &active_[at(r, 0)];
      std::int32_t* product = &products_[at(r, 0)];
      for (int c = 0; c < columns_; ++c) product[c] = active[c][row[c]];
    }
  }

  inline static const std::array<std::int32_t, TruthTable::kSide> nothing_{};  ///< Products of the weight 0 of a reset.

  int rows_, columns_;
  ProductTables tables_;
  Skew skew_;
  Deskew deskew_;
  std::uint64_t cycle_ = 0;
  std::vector<Token> swaps_;
  std::vector<std::uint8_t> activations_;
  std::vector<std::uint8_t> shadow_;         ///< Stored bytes of the shadow weights.
  std::vector<const std::int32_t*> active_;  ///< Active weight and selection: the products by activation.
  std::vector<std::int32_t> products_;       ///< Of the operands in the elements' registers.
  std::vector<std::int32_t> sums_;
  std::vector<std::int8_t> weight_bus_;  ///< [cycle][column].
  std::vector<int> weight_row_;          ///< [cycle], -1: nothing on the bus.
};

class CycleOsArray final : public ClockedOsArray {
 public:
  CycleOsArray(const ArrayConfig& array, Encoding encoding, std::vector<TruthTable> multipliers)
      : rows_(array.rows),
        columns_(array.columns),
        tables_(ProductTables::Order::ActivationMajor, encoding, std::move(multipliers)),
        activation_skew_(rows_),
        weight_skew_(columns_),
        deskew_(columns_, 2 * rows_ + columns_),
        activations_(elements(), 0),
        weights_(elements(), 0),
        table_(elements(), nothing().data()),
        products_(elements(), 0),
        sums_(elements(), 0),
        drain_(elements(), 0) {}

  ArrayConfig shape() const override { return {rows_, columns_}; }
  std::int32_t partial_sum(int row, int column) const override { return sums_[at(row, column)]; }

  const std::int32_t* clock(const OsArrayInputs& inputs) override {
    if (inputs.first) firsts_.push_back({cycle_, tables_.table(inputs.select, inputs.activations_signed)});
    forget_before(firsts_, cycle_, rows_ + columns_);
    forget_before(lasts_, cycle_, 2 * rows_ + columns_);
    add_products();
    drain();
    take_operands(activation_skew_.clock(cycle_, inputs.activations),
                  weight_skew_.clock(cycle_, reinterpret_cast<const std::uint8_t*>(inputs.weights)));
    if (inputs.last) {
      lasts_.push_back({cycle_, nullptr});
      for (int j = 0; j < rows_; ++j) deskew_.announce(cycle_, rows_ + columns_ - 1 + j);
    }
    const std::int32_t* complete = deskew_.clock(cycle_, &drain_[at(rows_ - 1, 0)]);
    ++cycle_;
    return complete;
  }

 private:
  static const std::vector<std::int32_t>& nothing() {
    static const std::vector<std::int32_t> zeros(TruthTable::kPairs, 0);
    return zeros;
  }
  [[nodiscard]] std::size_t elements() const { return index(std::int64_t{rows_} * columns_); }
  [[nodiscard]] std::size_t at(int row, int column) const { return index(std::int64_t{row} * columns_ + column); }
  /// The column in which row `row` sees in this cycle what was at the port in `entered`, `late` cycles ago at (0, 0).
  [[nodiscard]] int column_of(std::uint64_t entered, int late, int row) const {
    return static_cast<int>(static_cast<std::int64_t>(cycle_ - entered)) - late - row;
  }

  /// The product of the operands that the edge before brought joins the sum; `first` is one cycle old there.
  void add_products() {
    for (const Token& token : firsts_)
      for (int r = 0; r < rows_; ++r)
        if (const int c = column_of(token.entered, 1, r); c >= 0 && c < columns_) sums_[at(r, c)] = 0;
    for (std::size_t i = 0; i < sums_.size(); ++i) sums_[i] += products_[i];
  }

  /// Row r takes its own sum one cycle after `last`, and those from above in r cycles from the `rows`th after that on.
  void drain() {
    for (int r = rows_ - 1; r >= 0; --r)
      for (const Token& token : lasts_) {
        const int since = static_cast<int>(cycle_ - token.entered) - 1 - rows_;
        for (int c = std::max(0, since - r + 1); c <= std::min(columns_ - 1, since); ++c)
          drain_[at(r, c)] = drain_[at(r - 1, c)];
        if (const int c = column_of(token.entered, 1, r); c >= 0 && c < columns_) drain_[at(r, c)] = sums_[at(r, c)];
      }
  }

  void take_operands(const std::uint8_t* west, const std::uint8_t* north) {
    for (const Token& token : firsts_)
      for (int r = 0; r < rows_; ++r)
        if (const int c = column_of(token.entered, 0, r); c >= 0 && c < columns_) table_[at(r, c)] = token.table;
    std::memmove(&weights_[index(columns_)], weights_.data(), elements() - index(columns_));
    std::copy_n(north, columns_, weights_.begin());
    for (int r = 0; r < rows_; ++r) {
      std::uint8_t* row = &activations_[at(r, 0)];
      std::memmove(row + 1, row, index(columns_ - 1));
      row[0] = west[r];
      const std::uint8_t* weight = &weights_[at(r, 0)];
      const std::int32_t* const* table = &table_[at(r, 0)];
      std::int32_t* product = &products_[at(r, 0)];
      for (int c = 0; c < columns_; ++c) product[c] = table[c][std::size_t{row[c]} * TruthTable::kSide + weight[c]];
    }
  }

  int rows_, columns_;
  ProductTables tables_;
  Skew activation_skew_, weight_skew_;
  Deskew deskew_;
  std::uint64_t cycle_ = 0;
  std::vector<Token> firsts_, lasts_;
  std::vector<std::uint8_t> activations_, weights_;  ///< Operand registers, stored bytes.
  std::vector<const std::int32_t*> table_;           ///< Selection.
  std::vector<std::int32_t> products_, sums_, drain_;
};

}  // namespace

std::unique_ptr<ClockedWsArray> make_cycle_ws_array(const ArrayConfig& array, Encoding encoding,
                                                    std::vector<TruthTable> multipliers) {
  return std::make_unique<CycleWsArray>(array, encoding, std::move(multipliers));
}

std::unique_ptr<ClockedOsArray> make_cycle_os_array(const ArrayConfig& array, Encoding encoding,
                                                    std::vector<TruthTable> multipliers) {
  return std::make_unique<CycleOsArray>(array, encoding, std::move(multipliers));
}

}  // namespace axvp
