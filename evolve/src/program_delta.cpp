#include "program_delta.h"

#include <numeric>

namespace axvp {

void ProgramDelta::compare(const CircuitProgram& parent, const CircuitProgram& child) {
  parent_step_of_node_.assign(parent.uses_node.size(), nullptr);
  for (const CircuitProgram::Step& step : parent.steps) parent_step_of_node_[step.node] = &step;
  slot_of_.resize(child.slots);
  std::iota(slot_of_.begin(), slot_of_.begin() + kFirstGateSignal, std::uint16_t{0});
  steps_.clear();
  std::uint16_t next_slot = parent.slots;
  for (const CircuitProgram::Step& step : child.steps) {
    CircuitProgram::Step moved = step;
    for (int k = 0; k < inputs_of(step.kind); ++k) moved.inputs[k] = slot_of_[step.inputs[k]];
    const CircuitProgram::Step* known = parent_step_of_node_[step.node];
    if (known != nullptr && *known == moved) {
      moved.output = known->output;
    } else {
      moved.output = next_slot;
      next_slot = static_cast<std::uint16_t>(next_slot + (has_carry(step.kind) ? 2 : 1));
      steps_.push_back(moved);
    }
    slot_of_[step.output] = moved.output;
    if (has_carry(step.kind)) slot_of_[step.output + 1u] = static_cast<std::uint16_t>(moved.output + 1);
  }
  for (std::size_t bit = 0; bit < product_.size(); ++bit) product_[bit] = slot_of_[child.product[bit]];
}

}  // namespace axvp
