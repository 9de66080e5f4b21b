#pragma once

#include <filesystem>
#include <vector>

#include "axvp/common/result.h"
#include "axvp/power/activity.h"

namespace axvp {

/// Toggles of every net by Icarus Verilog, an event-driven simulator: each cell output is a continuous assignment from
/// the cell's truth table with the output's delay, flip-flops are non-blocking assignments. Streams run one after the
/// other, from cleared registers; a stream's first vector is not counted. Resets have to be inactive.
[[nodiscard]] Result<std::vector<std::uint64_t>> event_driven_toggles(const Netlist& netlist, const GateDelays& delays,
                                                                      const Stimulus& stimulus,
                                                                      const std::filesystem::path& folder);

}  // namespace axvp
