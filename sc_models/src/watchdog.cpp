#include "axvp/sc_models/watchdog.h"

#include <fmt/format.h>

#include <algorithm>

#include "axvp/common/text.h"

namespace axvp {

Watchdog::Watchdog(const sc_core::sc_module_name& name, const WatchdogConfig& config, const Clock& clock,
                   const RegisterFile& registers, const std::uint64_t& steps, std::vector<const Unit*> units)
    : sc_module(name),
      limit_(static_cast<Cycles>(config.no_progress_cycles)),
      clock_(clock),
      registers_(registers),
      steps_(steps),
      units_(std::move(units)) {
  SC_THREAD(watch_thread);
}

void Watchdog::watch_thread() {
  for (;;) {
    wait(registers_.started());
    while (registers_.busy()) {
      const std::uint64_t before = steps_;
      wait(clock_.time(limit_));
      if (!registers_.busy() || steps_ != before || is_any_end_known()) continue;
      finding_ =
          fmt::format("watchdog: no progress for {} cycles at cycle {}; {}", limit_, clock_.now(), waiting_units());
      sc_core::sc_stop();
      return;
    }
  }
}

bool Watchdog::is_any_end_known() const {
  const bool has_later_events = sc_core::sc_pending_activity_at_future_time();  // this thread's own has just happened
  return std::any_of(units_.begin(), units_.end(),
                     [&](const Unit* unit) { return unit->is_busy() || (unit->is_in_call() && has_later_events); });
}

std::string Watchdog::waiting_units() const {
  std::vector<std::string> waiting;
  for (const Unit* unit : units_)
    if (unit->waiting_for()[0] != '\0')
      waiting.push_back(fmt::format("{} waits for {}", unit->name(), unit->waiting_for()));
  return waiting.empty() ? "no unit waits" : join(waiting, ", ");
}

}  // namespace axvp
