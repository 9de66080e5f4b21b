#include "axvp/sc_models/host.h"

#include <fmt/format.h>

#include <algorithm>

#include "axvp/accel/memory_map.h"
#include "axvp/accel/register_map.h"

namespace axvp {
namespace {

std::uint64_t load_little_endian(const std::uint8_t* bytes, int count) {
  std::uint64_t word = 0;
  for (int i = 0; i < count; ++i) word |= static_cast<std::uint64_t>(bytes[i]) << (8 * i);
  return word;
}

}  // namespace

Host::Host(const sc_core::sc_module_name& name, const PlatformConfig& config, const Clock& clock, const HostJob& job,
           std::vector<HostPhase> phases, const EventPrices& prices, HostObserver observer)
    : sc_module(name),
      config_(config.host),
      clock_(clock),
      clock_mhz_(config.clock_mhz),
      job_(job),
      phases_(std::move(phases)),
      prices_(prices),
      observer_(std::move(observer)) {
  tlm::tlm_global_quantum::instance().set(
      sc_core::sc_time(static_cast<double>(config.simulation.quantum_ns), sc_core::SC_NS));
  SC_THREAD(software_thread);
  set_stack_size(kThreadStackBytes);
}

bool Host::transport(tlm::tlm_command command, std::uint32_t address, std::uint8_t* data, std::size_t bytes) {
  payload_.set_command(command);
  payload_.set_address(address);
  payload_.set_data_ptr(data);
  payload_.set_data_length(static_cast<unsigned int>(bytes));
  payload_.set_streaming_width(static_cast<unsigned int>(bytes));
  payload_.set_byte_enable_ptr(nullptr);
  payload_.set_dmi_allowed(false);
  payload_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  sc_core::sc_time delay = quantum_.get_local_time();
  socket->b_transport(payload_, delay);
  quantum_.set(delay);
  if (quantum_.need_sync()) quantum_.sync();
  if (payload_.is_response_ok()) return true;
  fault_ = fmt::format("{}: access of {} bytes at {:#x}: {}", name(), bytes, address, payload_.get_response_string());
  return false;
}

bool Host::write_register(std::uint32_t offset, std::uint32_t value) {
  std::array<std::uint8_t, 4> bytes{};
  for (std::size_t i = 0; i < 4; ++i) bytes[i] = static_cast<std::uint8_t>(value >> (8 * i));
  return transport(tlm::TLM_WRITE_COMMAND, kRegisterBase + offset, bytes.data(), bytes.size());
}

bool Host::read_register(std::uint32_t offset, std::uint32_t& value) {
  std::array<std::uint8_t, 4> bytes{};
  if (!transport(tlm::TLM_READ_COMMAND, kRegisterBase + offset, bytes.data(), bytes.size())) return false;
  value = static_cast<std::uint32_t>(load_little_endian(bytes.data(), 4));
  return true;
}

bool Host::read_counters(EventCounts& counts) {
  if (!write_register(registers::kCtrl, registers::kCtrlSnapshot)) return false;
  const auto read_block = [&](std::uint32_t offset, auto& counters) {
    std::vector<std::uint8_t> bytes(8 * counters.size());
    if (!transport(tlm::TLM_READ_COMMAND, kRegisterBase + offset, bytes.data(), bytes.size())) return false;
    for (std::size_t i = 0; i < counters.size(); ++i) counters[i] = load_little_endian(&bytes[8 * i], 8);
    return true;
  };
  return read_block(registers::kEventsCounters, counts.of) &&
         read_block(registers::kMacsExecutedCounters, counts.macs_executed);
}

void Host::load_image() {
  tlm::tlm_generic_payload load;
  std::vector<std::uint8_t> image = *job_.image;  // the payload's data pointer is not const
  load.set_command(tlm::TLM_WRITE_COMMAND);
  load.set_address(kDramBase);
  load.set_data_ptr(image.data());
  load.set_data_length(static_cast<unsigned int>(image.size()));
  load.set_streaming_width(static_cast<unsigned int>(image.size()));
  tlm::tlm_dmi direct;
  if (socket->get_direct_mem_ptr(load, direct) && direct.is_write_allowed() &&
      direct.get_end_address() - kDramBase >= image.size() - 1) {
    std::copy(image.begin(), image.end(), direct.get_dmi_ptr() + (kDramBase - direct.get_start_address()));
    return;
  }
  if (socket->transport_dbg(load) != image.size()) fault_ = fmt::format("{}: the image does not fit into DRAM", name());
}

bool Host::set_up() {
  return write_register(registers::kIrqEnable, registers::kIrqEnableDone | registers::kIrqEnableError) &&
         write_register(registers::kDescriptorLo, job_.descriptor_address) &&
         write_register(registers::kDescriptorHi, 0) &&
         write_register(registers::kPointTableLo, job_.point_table_address) &&
         write_register(registers::kPointTableHi, 0) && write_register(registers::kPointCount, job_.point_count) &&
         read_counters(counts_before_);
}

void Host::wait_for_interrupt() {
  quantum_.sync();
  while (!irq_in.read()) wait(irq_in.posedge_event());
  quantum_.inc(clock_.time(static_cast<Cycles>(config_.interrupt_latency_cycles)));
}

Cycles Host::now() const {
  return clock_.cycles(quantum_.get_current_time());
}

/// Returns when the reset has acted: what the host writes ahead of time before it would be lost.
bool Host::reset() {
  if (!write_register(registers::kCtrl, registers::kCtrlReset)) return false;
  quantum_.inc(clock_.time(1));
  quantum_.sync();
  return true;
}

bool Host::run_phase(const HostPhase& phase) {
  if (!reset() || !set_up()) return false;
  QosController controller{phase.policy, job_.point_count, job_.output_step};
  const Cycles begin = now();
  const Energy begin_energy = prices_.price(counts_before_).total();
  const auto observation = [&] {
    return PolicyObservation{static_cast<double>(now() - begin) / (1e3 * clock_mhz_),
                             prices_.price(counts_before_).total() - begin_energy};
  };
  for (std::size_t i = 0; i < phase.inputs->size(); i += job_.images)
    if (!run_batch(i, *phase.inputs, controller, controller.decide(observation()))) return false;
  controller.finish(observation());
  if (observer_.on_phase_end) observer_.on_phase_end(controller);
  return true;
}

bool Host::run_batch(std::size_t first, const std::vector<StoredTensor>& inputs, QosController& controller,
                     PolicyDecision decision) {
  StoredTensor written;
  for (std::size_t i = first; i < first + job_.images; ++i)
    written.insert(written.end(), inputs[i].begin(), inputs[i].end());
  if (!transport(tlm::TLM_WRITE_COMMAND, job_.input.address, written.data(), written.size())) return false;
  for (bool is_answered = false; !is_answered;) {
    HostResult result;
    result.input = first;
    if (!run_inference(first, decision, result)) return false;
    std::optional<PolicyDecision> again;
    if (controller.reads_margin()) {
      if (!read_register(registers::kMargin, result.margin.emplace())) return false;
      again = controller.rerun(*result.margin);
    }
    is_answered = result.is_answer = !again;
    if (again)
      decision = std::move(*again);
    else if (!read_answer(result))
      return false;
    if (observer_.on_result) observer_.on_result(std::move(result));
  }
  return true;
}

bool Host::run_inference(std::size_t index, const PolicyDecision& decision, HostResult& result) {
  result.point = decision.point;
  result.reason = decision.reason;
  if (!write_register(registers::kOperatingPoint, static_cast<std::uint32_t>(decision.point)) ||
      !write_register(registers::kCtrl, registers::kCtrlStart))
    return false;
  const Cycles doorbell = now();
  wait_for_interrupt();
  result.busy = clock_.now() - doorbell;
  std::uint32_t interrupts = 0;
  if (!read_register(registers::kIrqStatus, interrupts) || !write_register(registers::kIrqStatus, interrupts))
    return false;
  if ((interrupts & registers::kIrqStatusError) != 0) {
    fault_ = fmt::format("{}: inference {} ended with an error interrupt", name(), index / job_.images);
    return false;
  }
  EventCounts counts;
  if (!read_counters(counts)) return false;
  result.counts = counts - counts_before_;
  counts_before_ = counts;
  return true;
}

bool Host::read_answer(HostResult& result) {
  std::vector<std::uint8_t> output(job_.output.bytes);
  if (!transport(tlm::TLM_READ_COMMAND, job_.output.address, output.data(), output.size())) return false;
  const auto element = static_cast<std::size_t>(element_bytes(job_.output.type));
  for (std::size_t i = 0; i + element <= output.size(); i += element)
    result.logits.push_back(element_at(&output[i], job_.output.type));
  return true;
}

void Host::software_thread() {
  quantum_.reset();
  load_image();
  bool good = fault_.empty();
  for (std::size_t p = 0; good && p < phases_.size(); ++p) good = run_phase(phases_[p]);
  quantum_.sync();
  finished_ = good;
  sc_core::sc_stop();
}

}  // namespace axvp
