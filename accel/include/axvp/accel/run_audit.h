#pragma once

#include <cstdint>

#include "axvp/accel/events.h"
#include "axvp/accel/program.h"
#include "axvp/common/result.h"

namespace axvp {

/// What others than the counters say about a run of whole inferences.
struct RunWitnesses {
  std::uint64_t inferences = 0;
  Cycles busy_cycles = 0;  ///< From each doorbell to its interrupt, by the host's clock.
  Bytes dram_read = 0;     ///< At the DRAM's port, without the host's accesses.
  Bytes dram_written = 0;  ///< The same.
  Bytes switch_bytes = 0;  ///< Of them, read to load operating points.
};

/// Compares what the host read from the counter registers during a run with the witnesses and with what the compiler
/// computed for the program: cycles with the host's clock, DRAM's bytes with its port and with the tiling, MACs,
/// padding and slots with their closed forms, slots and idle cycles with all cycles of all PEs. The error names the
/// count and both numbers.
[[nodiscard]] Result<void> audit_run(const EventCounts& registers, const RunWitnesses& witnesses,
                                     const Program& program, const ArrayConfig& array);

}  // namespace axvp
