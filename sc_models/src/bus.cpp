#include "axvp/sc_models/bus.h"

#include <algorithm>

namespace axvp {

Bus::Bus(const sc_core::sc_module_name& name, const BusConfig& config, const Clock& clock)
    : sc_module(name), latency_(clock.time(static_cast<Cycles>(config.latency_cycles))) {
  from_initiators.register_b_transport(this, &Bus::b_transport);
  from_initiators.register_transport_dbg(this, &Bus::transport_dbg);
  from_initiators.register_get_direct_mem_ptr(this, &Bus::get_direct_mem_ptr);
  to_targets.register_invalidate_direct_mem_ptr(this, &Bus::invalidate_direct_mem_ptr);
}

int Bus::region_of(std::uint64_t address, std::uint64_t bytes) const {
  for (std::size_t i = 0; i < regions_.size(); ++i)
    if (address >= regions_[i].base && address - regions_[i].base < regions_[i].bytes &&
        bytes <= regions_[i].bytes - (address - regions_[i].base))
      return static_cast<int>(i);
  return -1;
}

void Bus::b_transport(int /*initiator*/, tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay) {
  const std::uint64_t address = transaction.get_address();
  const int region = region_of(address, transaction.get_data_length());
  if (region < 0) {
    transaction.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return;
  }
  delay += latency_;
  transaction.set_address(address - regions_[static_cast<std::size_t>(region)].base);
  to_targets[region]->b_transport(transaction, delay);
  transaction.set_address(address);
}

unsigned int Bus::transport_dbg(int /*initiator*/, tlm::tlm_generic_payload& transaction) {
  const std::uint64_t address = transaction.get_address();
  const int region = region_of(address, transaction.get_data_length());
  if (region < 0) return 0;
  transaction.set_address(address - regions_[static_cast<std::size_t>(region)].base);
  const unsigned int bytes = to_targets[region]->transport_dbg(transaction);
  transaction.set_address(address);
  return bytes;
}

bool Bus::get_direct_mem_ptr(int /*initiator*/, tlm::tlm_generic_payload& transaction, tlm::tlm_dmi& dmi) {
  const std::uint64_t address = transaction.get_address();
  const int region = region_of(address, 1);
  if (region < 0) {
    dmi.allow_none();
    return false;
  }
  const std::uint64_t base = regions_[static_cast<std::size_t>(region)].base;
  transaction.set_address(address - base);
  const bool granted = to_targets[region]->get_direct_mem_ptr(transaction, dmi);
  transaction.set_address(address);
  dmi.set_start_address(dmi.get_start_address() + base);
  dmi.set_end_address(
      std::min<std::uint64_t>(dmi.get_end_address(), regions_[static_cast<std::size_t>(region)].bytes - 1) + base);
  return granted;
}

void Bus::invalidate_direct_mem_ptr(int target, sc_dt::uint64 begin, sc_dt::uint64 end) {
  const std::uint64_t base = regions_[static_cast<std::size_t>(target)].base;
  for (unsigned int i = 0; i < from_initiators.size(); ++i)
    from_initiators[static_cast<int>(i)]->invalidate_direct_mem_ptr(begin + base, end + base);
}

}  // namespace axvp
