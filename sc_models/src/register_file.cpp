#include "axvp/sc_models/register_file.h"

#include <cstring>

namespace axvp {
namespace {

using namespace registers;  // NOLINT: the generated constants

constexpr std::uint32_t kAllOnes = 0xFFFFFFFF;

/// The 4 bytes of a word that a transaction enables, as a mask.
std::uint32_t enabled_mask(const tlm::tlm_generic_payload& transaction, std::uint32_t first_byte) {
  const std::uint8_t* enables = transaction.get_byte_enable_ptr();
  if (enables == nullptr) return kAllOnes;
  std::uint32_t mask = 0;
  for (std::uint32_t i = 0; i < 4; ++i)
    if (enables[(first_byte + i) % transaction.get_byte_enable_length()] == TLM_BYTE_ENABLED) mask |= 0xFFu << (8 * i);
  return mask;
}

std::uint32_t load_word(const std::uint8_t* bytes) {
  std::uint32_t word = 0;
  for (int i = 0; i < 4; ++i) word |= static_cast<std::uint32_t>(bytes[i]) << (8 * i);
  return word;
}

void store_word(std::uint8_t* bytes, std::uint32_t word, std::uint32_t mask) {
  for (int i = 0; i < 4; ++i)
    if ((mask >> (8 * i) & 0xFF) != 0) bytes[i] = static_cast<std::uint8_t>(word >> (8 * i));
}

}  // namespace

RegisterFile::RegisterFile(const sc_core::sc_module_name& name, const HostConfig& config, const Clock& clock,
                           const EventCounts& counts)
    : sc_module(name), access_time_(clock.time(static_cast<Cycles>(config.register_access_cycles))), counts_(counts) {
  static_assert(kEventsCounterCount == kEvents && kMacsExecutedCounterCount == kMaxSelectables,
                "accel/register_map.toml and events.h differ");
  for (const Register& r : kRegisters) register_at_[r.offset / 4] = &r;
  for (std::uint32_t i = 0; i < 2 * kEventsCounterCount; ++i) is_counter_[kEventsCounters / 4 + i] = true;
  for (std::uint32_t i = 0; i < 2 * kMacsExecutedCounterCount; ++i) is_counter_[kMacsExecutedCounters / 4 + i] = true;
  reset_registers();
  socket.register_b_transport(this, &RegisterFile::b_transport);
  socket.register_transport_dbg(this, &RegisterFile::transport_dbg);
  control.bind(*this);
  SC_METHOD(control_method);
  sensitive << action_due_;
  dont_initialize();
  SC_METHOD(irq_method);
  sensitive << irq_changed_;
}

bool RegisterFile::busy() const {
  return (word(kStatus) & kStatusBusy) != 0;
}

StartCommand RegisterFile::command() const {
  const auto wide = [&](std::uint32_t low, std::uint32_t high) {
    return static_cast<std::uint64_t>(word(high)) << 32 | word(low);
  };
  return {wide(kDescriptorLo, kDescriptorHi), wide(kPointTableLo, kPointTableHi), word(kPointCount),
          word(kOperatingPoint)};
}

void RegisterFile::set_loaded_point(std::uint32_t point) {
  word(kLoadedPoint) = point;
}

void RegisterFile::set_margin(std::uint32_t margin) {
  word(kMargin) = margin;
}

void RegisterFile::finish(bool failed) {
  word(kStatus) = failed ? kStatusError : 0;
  word(kIrqStatus) |= failed ? kIrqStatusError : kIrqStatusDone;
  irq_changed_.notify(sc_core::SC_ZERO_TIME);
}

tlm::tlm_response_status RegisterFile::check(const tlm::tlm_generic_payload& transaction) const {
  const std::uint64_t address = transaction.get_address();
  const std::uint32_t length = transaction.get_data_length();
  if (length == 0 || length % 4 != 0 || transaction.get_streaming_width() != length)
    return tlm::TLM_BURST_ERROR_RESPONSE;
  if (transaction.get_byte_enable_ptr() != nullptr && transaction.get_byte_enable_length() == 0)
    return tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE;
  if (address % 4 != 0 || address + length > 4 * kWords) return tlm::TLM_ADDRESS_ERROR_RESPONSE;
  for (std::uint64_t i = address / 4; i < (address + length) / 4; ++i) {
    if (register_at_[i] == nullptr && !is_counter_[i]) return tlm::TLM_ADDRESS_ERROR_RESPONSE;
    if (transaction.is_write() && (is_counter_[i] || register_at_[i]->access == Access::ReadOnly))
      return tlm::TLM_COMMAND_ERROR_RESPONSE;
  }
  return tlm::TLM_OK_RESPONSE;
}

void RegisterFile::b_transport(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay) {
  transaction.set_dmi_allowed(false);
  const tlm::tlm_response_status status = check(transaction);
  transaction.set_response_status(status);
  if (status != tlm::TLM_OK_RESPONSE || transaction.get_command() == tlm::TLM_IGNORE_COMMAND) return;
  delay += access_time_;
  const auto address = static_cast<std::uint32_t>(transaction.get_address());
  for (std::uint32_t i = 0; i < transaction.get_data_length(); i += 4) {
    const std::uint32_t mask = enabled_mask(transaction, i);
    std::uint8_t* data = transaction.get_data_ptr() + i;
    if (transaction.is_read())
      store_word(data, word(address + i), mask);
    else
      write_word(address + i, load_word(data), mask, delay);
  }
}

void RegisterFile::write_word(std::uint32_t offset, std::uint32_t value, std::uint32_t mask,
                              const sc_core::sc_time& delay) {
  const Register& r = *register_at_[offset / 4];
  mask &= r.writable;
  value &= mask;
  switch (r.access) {
    case Access::ReadWrite:
      word(offset) = (word(offset) & ~mask) | value;
      break;
    case Access::WriteOneToClear:
      word(offset) &= ~value;
      break;
    case Access::WriteOneToStart:
      if ((value & kCtrlSnapshot) != 0) take_snapshot();
      if ((value & (kCtrlStart | kCtrlReset)) != 0) {
        actions_.push_back({sc_core::sc_time_stamp() + delay, value});
        action_due_.notify(delay);
      }
      break;
    case Access::ReadOnly:
      break;
  }
  if (offset == kIrqStatus || offset == kIrqEnable) irq_changed_.notify(sc_core::SC_ZERO_TIME);
}

unsigned int RegisterFile::transport_dbg(tlm::tlm_generic_payload& transaction) {
  if (!transaction.is_read() || check(transaction) != tlm::TLM_OK_RESPONSE) return 0;
  const auto address = static_cast<std::uint32_t>(transaction.get_address());
  for (std::uint32_t i = 0; i < transaction.get_data_length(); i += 4)
    store_word(transaction.get_data_ptr() + i, word(address + i), kAllOnes);
  return transaction.get_data_length();
}

void RegisterFile::control_method() {
  while (!actions_.empty() && actions_.front().at <= sc_core::sc_time_stamp()) {
    const std::uint32_t bits = actions_.front().bits;
    actions_.pop_front();
    if ((bits & kCtrlReset) != 0) {
      if (reset_action_) reset_action_();
      reset_registers();
    } else if (!busy()) {
      word(kStatus) = kStatusBusy;
      started_.notify(sc_core::SC_ZERO_TIME);
    }
  }
  if (!actions_.empty()) action_due_.notify(actions_.front().at - sc_core::sc_time_stamp());
}

void RegisterFile::irq_method() {
  irq_out.write((word(kIrqStatus) & word(kIrqEnable)) != 0);
}

void RegisterFile::take_snapshot() {
  const auto copy = [&](std::uint32_t offset, const auto& counters) {
    for (const std::uint64_t counter : counters) {
      word(offset) = static_cast<std::uint32_t>(counter);
      word(offset + 4) = static_cast<std::uint32_t>(counter >> 32);
      offset += 8;
    }
  };
  copy(kEventsCounters, counts_.of);
  copy(kMacsExecutedCounters, counts_.macs_executed);
}

void RegisterFile::reset_registers() {
  started_.cancel();
  words_.fill(0);
  for (const Register& r : kRegisters) word(r.offset) = r.reset;
  irq_changed_.notify(sc_core::SC_ZERO_TIME);
}

}  // namespace axvp
