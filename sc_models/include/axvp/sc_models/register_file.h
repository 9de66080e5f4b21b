#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <systemc>
#include <tlm>

#include "axvp/accel/events.h"
#include "axvp/accel/platform_config.h"
#include "axvp/accel/register_map.h"
#include "axvp/sc_models/clock.h"

namespace axvp {

/// What the command processor needs to know to run.
struct StartCommand {
  std::uint64_t descriptor_address = 0;
  std::uint64_t point_table_address = 0;
  std::uint32_t point_count = 0;
  std::uint32_t operating_point = 0;
};

/// The register file's inner side.
class ControlIf : virtual public sc_core::sc_interface {
 public:
  [[nodiscard]] virtual StartCommand command() const = 0;
  [[nodiscard]] virtual const sc_core::sc_event& started() const = 0;
  virtual void set_loaded_point(std::uint32_t point) = 0;
  /// Of an inference that is about to end without error, see TopTwo::margin.
  virtual void set_margin(std::uint32_t margin) = 0;
  /// Ends the inference: not busy any more, interrupt "done" or "error".
  virtual void finish(bool failed) = 0;
};

/// The accelerator's registers (docs/register-map.md) behind a TLM-2.0 target. Whole aligned words; byte enables are
/// honoured; streaming is a burst error, an offset without a register an address error, a write to a read-only register
/// a command error. CTRL.START and CTRL.RESET act when the write arrives, at its annotated delay. Debug access reads
/// only and changes nothing.
class RegisterFile final : public sc_core::sc_module, public ControlIf {
 public:
  tlm_utils::simple_target_socket<RegisterFile> socket{"socket"};
  sc_core::sc_out<bool> irq_out{"irq_out"};
  sc_core::sc_export<ControlIf> control{"control"};

  SC_HAS_PROCESS(RegisterFile);
  /// `counts` is what a snapshot copies.
  RegisterFile(const sc_core::sc_module_name& name, const HostConfig& config, const Clock& clock,
               const EventCounts& counts);

  /// Called when CTRL.RESET acts, before the registers get their reset values.
  void on_reset(std::function<void()> action) { reset_action_ = std::move(action); }

  [[nodiscard]] StartCommand command() const override;
  [[nodiscard]] const sc_core::sc_event& started() const override { return started_; }
  void set_loaded_point(std::uint32_t point) override;
  void set_margin(std::uint32_t margin) override;
  void finish(bool failed) override;
  [[nodiscard]] bool busy() const;

 private:
  static constexpr std::uint32_t kWords = 0x300 / 4;

  void b_transport(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay);
  unsigned int transport_dbg(tlm::tlm_generic_payload& transaction);
  void control_method();
  void irq_method();
  [[nodiscard]] tlm::tlm_response_status check(const tlm::tlm_generic_payload& transaction) const;
  void write_word(std::uint32_t offset, std::uint32_t value, std::uint32_t mask, const sc_core::sc_time& delay);
  void take_snapshot();
  void reset_registers();
  [[nodiscard]] std::uint32_t& word(std::uint32_t offset) { return words_[offset / 4]; }
  [[nodiscard]] std::uint32_t word(std::uint32_t offset) const { return words_[offset / 4]; }

  struct Action {
    sc_core::sc_time at;
    std::uint32_t bits;
  };

  sc_core::sc_time access_time_;
  const EventCounts& counts_;
  std::function<void()> reset_action_;
  std::array<std::uint32_t, kWords> words_{};
  std::array<const registers::Register*, kWords> register_at_{};
  std::array<bool, kWords> is_counter_{};
  std::deque<Action> actions_;
  sc_core::sc_event action_due_;
  sc_core::sc_event irq_changed_;
  sc_core::sc_event started_;
};

}  // namespace axvp
