#include "at_protocol_checker.h"

#include <algorithm>

namespace axvp::testing {

AtProtocolChecker::AtProtocolChecker(const sc_core::sc_module_name& name) : sc_module(name) {
  target.register_nb_transport_fw(this, &AtProtocolChecker::nb_transport_fw);
  target.register_transport_dbg(this, &AtProtocolChecker::transport_dbg);
  initiator.register_nb_transport_bw(this, &AtProtocolChecker::nb_transport_bw);
}

void AtProtocolChecker::require(bool holds, const std::string& rule) {
  if (!holds) violations_.push_back(sc_core::sc_time_stamp().to_string() + ": " + rule);
}

tlm::tlm_sync_enum AtProtocolChecker::nb_transport_fw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                                      sc_core::sc_time& delay) {
  check(payload, phase, true);
  const tlm::tlm_sync_enum status = initiator->nb_transport_fw(payload, phase, delay);
  check_after(payload, phase, status, true);
  return status;
}

tlm::tlm_sync_enum AtProtocolChecker::nb_transport_bw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                                      sc_core::sc_time& delay) {
  check(payload, phase, false);
  const tlm::tlm_sync_enum status = target->nb_transport_bw(payload, phase, delay);
  check_after(payload, phase, status, false);
  return status;
}

unsigned int AtProtocolChecker::transport_dbg(tlm::tlm_generic_payload& payload) {
  return initiator->transport_dbg(payload);
}

void AtProtocolChecker::begin(tlm::tlm_generic_payload& payload) {
  require(flights_.count(&payload) == 0, "BEGIN_REQ of a transaction that is under way");
  require(request_ == nullptr, "BEGIN_REQ before the END_REQ of another request");
  require(payload.has_mm(), "a payload of nb_transport without a memory manager");
  require(payload.get_response_status() == tlm::TLM_INCOMPLETE_RESPONSE, "a request that has a response status");
  require(!payload.is_dmi_allowed(), "a request with the DMI hint set");
  flights_[&payload] = {1, payload.get_command(), payload.get_address(), payload.get_data_length(),
                        payload.get_data_ptr()};
  request_ = &payload;
  ++transactions_;
  most_in_flight_ = std::max(most_in_flight_, flights_.size());
}

void AtProtocolChecker::check(tlm::tlm_generic_payload& payload, const tlm::tlm_phase& phase, bool forward) {
  require(forward == (phase == tlm::BEGIN_REQ || phase == tlm::END_RESP), "a phase in the wrong direction");
  if (phase == tlm::BEGIN_REQ) return begin(payload);
  const auto found = flights_.find(&payload);
  if (found == flights_.end()) return require(false, "a phase of a transaction that did not begin");
  Flight& flight = found->second;
  require(payload.get_command() == flight.command && payload.get_data_length() == flight.length &&
              payload.get_data_ptr() == flight.data && payload.get_address() == flight.address,
          "attributes changed under way");
  const int next = phase == tlm::END_REQ ? 2 : phase == tlm::BEGIN_RESP ? 3 : 4;
  require(next == flight.phase + 1 || (next == 3 && flight.phase == 1), "phases out of order");
  flight.phase = next;
  if (next <= 3 && request_ == &payload) request_ = nullptr;
  if (next == 3) {
    require(response_ == nullptr, "BEGIN_RESP before the END_RESP of another response");
    require(payload.get_response_status() != tlm::TLM_INCOMPLETE_RESPONSE, "a response without a status");
    response_ = &payload;
  }
  if (next == 4) {
    response_ = nullptr;
    flights_.erase(found);
  }
}

void AtProtocolChecker::check_after(tlm::tlm_generic_payload& payload, const tlm::tlm_phase& phase,
                                    tlm::tlm_sync_enum status, bool forward) {
  if (status == tlm::TLM_UPDATED) check(payload, phase, !forward);
  if (status != tlm::TLM_COMPLETED) return;
  if (request_ == &payload) request_ = nullptr;
  if (response_ == &payload) response_ = nullptr;
  flights_.erase(&payload);
}

}  // namespace axvp::testing
