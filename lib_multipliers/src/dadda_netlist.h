#pragma once

#include <array>
#include <string>
#include <vector>

#include "axvp/multipliers/dadda_family.h"

namespace axvp {

/// The gate-level structure of one DaddaMultiplier: partial products, OR columns, a Dadda tree that leaves at most two
/// bits a column, and a ripple-carry adder. Nets are named; an empty name is the constant 0.
struct DaddaNetlist {
  struct PartialProduct {
    int x_bit, w_bit;
    int gate;  ///< Index into the gate levels, or -1 for an ungated one.
    std::string net;
  };
  struct OrColumn {
    std::vector<std::string> inputs;
    std::string net;
  };
  /// sum + 2 carry = a + b + c, c empty in a half adder; with `plus_one` the constant 1 is added as well and c is empty
  /// (b, too, where only one bit is left beside the constant).
  struct Adder {
    std::string a, b, c;
    bool plus_one = false;
    std::string sum, carry;
  };

  std::vector<PartialProduct> partial_products;
  std::vector<OrColumn> or_columns;
  std::vector<Adder> tree;
  std::vector<Adder> final_adder;
  std::array<std::string, 16> product;  ///< Net of each product bit, least significant first; "1" is the constant 1.
};

[[nodiscard]] DaddaNetlist build_dadda_netlist(const DaddaParameters& parameters);

}  // namespace axvp
