#pragma once

#include <vector>

#include "axvp/evolve/genome.h"

namespace axvp {

/// What a child computes otherwise than its parent. Both are compiled from genomes with the same nodes: a child's step
/// is the parent's if the same node does the same with the same inputs.
class ProgramDelta {
 public:
  /// Reuses its memory.
  void compare(const CircuitProgram& parent, const CircuitProgram& child);

  /// The child's other steps. Slots below parent.slots are the parent's, the ones from there on new.
  [[nodiscard]] const std::vector<CircuitProgram::Step>& steps() const { return steps_; }
  [[nodiscard]] const std::uint16_t* product() const { return product_.data(); }  ///< 16 slots.

 private:
  std::vector<const CircuitProgram::Step*> parent_step_of_node_;
  std::vector<std::uint16_t> slot_of_;  // by the child's slot
  std::vector<CircuitProgram::Step> steps_;
  std::array<std::uint16_t, 16> product_{};
};

}  // namespace axvp
