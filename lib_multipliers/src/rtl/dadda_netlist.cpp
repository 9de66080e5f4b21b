#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "column_adder.h"
#include "netlists.h"

namespace axvp {
namespace {

constexpr int kBits = 8;
constexpr int kSign = kBits - 1;
constexpr std::int32_t kBaughWooley = (1 << 8) + (1 << 15);

class Builder {
 public:
  explicit Builder(const DaddaParameters& parameters)
      : p_(parameters), is_signed_(p_.encoding == Encoding::TwosComplement), constant_(p_.constant) {}

  ModuleNetlist build() {
    ModuleNetlist netlist;
    netlist.has_modes = p_.modes() > 1;
    add_column_gates(netlist);
    add_bit_gates(netlist);
    add_partial_products(netlist);
    columns_.push_constant(constant_ + (is_signed_ ? kBaughWooley : 0));
    add_columns(std::move(columns_), netlist);
    return netlist;
  }

 private:
  void add_column_gates(ModuleNetlist& netlist) {
    if (p_.gate_levels.empty()) return;
    Section section{"Columns stay on as long as no selected mode reaches them.", {}};
    for (std::size_t g = 0; g < p_.gate_levels.size(); ++g) {
      const std::string on = fmt::format("on_below_{}", p_.gate_levels[g]);
      section.statements.push_back({Operation::ModeBelow, {}, on, {}, static_cast<int>(g) + 1});
      if (p_.gate_constants.empty() || p_.gate_constants[g] == 0) continue;
      const std::string off = fmt::format("off_below_{}", p_.gate_levels[g]);
      section.statements.push_back({Operation::Not, {on}, off});
      for (int c = 0; c < 16; ++c)
        if ((p_.gate_constants[g] >> c) & 1) constants_of_modes_.emplace_back(c, off);
    }
    netlist.sections.push_back(std::move(section));
    if (p_.column_gates == DaddaParameters::ColumnGates::Operands) add_operand_copies(netlist);
  }

  /// For each band of columns the operand bits that its partial products read.
  void add_operand_copies(ModuleNetlist& netlist) {
    Section section{"Operand bits as the gated columns see them.", {}};
    for (const int level : p_.gate_levels)
      for (const char* operand : {"x", "w"})
        for (int bit = 0; bit < std::min(level, kBits); ++bit)
          section.statements.push_back({Operation::Isolate,
                                        {operand_net(operand, bit), fmt::format("on_below_{}", level)},
                                        copy_name(operand, bit, level)});
    netlist.sections.push_back(std::move(section));
  }

  static std::string copy_name(const char* operand, int bit, int level) {
    return fmt::format("{}_{}_below_{}", operand, bit, level);
  }

  void add_bit_gates(ModuleNetlist& netlist) {
    if (p_.gate_bits.empty()) return;
    Section section{"Operand bits stay on as long as no selected mode reaches them.", {}};
    for (std::size_t g = 0; g < p_.gate_bits.size(); ++g)
      section.statements.push_back(
          {Operation::ModeBelow, {}, fmt::format("on_below_{}", p_.gate_bits[g]), {}, static_cast<int>(g) + 1});
    for (int bit = 0; bit < p_.gate_bits.back(); ++bit) {
      const int level = *std::upper_bound(p_.gate_bits.begin(), p_.gate_bits.end(), bit);
      for (const char* operand : {"x", "w"}) {
        const std::string port = fmt::format("{}_i[{}]", operand, bit);
        const std::string net = fmt::format("{}_{}", operand, bit);
        section.statements.push_back({Operation::And, {port, fmt::format("on_below_{}", level)}, net});
        gated_bits_[port] = net;
      }
    }
    netlist.sections.push_back(std::move(section));
  }

  std::string operand_net(const char* operand, int bit) const {
    const std::string port = fmt::format("{}_i[{}]", operand, bit);
    const auto gated = gated_bits_.find(port);
    return gated == gated_bits_.end() ? port : gated->second;
  }

  /// The band of a column, or 0 where no mode reaches it.
  int level_of(int column) const {
    const auto level = std::upper_bound(p_.gate_levels.begin(), p_.gate_levels.end(), column);
    return level == p_.gate_levels.end() ? 0 : *level;
  }

  /// What gates a partial product of its own; "" where nothing does.
  std::string gate_of(int i, int j) const {
    const bool by_operands = p_.column_gates == DaddaParameters::ColumnGates::Operands && !is_inverted(i, j);
    return by_operands || level_of(i + j) == 0 ? "" : fmt::format("on_below_{}", level_of(i + j));
  }

  bool is_inverted(int i, int j) const { return is_signed_ && (i == kSign) != (j == kSign); }

  /// Bit `bit` of an operand as x_i w_j reads it. An inverted partial product of gated operands would be 1.
  std::string operand_of(const char* operand, int bit, int i, int j) const {
    const bool by_operands = p_.column_gates == DaddaParameters::ColumnGates::Operands && !is_inverted(i, j);
    return by_operands && level_of(i + j) != 0 ? copy_name(operand, bit, level_of(i + j)) : operand_net(operand, bit);
  }

  void add_partial_products(ModuleNetlist& netlist) {
    Section section{"Partial products.", {}};
    for (int i = 0; i < kBits; ++i)
      for (int j = 0; j < kBits; ++j)
        if (i + j >= p_.dropped_columns) add_partial_product(i, j, section);
    // A pair's OR stands in front of the column's other bits, as one OR over a column does.
    for (int c = 0; c < std::max(p_.or_columns, p_.pair_columns); ++c)
      c < p_.or_columns ? collapse_column(c, section) : collapse_pairs(c, section);
    for (const auto& [column, net] : constants_of_modes_) columns_.push(column, net);
    netlist.sections.push_back(std::move(section));
  }

  /// x_i w_j with bits that are dropped or forced, inverted for one sign bit, gated.
  void add_partial_product(int i, int j, Section& section) {
    const bool inverted = is_inverted(i, j);
    if (((p_.x.kept | p_.x.forced) >> i & 1) == 0 || ((p_.w.kept | p_.w.forced) >> j & 1) == 0) {
      if (inverted) constant_ += 1 << (i + j);
      return;
    }
    std::vector<std::string> inputs;
    if (((p_.x.forced >> i) & 1) == 0) inputs.push_back(operand_of("x", i, i, j));
    if (((p_.w.forced >> j) & 1) == 0) inputs.push_back(operand_of("w", j, i, j));
    if (inputs.empty()) {
      constant_ += 1 << (i + j);
      return;
    }
    if (inputs.size() == 1 && !inverted && gate_of(i, j).empty()) {
      columns_.push(i + j, inputs.front());
      return;
    }
    columns_.push(i + j, drive_partial_product(i, j, std::move(inputs), inverted, section));
  }

  std::string drive_partial_product(int i, int j, std::vector<std::string> inputs, bool inverted, Section& section) {
    const std::string gate = gate_of(i, j);
    const std::string net = fmt::format("pp_{}_{}", i, j);
    if (inverted && !gate.empty()) {
      const std::string ungated = fmt::format("all_{}_{}", i, j);
      section.statements.push_back({Operation::Nand, std::move(inputs), ungated});
      section.statements.push_back({Operation::And, {ungated, gate}, net});
      return net;
    }
    if (!gate.empty()) inputs.push_back(gate);
    section.statements.push_back({inverted ? Operation::Nand : Operation::And, std::move(inputs), net});
    return net;
  }

  void collapse_column(int c, Section& section) {
    auto& column = columns_[static_cast<std::size_t>(c)];
    if (column.size() < 2) return;
    const std::string net = fmt::format("or_{}", c);
    section.statements.push_back({Operation::Or, {column.begin(), column.end()}, net});
    column = {net};
  }

  /// Partial products stand in a column in the order of x's bits, so the first mirrors the last.
  void collapse_pairs(int c, Section& section) {
    auto& column = columns_[static_cast<std::size_t>(c)];
    std::deque<std::string> collapsed;
    while (column.size() > 1) {
      const std::string net = fmt::format("or_{}_{}", c, collapsed.size());
      section.statements.push_back({Operation::Or, {column.front(), column.back()}, net});
      collapsed.push_back(net);
      column.pop_front();
      column.pop_back();
    }
    collapsed.insert(collapsed.end(), column.begin(), column.end());
    column = std::move(collapsed);
  }

  const DaddaParameters& p_;
  bool is_signed_;
  std::int32_t constant_;
  Columns columns_;
  std::map<std::string, std::string> gated_bits_;
  std::vector<std::pair<int, std::string>> constants_of_modes_;
};

}  // namespace

ModuleNetlist netlist_of(const DaddaParameters& parameters) {
  return Builder{parameters}.build();
}

}  // namespace axvp
