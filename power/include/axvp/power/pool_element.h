#pragma once

#include <string>
#include <vector>

#include "axvp/common/result.h"
#include "axvp/multipliers/catalogue.h"
#include "axvp/power/characterise.h"
#include "axvp/power/energy_table.h"

namespace axvp {

/// What a cycle of a processing element takes while one selectable of its pool is selected.
struct PoolSelectableEnergy {
  std::string selectable;
  EventEnergy per_mac;             ///< Of the whole element: a cycle with a MAC executed, glitches included.
  EventEnergy per_mac_zero_delay;  ///< The same without glitches.
  EventEnergy multiplication;      ///< The share of the selected instance.
  EventEnergy other_instances;     ///< The share of those that are not selected; nothing toggles in them.
  PeEnergy element;                ///< The rest: registers, adder, sign, operand hold, isolation and selection.
};

/// A processing element that was synthesised together with its pool of multipliers.
struct PoolElement {
  std::vector<std::string> instances;             ///< Multiplier ids.
  std::vector<PoolSelectableEnergy> selectables;  ///< In the order asked for.
  SquareMicrometres area{};
  Nanowatts leakage{};  ///< Mean over the selectables.
  Nanoseconds delay{};  ///< Longest path, through the pool: with it goes the clock.
  std::string rtl_sha256;

  [[nodiscard]] double highest_clock_mhz() const;
  [[nodiscard]] const PoolSelectableEnergy* find(const std::string& selectable) const;  ///< nullptr: not in the pool.
};

/// SystemVerilog of a pool and the element round it: `ax_pool_element` with the ports of the element. The
/// selection is the instance, above the two bits of its mode where an instance has modes. Instances that are not
/// selected see operands of 0 (static isolation); a single instance needs none.
struct PoolElementRtl {
  std::string text;
  std::vector<std::string> instance_modules;        ///< Wrappers round the multipliers, by instance.
  std::vector<std::string> instances;               ///< Multiplier ids, by instance.
  std::vector<std::uint64_t> select_of_selectable;  ///< What select_i has to be.
  int select_width = 1;
};
[[nodiscard]] PoolElementRtl pool_element_rtl(const std::vector<Selectable>& selectables, ElementKind kind);

/// Synthesises the element with its pool as one netlist, compares its sums with the models' tables, and measures it
/// with uniform operands, each selectable in turn (element_traffic.h). Fails for no selectables, for two encodings, a
/// selectable without RTL, and as synthesis does.
[[nodiscard]] Result<PoolElement> characterise_pool_element(const std::vector<Selectable>& selectables,
                                                            ElementKind kind, const Synthesiser& synthesiser,
                                                            const CharacteriseOptions& options);

}  // namespace axvp
