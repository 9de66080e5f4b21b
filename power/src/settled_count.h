#pragma once

#include <cstdint>
#include <vector>

#include "axvp/power/activity.h"
#include "gate_program.h"
#include "toggle_count.h"

namespace axvp {

/// Counts the toggles of settled values, transition by transition.
class SettledCount {
 public:
  SettledCount(const Netlist& netlist, const GateProgram& program, const std::vector<Counter>& counters);

  /// One transition of a block of lanes; values by slot of the program, `before` by net at least.
  void add(const std::vector<Block>& before, const std::vector<Block>& now, const Block& mask);

  [[nodiscard]] std::vector<std::uint64_t> toggles() const;   ///< By net; the clock's are two a transition.
  [[nodiscard]] std::vector<std::uint64_t> counters() const;  ///< In the order asked for.

 private:
  const Netlist& netlist_;
  const std::vector<Counter>& counters_;
  std::vector<BoundCounter> bound_;
  std::vector<Block> changed_;
  std::vector<std::uint64_t> toggles_;
  std::vector<std::uint64_t> counted_;
};

}  // namespace axvp
