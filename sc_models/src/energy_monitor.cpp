#include "axvp/sc_models/energy_monitor.h"

#include <fmt/format.h>

#include "axvp/accel/descriptor.h"

namespace axvp {

EnergyMonitor::EnergyMonitor(const sc_core::sc_module_name& name, const ArrayConfig& array,
                             std::vector<NodeExpectation> expectations, std::size_t points)
    : sc_module(name),
      array_(array),
      expectations_(std::move(expectations)),
      record_{std::vector(points, std::vector<NodeCounts>(expectations_.size())), {}} {
  port.bind(*this);
}

void EnergyMonitor::watch(const Dram& dram, std::vector<const Scratchpad*> on_chip) {
  dram_ = &dram;
  on_chip_ = std::move(on_chip);
}

EnergyMonitor::Ends EnergyMonitor::ends() const {
  Ends ends;
  const Dram::Counters dram = dram_->counters();
  ends.dram_read = dram.read;
  ends.dram_written = dram.written;
  for (const Scratchpad* scratchpad : on_chip_) {
    ends.chip_written += scratchpad->counters().dma_written;
    ends.chip_read += scratchpad->counters().dma_read;
  }
  return ends;
}

void EnergyMonitor::begin_inference() {
  counts_at_begin_ = counts_;
  ends_at_begin_ = ends();
  switch_bytes_ = 0;
  ledger_.clear();
  pending_nodes_.clear();
  pending_switches_.clear();
}

void EnergyMonitor::end_inference() {
  for (const PendingNode& pending : pending_nodes_) {
    NodeCounts& sums = record_.nodes[pending.point][pending.node];
    ++sums.inferences;
    sums.cycles += pending.cycles;
    sums.counts += pending.counts;
    sums.array_cycles += pending.array_cycles;
  }
  record_.switches.insert(record_.switches.end(), pending_switches_.begin(), pending_switches_.end());
  pending_nodes_.clear();
  pending_switches_.clear();
}

void EnergyMonitor::switched(const SwitchCounts& change) {
  pending_switches_.push_back(change);
  switch_bytes_ += change.counts[Event::DramRead];
  if (Timeline* timeline = ledger_.timeline(); timeline != nullptr)
    timeline->switched(change.to, change.begin, change.end);
}

bool EnergyMonitor::node_done(std::uint32_t node, std::uint32_t point, Cycles begin, Cycles end) {
  if (node >= expectations_.size() || point >= record_.nodes.size()) {
    finding_ = fmt::format("operation {} at operating point {} is not part of the program", node, point);
    return false;
  }
  const CycleLedger::Settlement settlement = ledger_.settle(begin, end);
  const Cycles cycles = end - begin;
  counts_.add(Event::ActiveCycle, cycles);
  counts_.add(Event::PeIdleCycle, array_.array_elements() * settlement.array_standstill +
                                      static_cast<std::uint64_t>(array_.lanes()) * settlement.lane_standstill);
  const EventCounts delta = counts_ - counts_at_begin_;
  finding_ = audit(expectations_[node], delta, cycles, settlement);
  pending_nodes_.push_back({node, point, settlement.owned, delta, settlement.array_chain});
  if (Timeline* timeline = ledger_.timeline(); timeline != nullptr)
    timeline->complete({expectations_[node].name, point, begin, end, settlement.array_chain, delta.macs(),
                        prices_.price(delta).total().to_picojoules().value,
                        prices_.price(counts_).total().to_picojoules().value});
  counts_at_begin_ = counts_;
  ends_at_begin_ = ends();
  switch_bytes_ = 0;
  return finding_.empty();
}

std::string EnergyMonitor::audit(const NodeExpectation& expected, const EventCounts& counts, Cycles cycles,
                                 const CycleLedger::Settlement& settlement) const {
  const Ends now = ends();
  const Bytes dram_read = now.dram_read - ends_at_begin_.dram_read;
  const Bytes dram_written = now.dram_written - ends_at_begin_.dram_written;
  const auto differ = [&](const char* what, std::uint64_t found, std::uint64_t wanted) {
    return fmt::format("audit of {}: {}: {}, expected {}", expected.name, what, found, wanted);
  };
  if (const std::string difference = array_finding_(); !difference.empty())
    return fmt::format("audit of {}: {}", expected.name, difference);
  if (settlement.unowned != 0) return differ("cycles without an owner", settlement.unowned, 0);
  if (settlement.owned.total() != cycles) return differ("cycles with an owner", settlement.owned.total(), cycles);
  if (now.chip_written - ends_at_begin_.chip_written != dram_read)
    return differ("bytes that arrived on chip", now.chip_written - ends_at_begin_.chip_written, dram_read);
  if (now.chip_read - ends_at_begin_.chip_read != dram_written)
    return differ("bytes that left the chip", now.chip_read - ends_at_begin_.chip_read, dram_written);
  if (counts[Event::DramRead] != dram_read)
    return differ("bytes that the DMA read", counts[Event::DramRead], dram_read);
  if (counts[Event::DramWrite] != dram_written)
    return differ("bytes that the DMA wrote", counts[Event::DramWrite], dram_written);
  const Bytes operands = dram_read - switch_bytes_ - kDescriptorBytes;
  if (operands != expected.dram_read) return differ("bytes read from DRAM", operands, expected.dram_read);
  if (dram_written != expected.dram_written)
    return differ("bytes written to DRAM", dram_written, expected.dram_written);
  if (counts.macs() != expected.macs) return differ("multiplications", counts.macs(), expected.macs);
  if (counts[Event::MacPadding] != expected.padding_macs)
    return differ("multiplications of padding", counts[Event::MacPadding], expected.padding_macs);
  if (counts.slots() != expected.slots) return differ("slots of the array", counts.slots(), expected.slots);
  const std::uint64_t pe_cycles = array_.elements() * cycles;
  if (counts.slots() + counts[Event::PeIdleCycle] != pe_cycles)
    return differ("slots and idle cycles of the PEs", counts.slots() + counts[Event::PeIdleCycle], pe_cycles);
  return "";
}

void EnergyMonitor::trace(Timeline& timeline, const EventPrices& prices) {
  ledger_.trace(timeline);
  prices_ = prices;
}

MonitorRecord EnergyMonitor::take_record() {
  MonitorRecord taken{std::vector(record_.nodes.size(), std::vector<NodeCounts>(expectations_.size())), {}};
  std::swap(taken, record_);
  return taken;
}

void EnergyMonitor::reset() {
  ledger_.clear();
  pending_nodes_.clear();
  pending_switches_.clear();
  counts_ = EventCounts{};
}

}  // namespace axvp
