#pragma once

#include <functional>
#include <string>
#include <systemc>
#include <vector>

#include "axvp/sc_models/register_file.h"
#include "axvp/sc_models/unit.h"

namespace axvp {

/// Ends the run when a busy accelerator is deadlocked: for a configured time no piece of work was done, and no unit
/// knows when its next one will be. Whatever has a known end is progress as long as it lasts, be it a run, a wait for a
/// slow memory, or a target that waits before it answers, which shows in the kernel's pending events.
class Watchdog final : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(Watchdog);
  /// `steps` grows with every piece of work; `units` are asked what they wait for.
  Watchdog(const sc_core::sc_module_name& name, const WatchdogConfig& config, const Clock& clock,
           const RegisterFile& registers, const std::uint64_t& steps, std::vector<const Unit*> units);

  /// Empty, or who waited for what when the run was given up.
  [[nodiscard]] const std::string& finding() const { return finding_; }

 private:
  void watch_thread();
  [[nodiscard]] bool is_any_end_known() const;
  [[nodiscard]] std::string waiting_units() const;

  Cycles limit_;
  const Clock& clock_;
  const RegisterFile& registers_;
  const std::uint64_t& steps_;
  std::vector<const Unit*> units_;
  std::string finding_;
};

}  // namespace axvp
