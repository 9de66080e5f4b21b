#pragma once

#include <memory>
#include <string>
#include <systemc>
#include <vector>

#include "axvp/accel/platform_config.h"
#include "axvp/accel/program.h"
#include "axvp/sc_models/bus.h"
#include "axvp/sc_models/command_processor.h"
#include "axvp/sc_models/dma.h"
#include "axvp/sc_models/dram.h"
#include "axvp/sc_models/energy_monitor.h"
#include "axvp/sc_models/register_file.h"
#include "axvp/sc_models/scratchpad.h"
#include "axvp/sc_models/systolic_array.h"
#include "axvp/sc_models/vector_unit.h"
#include "axvp/sc_models/watchdog.h"

namespace axvp {

/// Everything but the host: bus, DRAM and the accelerator, connected. A host binds its socket to `bus.from_initiators`
/// and its interrupt input to `irq`.
class AcceleratorPlatform final : public sc_core::sc_module {
 private:
  Clock clock_;
  std::uint64_t steps_ = 0;
  Scoreboard scoreboard_;

 public:
  AcceleratorPlatform(const sc_core::sc_module_name& name, const PlatformConfig& config, const SelectablePool& pool,
                      std::vector<NodeExpectation> expectations, std::size_t points);

  [[nodiscard]] const Clock& clock() const { return clock_; }
  /// Empty, or what went wrong inside: watchdog, audit, command processor.
  [[nodiscard]] std::string fault() const;

  sc_core::sc_signal<bool> irq{"irq"};
  Bus bus;
  Dram dram;
  EnergyMonitor monitor;
  RegisterFile registers;
  Scratchpad activation, weight, accumulator, parameter, command_buffer;
  Dma dma;
  SystolicArray array;
  VectorUnit vector_unit;
  CommandProcessor command_processor;
  Watchdog watchdog;

 private:
  void connect();
  void reset();
};

/// The audit's numbers for a program.
[[nodiscard]] std::vector<NodeExpectation> expectations_of(const Program& program);

}  // namespace axvp
