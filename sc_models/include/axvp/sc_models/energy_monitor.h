#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <systemc>
#include <vector>

#include "axvp/accel/cycle_ledger.h"
#include "axvp/accel/events.h"
#include "axvp/accel/platform_config.h"
#include "axvp/accel/timeline.h"
#include "axvp/sc_models/dram.h"
#include "axvp/sc_models/scratchpad.h"

namespace axvp {

/// What an operation of the network must amount to, for the audit.
struct NodeExpectation {
  std::string name;
  std::uint64_t macs = 0;
  std::uint64_t padding_macs = 0;
  std::uint64_t slots = 0;
  Bytes dram_read = 0;
  Bytes dram_written = 0;
};

/// What one operation did at one operating point, summed over inferences.
struct NodeCounts {
  std::uint64_t inferences = 0;
  OwnedCycles cycles;
  EventCounts counts;
  Cycles array_cycles = 0;  ///< First weight word in to last sum out, waits for memory apart.
};

/// One change of the operating point.
struct SwitchCounts {
  Cycles begin = 0, end = 0;
  std::optional<std::uint32_t> from;
  std::uint32_t to = 0;
  EventCounts counts;
};

/// What was counted since the record was last taken.
struct MonitorRecord {
  std::vector<std::vector<NodeCounts>> nodes;  ///< [point][node]
  std::vector<SwitchCounts> switches;
};

/// What the command processor tells the monitor.
class MonitorIf : virtual public sc_core::sc_interface {
 public:
  virtual void begin_inference() = 0;
  /// The inference is complete: what was divided since its begin belongs to the record.
  virtual void end_inference() = 0;
  virtual void switched(const SwitchCounts& change) = 0;
  /// Operation `node` took cycles [begin, end) at operating point `point`. False if the audit failed.
  [[nodiscard]] virtual bool node_done(std::uint32_t node, std::uint32_t point, Cycles begin, Cycles end) = 0;
};

/// Holds the counts that the units add to, and divides them: by operation, by operating point, by switch. At the end of
/// each operation it audits: every cycle has an owner; what left DRAM arrived on chip and the other way round, as each
/// memory counted it at its own port, and is what the DMA reported; bytes, MACs, padding and slots are those that the
/// compiler computed in closed form; slots, which the array counts by operands, and cycles in which PEs stand still,
/// which are counted in time, make up all cycles of all PEs. An inference that does not end leaves nothing in the
/// record.
class EnergyMonitor final : public sc_core::sc_module, public MonitorIf {
 public:
  sc_core::sc_export<MonitorIf> port{"port"};

  EnergyMonitor(const sc_core::sc_module_name& name, const ArrayConfig& array,
                std::vector<NodeExpectation> expectations, std::size_t points);

  /// The two ends of every transfer, for the audit.
  void watch(const Dram& dram, std::vector<const Scratchpad*> on_chip);

  void begin_inference() override;
  void end_inference() override;
  void switched(const SwitchCounts& change) override;
  [[nodiscard]] bool node_done(std::uint32_t node, std::uint32_t point, Cycles begin, Cycles end) override;
  /// Forgets what an aborted inference left.
  void reset();

  /// What the array finds in lockstep fails the audit of the operation, too.
  void watch(std::function<std::string()> array_finding) { array_finding_ = std::move(array_finding); }
  /// Before simulation: operations, switches and what the ledger hears go to `timeline`, which outlives the monitor.
  void trace(Timeline& timeline, const EventPrices& prices);

  [[nodiscard]] EventCounts& counts() { return counts_; }
  [[nodiscard]] CycleLedger& ledger() { return ledger_; }
  /// Hands the record of finished inferences out and begins a new one; counters go on.
  [[nodiscard]] MonitorRecord take_record();
  /// Empty, or what the first failed audit found.
  [[nodiscard]] const std::string& finding() const { return finding_; }

 private:
  struct Ends {
    Bytes dram_read = 0, dram_written = 0, chip_written = 0, chip_read = 0;
  };
  [[nodiscard]] Ends ends() const;
  [[nodiscard]] std::string audit(const NodeExpectation& expected, const EventCounts& counts, Cycles cycles,
                                  const CycleLedger::Settlement& settlement) const;

  ArrayConfig array_;
  std::vector<NodeExpectation> expectations_;
  const Dram* dram_ = nullptr;
  std::vector<const Scratchpad*> on_chip_;
  EventCounts counts_;
  EventCounts counts_at_begin_;  ///< Of the present operation.
  Ends ends_at_begin_;
  Bytes switch_bytes_ = 0;  ///< Within the present operation.
  CycleLedger ledger_;
  /// An operation of the inference under way.
  struct PendingNode {
    std::uint32_t node = 0, point = 0;
    OwnedCycles cycles;
    EventCounts counts;
    Cycles array_cycles = 0;
  };
  std::vector<PendingNode> pending_nodes_;
  std::vector<SwitchCounts> pending_switches_;
  MonitorRecord record_;
  std::string finding_;
  EventPrices prices_;  ///< For the timeline.
  std::function<std::string()> array_finding_ = [] { return std::string{}; };
};

}  // namespace axvp
