#include "axvp/sc_models/bus.h"

namespace axvp {

Bus::Bus(const sc_core::sc_module_name& name, const BusConfig& config, const Clock& clock)
    : sc_module(name), latency_(clock.time(static_cast<Cycles>(config.latency_cycles))) {
  from_initiators.register_b_transport(this, &Bus::b_transport);
  from_initiators.register_transport_dbg(this, &Bus::transport_dbg);
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

}  // namespace axvp
