#pragma once

#include <tlm_utils/peq_with_cb_and_phase.h>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <systemc>
#include <tlm>
#include <vector>

namespace axvp {

/// Payloads for nb_transport, used again when nobody holds them any more.
class PayloadPool final : public tlm::tlm_mm_interface {
 public:
  /// Acquired once for the caller.
  [[nodiscard]] tlm::tlm_generic_payload* take();
  void free(tlm::tlm_generic_payload* payload) override;

 private:
  std::vector<std::unique_ptr<tlm::tlm_generic_payload>> all_;
  std::vector<tlm::tlm_generic_payload*> idle_;
};

/// Loosely timed in front, approximately timed behind: each b_transport becomes a transaction of the base protocol
/// (BEGIN_REQ, END_REQ, BEGIN_RESP, END_RESP) at `initiator`, where an external DRAM simulator can be attached, and
/// returns when the response has come: it waits, so it is called from threads. Several callers may be inside; requests
/// go one at a time, responses may come in any order. Early completion and skipped END_REQ are understood.
class AtBridge final : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<AtBridge> target{"target"};
  tlm_utils::simple_initiator_socket<AtBridge> initiator{"initiator"};

  explicit AtBridge(const sc_core::sc_module_name& name);

 private:
  /// A transaction that is under way.
  struct Flight {
    sc_core::sc_event done;
    bool is_done = false;
  };

  void b_transport(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay);
  unsigned int transport_dbg(tlm::tlm_generic_payload& transaction);
  tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase, sc_core::sc_time& delay);
  void on_phase(tlm::tlm_generic_payload& payload, const tlm::tlm_phase& phase);
  void end_request(const tlm::tlm_generic_payload& payload);
  void finish(tlm::tlm_generic_payload& payload);

  PayloadPool pool_;
  std::map<const tlm::tlm_generic_payload*, Flight> flights_;
  const tlm::tlm_generic_payload* requesting_ = nullptr;  ///< Between BEGIN_REQ and END_REQ.
  sc_core::sc_event request_free_;
  tlm_utils::peq_with_cb_and_phase<AtBridge> phases_;
};

/// Approximately timed in front, loosely timed behind: lets a target with b_transport alone, as Dram, stand where an
/// external DRAM simulator would. Accepts a request at once (END_REQ), serves it behind `memory`, and sends BEGIN_RESP
/// after the annotated time; responses go one at a time.
class AtTarget final : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<AtTarget> target{"target"};
  tlm_utils::simple_initiator_socket<AtTarget> memory{"memory"};

  explicit AtTarget(const sc_core::sc_module_name& name);

 private:
  tlm::tlm_sync_enum nb_transport_fw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase, sc_core::sc_time& delay);
  unsigned int transport_dbg(tlm::tlm_generic_payload& transaction);
  void on_request(tlm::tlm_generic_payload& payload, const tlm::tlm_phase& phase);
  void on_response(tlm::tlm_generic_payload& payload, const tlm::tlm_phase& phase);
  void respond();

  tlm_utils::peq_with_cb_and_phase<AtTarget> requests_, responses_;
  std::deque<tlm::tlm_generic_payload*> ready_;     ///< Served, not answered yet.
  tlm::tlm_generic_payload* responding_ = nullptr;  ///< Between BEGIN_RESP and END_RESP.
};

}  // namespace axvp
