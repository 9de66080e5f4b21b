#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/tlm_quantumkeeper.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <systemc>
#include <tlm>
#include <vector>

#include "axvp/accel/events.h"
#include "axvp/accel/platform_config.h"
#include "axvp/accel/program.h"
#include "axvp/accel/qos_policy.h"
#include "axvp/sc_models/clock.h"
#include "axvp/workloads/int8_executor.h"

namespace axvp {

/// What the host's software knows: addresses and sizes, not the network.
struct HostJob {
  std::uint32_t descriptor_address = 0;
  std::uint32_t point_table_address = 0;
  std::uint32_t point_count = 0;
  TensorPlacement input;
  TensorPlacement output;
  double output_step = 0.0;  ///< What a step of the output is worth in the network's float units.
  const std::vector<std::uint8_t>* image = nullptr;  ///< DRAM's first bytes, loaded before time begins.
  std::uint32_t images = 1;  ///< Of an inference: inputs and outputs follow one another in DRAM.
};

/// One inference as the host saw it.
struct HostResult {
  std::size_t input = 0;  ///< Of the phase's inputs, the first one of the batch.
  std::size_t point = 0;
  std::string reason;                   ///< Why the controller changed the point; empty where it did not.
  std::optional<std::uint32_t> margin;  ///< As read from MARGIN; none where the policy does not ask for it.
  bool is_answer = true;                ///< Else the margin was too small, and the next inference has the same input.
  std::vector<std::int32_t> logits;     ///< Image by image; empty if it is no answer: they are not read.
  EventCounts counts;                   ///< Difference of two counter snapshots.
  Cycles busy = 0;                      ///< From doorbell to interrupt, by the host's clock.
};

/// A part of a run: its inputs, a batch each inference, under one policy. It begins with a reset of the accelerator, so
/// that nothing of it depends on the phases before; times and energies that the policy sees count from there.
struct HostPhase {
  PolicyConfig policy;
  const std::vector<StoredTensor>* inputs = nullptr;
};

/// Whom the host tells.
struct HostObserver {
  std::function<void(HostResult)> on_result;
  std::function<void(const QosController&)> on_phase_end;  ///< After the last inference of a phase.
};

/// The host: a TLM-2.0 initiator with temporal decoupling. Loads DRAM by debug transport, then for each batch of inputs
/// of each phase asks the controller, writes inputs and operating point, rings the doorbell, waits for the interrupt,
/// reads counters and result. Under the policy `margin` it reads MARGIN before the result, and where that is too small
/// starts the next point of the cascade on the inputs that still lie in DRAM. Stops the simulation after the last
/// input, or at the first error.
class Host final : public sc_core::sc_module {
 public:
  tlm_utils::simple_initiator_socket<Host> socket{"socket"};
  sc_core::sc_in<bool> irq_in{"irq_in"};

  SC_HAS_PROCESS(Host);
  Host(const sc_core::sc_module_name& name, const PlatformConfig& config, const Clock& clock, const HostJob& job,
       std::vector<HostPhase> phases, const EventPrices& prices, HostObserver observer);

  [[nodiscard]] bool finished() const { return finished_; }
  /// Empty, or why the host gave up.
  [[nodiscard]] const std::string& fault() const { return fault_; }

 private:
  void software_thread();
  void load_image();
  bool set_up();
  bool run_phase(const HostPhase& phase);
  bool run_batch(std::size_t first, const std::vector<StoredTensor>& inputs, QosController& controller,
                 PolicyDecision decision);
  bool run_inference(std::size_t index, const PolicyDecision& decision, HostResult& result);
  bool read_answer(HostResult& result);
  [[nodiscard]] Cycles now() const;
  bool reset();
  void wait_for_interrupt();
  bool read_counters(EventCounts& counts);
  bool write_register(std::uint32_t offset, std::uint32_t value);
  bool read_register(std::uint32_t offset, std::uint32_t& value);
  bool transport(tlm::tlm_command command, std::uint32_t address, std::uint8_t* data, std::size_t bytes);

  HostConfig config_;
  const Clock& clock_;
  double clock_mhz_;
  HostJob job_;
  std::vector<HostPhase> phases_;
  EventPrices prices_;
  HostObserver observer_;
  tlm_utils::tlm_quantumkeeper quantum_;
  tlm::tlm_generic_payload payload_;
  EventCounts counts_before_;
  bool finished_ = false;
  std::string fault_;
};

}  // namespace axvp
