#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <systemc>
#include <tlm>
#include <vector>

#include "axvp/accel/dram_timing.h"
#include "axvp/sc_models/clock.h"

namespace axvp {

/// Main memory: a TLM-2.0 target whose time comes from DramTiming. Addresses start at 0 behind the bus.
///
/// b_transport serves any length and byte enables; streaming other than the whole length is a burst error, an address
/// beyond the end an address error. It adds the access's time to `delay` and never waits. transport_dbg takes no time,
/// counts nothing and leaves the open row alone. Direct memory access is granted for the whole memory unless
/// refuse_direct_access says otherwise; it counts nothing either.
class Dram final : public sc_core::sc_module {
 public:
  struct Counters {
    Bytes read = 0;
    Bytes written = 0;
    std::uint64_t accesses = 0;
    std::uint64_t row_misses = 0;
  };

  tlm_utils::simple_target_socket<Dram> socket{"socket"};

  Dram(const sc_core::sc_module_name& name, const DramConfig& config, const Clock& clock);

  /// Closes the open row. Contents and counters stay.
  void close_row() { timing_.reset(); }

  [[nodiscard]] Counters counters() const;
  /// `bytes` from `address` on, or null where some lie beyond the end. As transport_dbg, without a copy.
  [[nodiscard]] const std::uint8_t* view(Bytes address, Bytes bytes) const;
  [[nodiscard]] Bytes capacity() const { return bytes_.size(); }

  /// From now on, or no longer. Pointers that were granted become invalid when refusal begins.
  void refuse_direct_access(bool refuse);
  /// Takes granted pointers back; new ones may be asked for.
  void invalidate_direct_access();

 private:
  void b_transport(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay);
  unsigned int transport_dbg(tlm::tlm_generic_payload& transaction);
  bool get_direct_mem_ptr(tlm::tlm_generic_payload& transaction, tlm::tlm_dmi& dmi);
  void move(tlm::tlm_generic_payload& transaction);

  const Clock& clock_;
  DramTiming timing_;
  std::vector<std::uint8_t> bytes_;
  Bytes read_ = 0;
  Bytes written_ = 0;
  bool direct_access_refused_ = false;
  bool direct_access_granted_ = false;  ///< Since the last invalidation.
};

}  // namespace axvp
