#pragma once

#include <tlm_utils/simple_initiator_socket.h>

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <systemc>
#include <tlm>

#include "axvp/accel/dma_arbiter.h"
#include "axvp/sc_models/scratchpad.h"
#include "axvp/sc_models/unit.h"

namespace axvp {

/// On-chip memories that the DMA reaches.
enum class LocalMemory : std::size_t { Activation, Weight, Parameter, Command };
inline constexpr std::size_t kLocalMemories = 4;

/// A contiguous block to move between DRAM and an on-chip memory.
struct DmaTransfer {
  DmaChannel channel = DmaChannel::Command;
  CycleOwner owner = CycleOwner::Descriptor;
  bool to_dram = false;
  std::uint32_t address = 0;  ///< On the bus.
  LocalMemory memory = LocalMemory::Activation;
  std::uint32_t offset = 0;
  Bytes bytes = 0;
  CompletionSeries* done = nullptr;  ///< Told the cycle in which the last byte arrives.
};

/// The DMA's queues, for the units.
class TransferIf : virtual public sc_core::sc_interface {
 public:
  /// A transfer of 0 bytes is complete at once.
  virtual void submit(const DmaTransfer& transfer) = 0;
  /// Empty, or the first transaction since the last `clear_fault` that the bus or its target refused.
  [[nodiscard]] virtual const std::string& fault() const = 0;
  virtual void clear_fault() = 0;
};

/// Moves blocks burst by burst in the order of DmaArbiter: one b_transport a burst, data moved there and then, time as
/// annotated by bus and DRAM. The next burst starts when the DRAM's data bus is free, so latencies overlap.
class Dma final : public Unit, public TransferIf {
 public:
  struct Config {
    Bytes burst_bytes = 2048;
    Cycles overlapped_latency = 0;  ///< Part of an annotated delay in which the next burst may already start.
  };
  /// Bytes since the begin of the simulation, by channel.
  struct Counters {
    std::array<Bytes, kDmaChannels> bytes{};
    std::uint64_t bursts = 0;
  };

  tlm_utils::simple_initiator_socket<Dma> memory_socket{"memory_socket"};
  sc_core::sc_port<ScratchpadIf> activation_port{"activation_port"};
  sc_core::sc_port<ScratchpadIf> weight_port{"weight_port"};
  sc_core::sc_port<ScratchpadIf> parameter_port{"parameter_port"};
  sc_core::sc_port<ScratchpadIf> command_port{"command_port"};
  sc_core::sc_export<TransferIf> transfers{"transfers"};

  SC_HAS_PROCESS(Dma);
  Dma(const sc_core::sc_module_name& name, const Config& config, const Instruments& instruments,
      Scoreboard& scoreboard);

  void submit(const DmaTransfer& transfer) override;
  [[nodiscard]] const std::string& fault() const override { return fault_; }
  void clear_fault() override { fault_.clear(); }

  [[nodiscard]] const Counters& counters() const { return counters_; }
  /// Told true before the first transfer to DRAM is queued, false after the last one.
  void on_writing(std::function<void(bool)> observer) { on_writing_ = std::move(observer); }

 private:
  struct Pending {
    DmaTransfer transfer;
    Cycles begin = 0;
  };

  void transfer_thread();
  void clear() override;
  /// The cycle in which the burst's last byte has arrived.
  Cycles move(const DmaBurst& burst, const DmaTransfer& transfer);
  void count(const DmaBurst& burst, const DmaTransfer& transfer);
  [[nodiscard]] ScratchpadIf& memory(LocalMemory memory);

  Config config_;
  DmaArbiter arbiter_;
  std::array<std::deque<Pending>, kDmaChannels> pending_;
  std::uint64_t next_transfer_ = 0;
  tlm::tlm_generic_payload payload_;
  std::string fault_;
  Counters counters_;
  std::function<void(bool)> on_writing_ = [](bool) {};
  std::uint64_t writes_ = 0;  ///< Transfers to DRAM that are not complete.
};

}  // namespace axvp
