#include "platform_bench.h"

#include <stdexcept>

#include "axvp/accel/memory_map.h"
#include "axvp/accel/register_map.h"

namespace axvp::testing {
namespace {

Program compiled(const QuantizedNetwork& network, const std::vector<OperatingPoint>& points, const SelectablePool& pool,
                 const PlatformConfig& config) {
  auto program = compile(network, points, pool, config);
  if (!program) throw std::invalid_argument(program.error().message);
  return std::move(*program);
}

}  // namespace

Response TestInitiator::transact(tlm::tlm_command command, std::uint64_t address, std::vector<std::uint8_t>& data,
                                 const Options& options) {
  tlm::tlm_generic_payload payload;
  std::vector<std::uint8_t> enables = options.byte_enables;
  payload.set_command(command);
  payload.set_address(address);
  payload.set_data_ptr(data.data());
  payload.set_data_length(static_cast<unsigned int>(data.size()));
  payload.set_streaming_width(options.streaming_width < 0 ? static_cast<unsigned int>(data.size())
                                                          : static_cast<unsigned int>(options.streaming_width));
  if (!enables.empty()) {
    payload.set_byte_enable_ptr(enables.data());
    payload.set_byte_enable_length(static_cast<unsigned int>(enables.size()));
  }
  Response response;
  response.delay = options.delay;
  socket->b_transport(payload, response.delay);
  response.status = payload.get_response_status();
  response.dmi_allowed = payload.is_dmi_allowed();
  return response;
}

Response TestInitiator::write_word(std::uint64_t address, std::uint32_t value) {
  std::vector<std::uint8_t> data;
  for (int i = 0; i < 4; ++i) data.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  return transact(tlm::TLM_WRITE_COMMAND, address, data);
}

std::uint32_t TestInitiator::read_word(std::uint64_t address) {
  std::vector<std::uint8_t> data(4);
  (void)transact(tlm::TLM_READ_COMMAND, address, data);
  std::uint32_t word = 0;
  for (std::size_t i = 0; i < 4; ++i) word |= static_cast<std::uint32_t>(data[i]) << (8 * i);
  return word;
}

unsigned int TestInitiator::debug(tlm::tlm_command command, std::uint64_t address, std::vector<std::uint8_t>& data) {
  tlm::tlm_generic_payload payload;
  payload.set_command(command);
  payload.set_address(address);
  payload.set_data_ptr(data.data());
  payload.set_data_length(static_cast<unsigned int>(data.size()));
  payload.set_streaming_width(static_cast<unsigned int>(data.size()));
  return socket->transport_dbg(payload);
}

PlatformBench::PlatformBench(const sc_core::sc_module_name& name, const QuantizedNetwork& network,
                             const std::vector<OperatingPoint>& points, const PlatformConfig& config,
                             std::function<void(PlatformBench&)> script)
    : sc_module(name),
      pool_(small_pool()),
      program_(compiled(network, points, pool_, config)),
      script_(std::move(script)),
      platform("platform", config, pool_, expectations_of(program_), points.size()),
      host("host") {
  host.socket.bind(platform.bus.from_initiators);
  irq_in(platform.irq);
  SC_THREAD(script_thread);
  set_stack_size(1 << 20);
}

void PlatformBench::script_thread() {
  std::vector<std::uint8_t> image = program_.image;
  (void)host.debug(tlm::TLM_WRITE_COMMAND, kDramBase, image);
  script_(*this);
  script_ended_ = true;
  sc_core::sc_stop();
}

void PlatformBench::write_register(std::uint32_t offset, std::uint32_t value) {
  wait(host.write_word(kRegisterBase + offset, value).delay);
}

std::uint32_t PlatformBench::read_register(std::uint32_t offset) {
  return host.read_word(kRegisterBase + offset);
}

void PlatformBench::set_up() {
  write_register(registers::kIrqEnable, registers::kIrqEnableDone | registers::kIrqEnableError);
  write_register(registers::kDescriptorLo, program_.descriptor_address);
  write_register(registers::kPointTableLo, program_.point_table_address);
  write_register(registers::kPointCount, program_.point_count);
}

void PlatformBench::write_input(const StoredTensor& input) {
  StoredTensor bytes = input;
  wait(host.transact(tlm::TLM_WRITE_COMMAND, program_.input.address, bytes).delay);
}

void PlatformBench::start(std::uint32_t point) {
  write_register(registers::kOperatingPoint, point);
  write_register(registers::kCtrl, registers::kCtrlStart);
}

bool PlatformBench::wait_for_interrupt(Cycles limit) {
  if (!irq_in.read()) wait(platform.clock().time(limit), irq_in.posedge_event());
  const bool came = irq_in.read();
  write_register(registers::kIrqStatus, registers::kIrqStatusDone | registers::kIrqStatusError);
  return came;
}

std::vector<std::int32_t> PlatformBench::logits() {
  std::vector<std::uint8_t> bytes(program_.output.bytes);
  wait(host.transact(tlm::TLM_READ_COMMAND, program_.output.address, bytes).delay);
  std::vector<std::int32_t> values;
  for (std::size_t i = 0; i < bytes.size(); i += 4) {
    std::uint32_t word = 0;
    for (std::size_t b = 0; b < 4; ++b) word |= static_cast<std::uint32_t>(bytes[i + b]) << (8 * b);
    values.push_back(static_cast<std::int32_t>(word));
  }
  return values;
}

std::vector<std::int32_t> PlatformBench::infer(const StoredTensor& input, std::uint32_t point) {
  set_up();
  write_input(input);
  start(point);
  (void)wait_for_interrupt();
  return logits();
}

void PlatformBench::wait_cycles(Cycles cycles) {
  wait(platform.clock().time(cycles));
}

void PlatformBench::flip(std::uint32_t address, std::uint8_t bits) {
  std::vector<std::uint8_t> byte(1);
  (void)host.debug(tlm::TLM_READ_COMMAND, address, byte);
  byte[0] ^= bits;
  (void)host.debug(tlm::TLM_WRITE_COMMAND, address, byte);
}

}  // namespace axvp::testing
