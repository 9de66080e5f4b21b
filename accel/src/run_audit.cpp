#include "axvp/accel/run_audit.h"

#include "axvp/accel/descriptor.h"

namespace axvp {
namespace {

/// One inference, as the compiler sees it; loading of operating points apart.
struct ProgramTotals {
  std::uint64_t macs = 0, padding = 0, slots = 0;
  Bytes read = 0, written = 0;
};

ProgramTotals totals_of(const Program& program) {
  ProgramTotals totals;
  for (const ProgramNode& node : program.nodes) {
    totals.macs += node.macs;
    totals.padding += node.padding_macs;
    totals.slots += node.slots;
    totals.read += node.input_bytes + node.weight_bytes + kDescriptorBytes;
    totals.written += node.output_bytes;
  }
  return totals;
}

}  // namespace

Result<void> audit_run(const EventCounts& registers, const RunWitnesses& witnesses, const Program& program,
                       const ArrayConfig& array) {
  const ProgramTotals once = totals_of(program);
  const std::uint64_t n = witnesses.inferences;
  struct Check {
    const char* what;
    std::uint64_t found, expected;
  };
  for (const Check& check : {
           Check{"active cycles, by the host's clock", registers[Event::ActiveCycle], witnesses.busy_cycles},
           Check{"bytes read from DRAM, at its port", registers[Event::DramRead], witnesses.dram_read},
           Check{"bytes written to DRAM, at its port", registers[Event::DramWrite], witnesses.dram_written},
           Check{"bytes read from DRAM, by the program", witnesses.dram_read, n * once.read + witnesses.switch_bytes},
           Check{"bytes written to DRAM, by the program", witnesses.dram_written, n * once.written},
           Check{"multiplications", registers.macs(), n * once.macs},
           Check{"multiplications of padding", registers[Event::MacPadding], n * once.padding},
           Check{"slots of the array", registers.slots(), n * once.slots},
           Check{"slots and idle cycles of the PEs", registers.slots() + registers[Event::PeIdleCycle],
                 array.elements() * witnesses.busy_cycles},
       })
    if (check.found != check.expected)
      return fail("audit of the run: {}: {}, expected {}", check.what, check.found, check.expected);
  return {};
}

}  // namespace axvp
