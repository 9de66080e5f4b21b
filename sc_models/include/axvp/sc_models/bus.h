#pragma once

#include <tlm_utils/multi_passthrough_initiator_socket.h>
#include <tlm_utils/multi_passthrough_target_socket.h>

#include <cstdint>
#include <systemc>
#include <tlm>
#include <vector>

#include "axvp/accel/platform_config.h"
#include "axvp/sc_models/clock.h"

namespace axvp {

/// Routes transactions by address. Targets see addresses from 0; the initiator's address is restored. A transaction
/// that no region contains whole is an address error. Adds its latency to every b_transport. Direct memory pointers and
/// their invalidation pass through with addresses of the bus.
class Bus final : public sc_core::sc_module {
 public:
  tlm_utils::multi_passthrough_target_socket<Bus> from_initiators{"from_initiators"};
  tlm_utils::multi_passthrough_initiator_socket<Bus> to_targets{"to_targets"};

  Bus(const sc_core::sc_module_name& name, const BusConfig& config, const Clock& clock);

  /// Binds a target to [base, base + bytes).
  template <class TargetSocket>
  void attach(TargetSocket& socket, std::uint64_t base, std::uint64_t bytes) {
    regions_.push_back({base, bytes});
    to_targets.bind(socket);
  }

 private:
  struct Region {
    std::uint64_t base, bytes;
  };

  void b_transport(int initiator, tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay);
  unsigned int transport_dbg(int initiator, tlm::tlm_generic_payload& transaction);
  bool get_direct_mem_ptr(int initiator, tlm::tlm_generic_payload& transaction, tlm::tlm_dmi& dmi);
  void invalidate_direct_mem_ptr(int target, sc_dt::uint64 begin, sc_dt::uint64 end);
  [[nodiscard]] int region_of(std::uint64_t address, std::uint64_t bytes) const;

  sc_core::sc_time latency_;
  std::vector<Region> regions_;
};

}  // namespace axvp
