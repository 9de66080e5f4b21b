#include "axvp/sc_models/dram.h"

#include <algorithm>
#include <cstring>

namespace axvp {

Dram::Dram(const sc_core::sc_module_name& name, const DramConfig& config, const Clock& clock)
    : sc_module(name), clock_(clock), timing_(config), bytes_(static_cast<std::size_t>(config.size_mb) << 20) {
  socket.register_b_transport(this, &Dram::b_transport);
  socket.register_transport_dbg(this, &Dram::transport_dbg);
  socket.register_get_direct_mem_ptr(this, &Dram::get_direct_mem_ptr);
}

Dram::Counters Dram::counters() const {
  return {read_, written_, timing_.accesses(), timing_.row_misses()};
}

void Dram::b_transport(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay) {
  const std::uint64_t address = transaction.get_address();
  const std::uint64_t length = transaction.get_data_length();
  transaction.set_dmi_allowed(!direct_access_refused_);
  if (length == 0 || transaction.get_streaming_width() != length) {
    transaction.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
    return;
  }
  if (address > bytes_.size() || length > bytes_.size() - address) {
    transaction.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return;
  }
  if (transaction.get_byte_enable_ptr() != nullptr && transaction.get_byte_enable_length() == 0) {
    transaction.set_response_status(tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
    return;
  }
  if (transaction.get_command() != tlm::TLM_IGNORE_COMMAND) {
    move(transaction);
    (transaction.is_read() ? read_ : written_) += length;
    const Cycles start = clock_.cycles(sc_core::sc_time_stamp() + delay);
    delay += clock_.time(timing_.access(address, length, start).done - start);
  }
  transaction.set_response_status(tlm::TLM_OK_RESPONSE);
}

unsigned int Dram::transport_dbg(tlm::tlm_generic_payload& transaction) {
  const std::uint64_t address = transaction.get_address();
  if (address >= bytes_.size()) return 0;
  const auto length =
      static_cast<unsigned int>(std::min<std::uint64_t>(transaction.get_data_length(), bytes_.size() - address));
  if (transaction.is_read())
    std::memcpy(transaction.get_data_ptr(), bytes_.data() + address, length);
  else if (transaction.is_write())
    std::memcpy(bytes_.data() + address, transaction.get_data_ptr(), length);
  else
    return 0;
  return length;
}

const std::uint8_t* Dram::view(Bytes address, Bytes bytes) const {
  return address <= bytes_.size() && bytes <= bytes_.size() - address ? bytes_.data() + address : nullptr;
}

bool Dram::get_direct_mem_ptr(tlm::tlm_generic_payload& /*transaction*/, tlm::tlm_dmi& dmi) {
  dmi.set_start_address(0);
  dmi.set_end_address(bytes_.size() - 1);
  if (direct_access_refused_) {
    dmi.allow_none();
    return false;
  }
  dmi.set_dmi_ptr(bytes_.data());
  dmi.allow_read_write();
  direct_access_granted_ = true;
  return true;
}

void Dram::refuse_direct_access(bool refuse) {
  direct_access_refused_ = refuse;
  if (refuse) invalidate_direct_access();
}

void Dram::invalidate_direct_access() {
  if (!direct_access_granted_) return;
  direct_access_granted_ = false;
  socket->invalidate_direct_mem_ptr(0, bytes_.size() - 1);
}

void Dram::move(tlm::tlm_generic_payload& transaction) {
  std::uint8_t* memory = bytes_.data() + transaction.get_address();
  std::uint8_t* data = transaction.get_data_ptr();
  const std::size_t length = transaction.get_data_length();
  const std::uint8_t* enables = transaction.get_byte_enable_ptr();
  if (enables == nullptr) {
    if (transaction.is_read())
      std::memcpy(data, memory, length);
    else
      std::memcpy(memory, data, length);
    return;
  }
  const std::size_t enable_length = transaction.get_byte_enable_length();
  for (std::size_t i = 0; i < length; ++i)
    if (enables[i % enable_length] == TLM_BYTE_ENABLED) {
      if (transaction.is_read())
        data[i] = memory[i];
      else
        memory[i] = data[i];
    }
}

}  // namespace axvp
