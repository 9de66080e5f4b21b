#include "axvp/sc_models/dma.h"

#include <fmt/format.h>

namespace axvp {

Dma::Dma(const sc_core::sc_module_name& name, const Config& config, const Instruments& instruments,
         Scoreboard& scoreboard)
    : Unit(name, instruments, scoreboard), config_(config), arbiter_(config.burst_bytes) {
  transfers.bind(*this);
  SC_THREAD(transfer_thread);
}

void Dma::submit(const DmaTransfer& transfer) {
  if (transfer.bytes == 0) {
    if (transfer.done != nullptr) transfer.done->announce(now(), instruments_.clock);
    return;
  }
  if (transfer.to_dram && writes_++ == 0) on_writing_(true);
  pending_[static_cast<std::size_t>(transfer.channel)].push_back({transfer, 0});
  arbiter_.add(transfer.channel, next_transfer_++, transfer.address, transfer.bytes);
  announce_work();
}

void Dma::clear() {
  arbiter_.clear();
  for (auto& queue : pending_) queue.clear();
  if (writes_ > 0) on_writing_(false);
  writes_ = 0;
}

ScratchpadIf& Dma::memory(LocalMemory memory) {
  switch (memory) {
    case LocalMemory::Activation:
      return *activation_port.operator->();
    case LocalMemory::Weight:
      return *weight_port.operator->();
    case LocalMemory::Parameter:
      return *parameter_port.operator->();
    case LocalMemory::Command:
      break;
  }
  return *command_port.operator->();
}

Cycles Dma::move(const DmaBurst& burst, const DmaTransfer& transfer) {
  ScratchpadIf& local = memory(transfer.memory);
  payload_.set_command(transfer.to_dram ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
  payload_.set_address(burst.address);
  const std::uint32_t offset = transfer.offset + static_cast<std::uint32_t>(burst.offset);
  payload_.set_data_ptr(transfer.to_dram ? local.dma_read(offset, burst.bytes) : local.dma_write(offset, burst.bytes));
  payload_.set_data_length(static_cast<unsigned int>(burst.bytes));
  payload_.set_streaming_width(static_cast<unsigned int>(burst.bytes));
  payload_.set_byte_enable_ptr(nullptr);
  payload_.set_dmi_allowed(false);
  payload_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  begin_call("an answer from the bus");
  memory_socket->b_transport(payload_, delay);
  end_call();
  if (!payload_.is_response_ok() && fault_.empty())
    fault_ = fmt::format("{}: {} of {} bytes at {:#x}: {}", name(), transfer.to_dram ? "write" : "read", burst.bytes,
                         burst.address, payload_.get_response_string());
  count(burst, transfer);
  counters_.bytes[static_cast<std::size_t>(burst.channel)] += burst.bytes;
  ++counters_.bursts;
  ++instruments_.steps;
  return now() + instruments_.clock.cycles(delay);
}

void Dma::count(const DmaBurst& burst, const DmaTransfer& transfer) {
  EventCounts& counts = instruments_.counts;
  if (transfer.to_dram) {
    counts.add(Event::DramWrite, burst.bytes);
    counts.add(Event::ActivationRead, burst.bytes);  // nothing else is written back
    return;
  }
  counts.add(Event::DramRead, burst.bytes);
  if (transfer.memory == LocalMemory::Activation) counts.add(Event::ActivationWrite, burst.bytes);
  if (transfer.memory == LocalMemory::Weight) counts.add(Event::WeightWrite, burst.bytes);
  if (transfer.memory == LocalMemory::Parameter) counts.add(Event::ParameterWrite, burst.bytes);
}

void Dma::transfer_thread() {
  for (;;) {
    begin_anew();
    const auto burst = arbiter_.next();
    if (!burst) {
      wait_for_work();
      continue;
    }
    auto& queue = pending_[static_cast<std::size_t>(burst->channel)];
    Pending& pending = queue.front();  // the arbiter serves each channel in order
    if (burst->first) pending.begin = now();
    const Cycles done = move(*burst, pending.transfer);
    busy_until(done);
    if (burst->last) {
      instruments_.ledger.record(pending.transfer.owner, pending.begin, done);
      if (pending.transfer.done != nullptr) pending.transfer.done->announce(done, instruments_.clock);
      if (pending.transfer.to_dram && --writes_ == 0) on_writing_(false);
      queue.pop_front();
    }
    const Cycles port_free = done > now() + config_.overlapped_latency ? done - config_.overlapped_latency : now();
    (void)wait_until(port_free, "the DRAM's data bus");  // after a reset the queues are empty
  }
}

}  // namespace axvp
