#include "axvp/sc_models/at_bridge.h"

namespace axvp {

tlm::tlm_generic_payload* PayloadPool::take() {
  if (idle_.empty()) {
    all_.push_back(std::make_unique<tlm::tlm_generic_payload>(this));
    idle_.push_back(all_.back().get());
  }
  tlm::tlm_generic_payload* payload = idle_.back();
  idle_.pop_back();
  payload->acquire();
  return payload;
}

void PayloadPool::free(tlm::tlm_generic_payload* payload) {
  payload->reset();
  idle_.push_back(payload);
}

namespace {

/// All that a target may look at; data and byte enables stay where the caller has them.
void copy_request(const tlm::tlm_generic_payload& from, tlm::tlm_generic_payload& to) {
  to.set_command(from.get_command());
  to.set_address(from.get_address());
  to.set_data_ptr(from.get_data_ptr());
  to.set_data_length(from.get_data_length());
  to.set_streaming_width(from.get_streaming_width());
  to.set_byte_enable_ptr(from.get_byte_enable_ptr());
  to.set_byte_enable_length(from.get_byte_enable_length());
  to.set_dmi_allowed(false);
  to.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
}

}  // namespace

AtBridge::AtBridge(const sc_core::sc_module_name& name) : sc_module(name), phases_(this, &AtBridge::on_phase) {
  target.register_b_transport(this, &AtBridge::b_transport);
  target.register_transport_dbg(this, &AtBridge::transport_dbg);
  initiator.register_nb_transport_bw(this, &AtBridge::nb_transport_bw);
}

void AtBridge::b_transport(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay) {
  wait(delay);
  delay = sc_core::SC_ZERO_TIME;
  while (requesting_ != nullptr) wait(request_free_);
  tlm::tlm_generic_payload* payload = pool_.take();
  copy_request(transaction, *payload);
  requesting_ = payload;
  Flight& flight = flights_[payload];
  tlm::tlm_phase phase = tlm::BEGIN_REQ;
  sc_core::sc_time time = sc_core::SC_ZERO_TIME;
  const tlm::tlm_sync_enum status = initiator->nb_transport_fw(*payload, phase, time);
  if (status == tlm::TLM_COMPLETED) {
    wait(time);
    end_request(*payload);
    flight.is_done = true;
  } else if (status == tlm::TLM_UPDATED) {
    phases_.notify(*payload, phase, time);
  }
  while (!flight.is_done) wait(flight.done);
  transaction.set_response_status(payload->get_response_status());
  flights_.erase(payload);
  payload->release();
}

unsigned int AtBridge::transport_dbg(tlm::tlm_generic_payload& transaction) {
  return initiator->transport_dbg(transaction);
}

tlm::tlm_sync_enum AtBridge::nb_transport_bw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                             sc_core::sc_time& delay) {
  phases_.notify(payload, phase, delay);
  return tlm::TLM_ACCEPTED;
}

void AtBridge::on_phase(tlm::tlm_generic_payload& payload, const tlm::tlm_phase& phase) {
  if (phase == tlm::END_REQ) {
    end_request(payload);
  } else if (phase == tlm::BEGIN_RESP) {
    end_request(payload);  // a response implies that the request was taken
    tlm::tlm_phase end = tlm::END_RESP;
    sc_core::sc_time time = sc_core::SC_ZERO_TIME;
    (void)initiator->nb_transport_fw(payload, end, time);
    finish(payload);
  }
}

void AtBridge::end_request(const tlm::tlm_generic_payload& payload) {
  if (requesting_ != &payload) return;
  requesting_ = nullptr;
  request_free_.notify();
}

void AtBridge::finish(tlm::tlm_generic_payload& payload) {
  Flight& flight = flights_[&payload];
  flight.is_done = true;
  flight.done.notify();
}

AtTarget::AtTarget(const sc_core::sc_module_name& name)
    : sc_module(name), requests_(this, &AtTarget::on_request), responses_(this, &AtTarget::on_response) {
  target.register_nb_transport_fw(this, &AtTarget::nb_transport_fw);
  target.register_transport_dbg(this, &AtTarget::transport_dbg);
}

tlm::tlm_sync_enum AtTarget::nb_transport_fw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                             sc_core::sc_time& delay) {
  if (phase == tlm::BEGIN_REQ) {
    payload.acquire();
    requests_.notify(payload, phase, delay);
    return tlm::TLM_ACCEPTED;
  }
  if (phase == tlm::END_RESP) {
    responses_.notify(payload, phase, delay);
    return tlm::TLM_COMPLETED;
  }
  payload.set_response_status(tlm::TLM_GENERIC_ERROR_RESPONSE);
  return tlm::TLM_COMPLETED;
}

unsigned int AtTarget::transport_dbg(tlm::tlm_generic_payload& transaction) {
  return memory->transport_dbg(transaction);
}

void AtTarget::on_request(tlm::tlm_generic_payload& payload, const tlm::tlm_phase& /*phase*/) {
  tlm::tlm_phase end = tlm::END_REQ;
  sc_core::sc_time now = sc_core::SC_ZERO_TIME;
  (void)target->nb_transport_bw(payload, end, now);
  sc_core::sc_time served = sc_core::SC_ZERO_TIME;
  memory->b_transport(payload, served);
  responses_.notify(payload, tlm::BEGIN_RESP, served);
}

void AtTarget::on_response(tlm::tlm_generic_payload& payload, const tlm::tlm_phase& phase) {
  if (phase == tlm::BEGIN_RESP) {
    ready_.push_back(&payload);
  } else {
    responding_ = nullptr;
    payload.release();
  }
  respond();
}

void AtTarget::respond() {
  if (responding_ != nullptr || ready_.empty()) return;
  responding_ = ready_.front();
  ready_.pop_front();
  tlm::tlm_phase begin = tlm::BEGIN_RESP;
  sc_core::sc_time now = sc_core::SC_ZERO_TIME;
  (void)target->nb_transport_bw(*responding_, begin, now);
}

}  // namespace axvp
