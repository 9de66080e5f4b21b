#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string>

#include "netlist.h"

namespace axvp {

/// Bits still to be added, by weight: column c counts 2^c. Adders take from the front of a column, so that the nets
/// that settle first are used first; constants ("1") come last.
class Columns {
 public:
  static constexpr std::size_t kCount = 16;

  void push(int column, const std::string& net) { bits_[static_cast<std::size_t>(column)].push_back(net); }
  /// Adds the constant's bits; those from 2^16 on are lost.
  void push_constant(std::int32_t constant);
  [[nodiscard]] std::deque<std::string>& operator[](std::size_t column) { return bits_[column]; }
  [[nodiscard]] std::size_t tallest() const;

 private:
  std::array<std::deque<std::string>, kCount> bits_;
};

/// Appends a Dadda tree (L. Dadda, Alta Frequenza 34, 1965) of full and half adders, which leaves at most two bits a
/// column, and a ripple-carry adder; sets the product, modulo 2^16: column 15 is an XOR.
void add_columns(Columns columns, ModuleNetlist& netlist);

}  // namespace axvp
