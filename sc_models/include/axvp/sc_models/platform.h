#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "axvp/accel/array_model.h"
#include "axvp/accel/array_wave.h"
#include "axvp/accel/cycle_ledger.h"
#include "axvp/accel/events.h"
#include "axvp/accel/multiplier_lanes.h"
#include "axvp/accel/platform_config.h"
#include "axvp/accel/program.h"
#include "axvp/accel/qos_policy.h"
#include "axvp/accel/timeline.h"
#include "axvp/power/energy_table.h"
#include "axvp/workloads/int8_executor.h"

namespace axvp {

/// One inference on the platform, from doorbell to interrupt: a batch of images.
struct InferenceRecord {
  std::size_t index = 0;                ///< Of the phase's inputs, the first one of the batch.
  std::size_t point = 0;                ///< Operating point.
  Cycles begin = 0;                     ///< Doorbell.
  Cycles end = 0;                       ///< Interrupt.
  std::optional<std::uint32_t> margin;  ///< The batch's least, in steps of the outputs; where the policy asked for it.
  bool is_answer = true;                ///< Else the margin was too small: the next inference runs the same inputs.
  std::vector<std::vector<std::int32_t>> logits;  ///< By image; empty if it is no answer.
  EventCounts counts;  ///< As the host read them from the counter registers; a switch at the start is contained.
  EnergyBreakdown energy;

  [[nodiscard]] Cycles cycles() const { return end - begin; }
};

/// Sums over the inferences that ran at one operating point, of one operation of the network.
struct NodeStatistics {
  std::uint64_t inferences = 0;
  OwnedCycles cycles;  ///< Their total is the operation's time; nothing overlaps between operations.
  EventCounts counts;
  EnergyBreakdown energy;
  Cycles array_cycles = 0;  ///< First weight word in to last sum out, waits for memory apart.
};

/// A change of the operating point: at the start of an inference, contained in that one's cycles, counts and energy.
struct SwitchRecord {
  Cycles begin = 0;
  Cycles cycles = 0;
  std::optional<std::size_t> from;  ///< None at a phase's first inference, which loads everything.
  std::size_t to = 0;
  Bytes bytes = 0;  ///< Loaded: the point's record, selectors and the sets that differ.
  EnergyBreakdown energy;
  std::string reason;
};

/// A phase of a run: per inference, per operating point and operation (`nodes[point][node]`, as Program::nodes), and
/// the sums.
struct PlatformResult {
  std::vector<InferenceRecord> inferences;
  std::vector<std::vector<NodeStatistics>> nodes;
  std::vector<SwitchRecord> switches;
  OwnedCycles cycles;
  EventCounts counts;
  EnergyBreakdown energy;
  std::vector<BudgetWindow> windows;  ///< Of the policy `budget`.
};

/// The platform and what it runs. `program` was compiled for `config`, `pool` and the network's operating points.
struct PlatformSetup {
  PlatformConfig config;
  Program program;
  SelectablePool pool;
  EnergyTable energy;
  std::function<void(const InferenceRecord&)> on_inference = {};  ///< After each one, for progress; may be empty.
  /// Levels cycle and rtl: an array of the configuration's size and dataflow whose sums and counted edges the
  /// platform takes. Without it level lt: fast kernels and closed forms.
  std::shared_ptr<ArrayModel> array = nullptr;
  /// The same of the lanes; without it they are at level lt.
  std::shared_ptr<LaneModel> lanes = nullptr;
  /// Level lt in lockstep: computes every run once more; the first difference fails the audit of its operation.
  std::shared_ptr<ArrayModel> lockstep = nullptr;
  /// Of `array`, which shows its edges to it: is told whose runs they are.
  std::shared_ptr<ArrayWave> wave = nullptr;
  /// What happens when; nothing is traced without it.
  std::shared_ptr<Timeline> timeline = nullptr;
};

/// Inputs, an inference (or more, by a cascade) for each batch of them, under one policy. A phase begins with a reset
/// of the accelerator: its result depends on nothing but itself, whatever ran before. Its times and energies count from
/// its begin.
struct PlatformPhase {
  PolicyConfig policy;
  std::vector<StoredTensor> inputs;
};

/// A run of one phase.
struct PlatformInputs : PlatformSetup {
  PolicyConfig policy;
  std::vector<StoredTensor> inputs;
};

/// Price of every event: the table's rows for the pool's selectables, PE and lane, SRAM prices at the scratchpads'
/// sizes, leakage of all instances. Errors: a selectable or encoding that the table lacks.
[[nodiscard]] Result<EventPrices> event_prices(const EnergyTable& table, const SelectablePool& pool,
                                               const PlatformConfig& config);

/// What the multiplications of one inference cost at each operating point, all of them executed. `points` are those
/// that `program` was compiled from, with selectables of `pool`.
[[nodiscard]] std::vector<Energy> multiplication_energies(const Program& program,
                                                          const std::vector<OperatingPoint>& points,
                                                          const SelectablePool& pool, const EventPrices& prices);

/// Area of the array and of the lanes beside it, each PE or lane with one instance of every multiplier of the pool, and
/// of the vector unit's lanes; memories and control are not contained.
struct DatapathArea {
  SquareMicrometres array{};
  SquareMicrometres vector_unit{};
};
[[nodiscard]] Result<DatapathArea> datapath_area(const EnergyTable& table, const SelectablePool& pool,
                                                 const PlatformConfig& config);

/// Checks `clock_mhz` against the table's delays: a multiplier and the adder behind it lie between two registers, a
/// lane of the vector unit does so by itself. The error names the slowest path and its largest clock. Selectables
/// without a delay (a user's own that states none) are not part of the check.
[[nodiscard]] Result<void> check_clock(const EnergyTable& table, const SelectablePool& pool,
                                       const PlatformConfig& config);

/// Version of the SystemC library, for provenance.
[[nodiscard]] std::string systemc_version();

/// Runs the phases one after another through the SystemC platform, one result each. Once per process (the SystemC
/// kernel is one per process), from sc_main. Errors of the input (configuration, policy, sizes) come before simulation;
/// errors of the run: the watchdog names the processes that wait, an audit names the operation whose bytes, MACs or
/// cycles do not add up, a bus error or a bad descriptor names itself.
[[nodiscard]] Result<std::vector<PlatformResult>> run_platform(const PlatformSetup& setup,
                                                               const std::vector<PlatformPhase>& phases);
/// The same for a single phase.
[[nodiscard]] Result<PlatformResult> run_platform(const PlatformInputs& inputs);

}  // namespace axvp
