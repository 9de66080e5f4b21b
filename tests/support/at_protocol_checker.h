#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <map>
#include <string>
#include <systemc>
#include <tlm>
#include <vector>

namespace axvp::testing {

/// Stands between an initiator and a target of the base protocol, passes everything on, and writes down each rule of
/// IEEE 1666-2011 clause 15 that is broken: order of the phases of a transaction, one request and one response at a
/// time on a hop, memory management, attributes that must not change under way, response status.
class AtProtocolChecker final : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<AtProtocolChecker> target{"target"};
  tlm_utils::simple_initiator_socket<AtProtocolChecker> initiator{"initiator"};

  explicit AtProtocolChecker(const sc_core::sc_module_name& name);

  [[nodiscard]] const std::vector<std::string>& violations() const { return violations_; }
  [[nodiscard]] int transactions() const { return transactions_; }
  /// Most transactions that were under way at once.
  [[nodiscard]] std::size_t most_in_flight() const { return most_in_flight_; }
  [[nodiscard]] bool idle() const { return flights_.empty(); }

 private:
  struct Flight {
    int phase = 0;  ///< 1 BEGIN_REQ to 4 END_RESP: the last one seen.
    tlm::tlm_command command;
    sc_dt::uint64 address;
    unsigned int length;
    unsigned char* data;
  };

  tlm::tlm_sync_enum nb_transport_fw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase, sc_core::sc_time& delay);
  tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase, sc_core::sc_time& delay);
  unsigned int transport_dbg(tlm::tlm_generic_payload& payload);
  void check(tlm::tlm_generic_payload& payload, const tlm::tlm_phase& phase, bool forward);
  void check_after(tlm::tlm_generic_payload& payload, const tlm::tlm_phase& phase, tlm::tlm_sync_enum status,
                   bool forward);
  void begin(tlm::tlm_generic_payload& payload);
  void require(bool holds, const std::string& rule);

  std::map<const tlm::tlm_generic_payload*, Flight> flights_;
  const tlm::tlm_generic_payload* request_ = nullptr;
  const tlm::tlm_generic_payload* response_ = nullptr;
  std::vector<std::string> violations_;
  int transactions_ = 0;
  std::size_t most_in_flight_ = 0;
};

}  // namespace axvp::testing
