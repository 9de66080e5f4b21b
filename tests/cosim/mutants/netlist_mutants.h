#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "axvp/multipliers/design.h"
#include "rtl/netlist.h"

namespace axvp {

/// One slip in a generated multiplier.
struct NetlistMutant {
  std::string kind;         ///< "gate replaced", "product bits exchanged", ...
  std::string description;  ///< Names the place.

  // One of these says what changes.
  struct Replacement {
    std::size_t statement;           ///< Number over all sections.
    Statement by;                    ///< Drives the same nets.
    bool exchanges_outputs = false;  ///< Sum and carry change places.
  };
  std::optional<Replacement> replacement{};
  std::optional<std::array<std::string, 16>> product{};
  bool exchanges_operands = false;
  std::optional<std::array<int, 4>> mode_seen{};   ///< The mode that the gates see instead of mode 0, 1, 2, 3.
  std::optional<std::string> mode_holds_unless{};  ///< The gates see mode_i of the last time when this bit was 1.
};

/// The gates of a design that is made of statements; throws std::invalid_argument for others.
[[nodiscard]] ModuleNetlist netlist_of_design(const MultiplierDesign& design);

/// Every kind of slip, every `stride`th of each, in a fixed order.
[[nodiscard]] std::vector<NetlistMutant> mutants_of(const ModuleNetlist& netlist, std::size_t stride);

/// SystemVerilog that is the netlist where mutant_i is 0 and mutants[k - 1] where it is k. Ports x_port_i, w_port_i,
/// mode_port_i (where the netlist has modes), mutant_i[15:0], p_o.
[[nodiscard]] std::string mutable_module(const ModuleNetlist& netlist, const std::vector<NetlistMutant>& mutants,
                                         const std::string& module);

/// All products of one mode, 64 pairs at a time. Not for mutants that hold a mode.
[[nodiscard]] TruthTable simulate(const ModuleNetlist& netlist, const NetlistMutant& mutant, Encoding encoding,
                                  int mode);

}  // namespace axvp
