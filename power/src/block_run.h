#pragma once

#include <cstddef>
#include <vector>

#include "axvp/common/result.h"
#include "axvp/power/activity.h"
#include "gate_program.h"

namespace axvp {

inline constexpr std::size_t kWordBits = 64;
inline constexpr std::size_t kBlockLanes = kBlockWords * kWordBits;

/// An input port of the netlist and the stream that drives it.
struct Drive {
  const NetlistPort* port = nullptr;
  const Stimulus::Port* stream = nullptr;
};

/// Fails if the stimulus drives a port that the netlist does not have or with another width.
[[nodiscard]] Result<std::vector<Drive>> bind_ports(const Netlist& netlist, const Stimulus& stimulus);

/// Settled values of one block of lanes, step by step; asynchronous inputs may ripple through as many stages as there
/// are registers. Registers start at 0.
class BlockRun {
 public:
  BlockRun(const GateProgram& program, const Stimulus& stimulus, const std::vector<Drive>& drives, std::size_t block);

  /// The next step's values, by slot of the program.
  const std::vector<Block>& advance();
  /// True if a clear or preset changed a state in the last step.
  [[nodiscard]] bool was_overridden() const { return was_overridden_; }

 private:
  const GateProgram& program_;
  const Stimulus& stimulus_;
  const std::vector<Drive>& drives_;
  std::size_t block_;
  std::size_t step_ = 0;
  bool was_overridden_ = false;
  std::vector<Block> values_;
};

/// Ones in the lanes of this block that the stimulus uses.
[[nodiscard]] Block lane_mask(const Stimulus& stimulus, std::size_t block);

}  // namespace axvp
