#pragma once

#include <optional>
#include <string>
#include <systemc>
#include <vector>

#include "axvp/accel/platform_config.h"
#include "axvp/accel/program.h"
#include "axvp/sc_models/dma.h"
#include "axvp/sc_models/energy_monitor.h"
#include "axvp/sc_models/register_file.h"
#include "axvp/sc_models/systolic_array.h"
#include "axvp/sc_models/unit.h"
#include "axvp/sc_models/vector_unit.h"

namespace axvp {

/// Runs an inference at each start: loads the operating point if it is another one, then fetches descriptors from DRAM,
/// one after the other, and breaks each into transfers, runs of the array and runs of the vector unit. It issues them
/// in order, as far ahead as the double buffers allow; the units wait for their operands themselves.
class CommandProcessor final : public Unit {
 public:
  sc_core::sc_port<ControlIf> control_port{"control_port"};
  sc_core::sc_port<TransferIf> dma_port{"dma_port"};
  sc_core::sc_port<ArrayIf> array_port{"array_port"};
  sc_core::sc_port<VectorIf> vector_port{"vector_port"};
  sc_core::sc_port<MonitorIf> monitor_port{"monitor_port"};
  sc_core::sc_port<ScratchpadIf> command_port{"command_port"};
  sc_core::sc_port<ScratchpadIf> parameter_port{"parameter_port"};

  SC_HAS_PROCESS(CommandProcessor);
  /// `selectables` of the array's pool; `config` is what descriptors are checked against.
  CommandProcessor(const sc_core::sc_module_name& name, const PlatformConfig& config, std::size_t selectables,
                   const Instruments& instruments, Scoreboard& scoreboard);

  /// Why the last inference was given up; empty if it was not.
  [[nodiscard]] const std::string& fault() const { return fault_; }
  /// Cycles in which the last inference began and ended.
  [[nodiscard]] Cycles inference_begin() const { return inference_begin_; }
  [[nodiscard]] Cycles inference_end() const { return inference_end_; }

 private:
  /// How a step ended: by itself, with `fault_` set, or by a reset.
  enum class Outcome { Done, Failed, Reset };

  void command_thread();
  void clear() override;
  Outcome run_inference(const StartCommand& command);
  Outcome load_point(const StartCommand& command);
  Outcome load_sets(const StartCommand& command, const PointTableHeader& header);
  Outcome fetch(std::uint64_t address, Bytes bytes, CycleOwner owner, const char* what);
  Outcome run_node(const Descriptor& descriptor);
  Outcome run_convolution(const Descriptor& descriptor);
  Outcome run_elementwise(const Descriptor& descriptor);
  void load_tile(const Descriptor& descriptor, const RowTile& tile, std::uint32_t address, std::uint32_t offset);
  [[nodiscard]] Outcome failed(std::string reason);
  [[nodiscard]] Outcome after_wait(bool waited);

  PlatformConfig config_;
  std::size_t selectables_;
  std::optional<std::uint32_t> loaded_point_;
  std::vector<PointRecord::Set> loaded_sets_;
  std::string fault_;
  Cycles inference_begin_ = 0;
  Cycles inference_end_ = 0;
};

}  // namespace axvp
