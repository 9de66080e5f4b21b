#pragma once

#include <algorithm>
#include <cstddef>
#include <systemc>
#include <vector>

#include "axvp/accel/cycle_ledger.h"
#include "axvp/accel/events.h"
#include "axvp/sc_models/clock.h"

namespace axvp {

/// What happens one after the other: the n-th completion of something and its cycle, which may lie ahead.
class CompletionSeries {
 public:
  /// Who waits for it already is woken at `at`, or before it by an earlier completion, and then knows when.
  void announce(Cycles at, const Clock& clock) {
    at_.push_back(at);
    if (at_.size() <= awaited_) return;  // an event that nobody waits for costs the kernel as much as one that counts
    const Cycles now = clock.now();
    changed_.notify(at > now ? clock.time(at - now) : sc_core::SC_ZERO_TIME);
  }
  /// Around a wait for `changed()`: the waiter wants to know of the n-th completion.
  void begin_wait(std::size_t n) {
    ++waiters_;
    awaited_ = std::min(awaited_, n);
  }
  void end_wait() {
    if (--waiters_ == 0) awaited_ = kNobody;
  }
  [[nodiscard]] std::size_t size() const { return at_.size(); }
  [[nodiscard]] Cycles at(std::size_t n) const { return at_[n]; }
  [[nodiscard]] const sc_core::sc_event& changed() const { return changed_; }
  void clear() { at_.clear(); }
  /// Wakes whoever waits, so that it can notice a reset.
  void wake() { changed_.notify(sc_core::SC_ZERO_TIME); }

 private:
  static constexpr std::size_t kNobody = static_cast<std::size_t>(-1);
  std::vector<Cycles> at_;
  std::size_t awaited_ = kNobody;  ///< The first completion that somebody waits for, or an earlier one.
  int waiters_ = 0;
  sc_core::sc_event changed_;
};

/// What the units of one operation tell each other, counted from the operation's begin.
struct Scoreboard {
  CompletionSeries activations;  ///< Tiles loaded; two operands of a residual sum count twice.
  CompletionSeries weights;      ///< Channel groups loaded.
  CompletionSeries consumed;     ///< Runs whose operands were read: their buffers are free.
  CompletionSeries results;      ///< Runs whose accumulators are complete.
  CompletionSeries computed;     ///< Runs that the vector unit has finished.
  CompletionSeries stored;       ///< Tiles written back.
  CompletionSeries commands;     ///< The command processor's own fetches.

  void clear();
  void wake();
};

/// What units report to while they work. `steps` grows with every piece of work: the watchdog looks at it.
struct Instruments {
  const Clock& clock;
  EventCounts& counts;
  CycleLedger& ledger;
  std::uint64_t& steps;
};

/// A unit of the accelerator: one thread that can be reset wherever it waits. Every wait goes through this class and
/// answers false after a reset; the thread then returns to its begin. No exceptions, so that sanitizers stay quiet.
class Unit : public sc_core::sc_module {
 public:
  /// What the thread waits for at the moment, for the watchdog; empty while it has nothing to do.
  [[nodiscard]] const char* waiting_for() const { return waiting_for_; }

  /// True while the unit knows a later cycle in which something of its own ends: a run, a transfer on its way, a wait
  /// for a known time. That is progress, however long it takes.
  [[nodiscard]] bool is_busy() const { return now() < busy_until_; }

  /// True while another module's function has not returned to the unit's thread; such a call may wait by itself.
  [[nodiscard]] bool is_in_call() const { return is_in_call_; }

  /// Abandons what the unit does. Its thread starts anew in this instant's later delta cycles.
  void reset();

 protected:
  Unit(const sc_core::sc_module_name& name, const Instruments& instruments, Scoreboard& scoreboard)
      : sc_module(name), instruments_(instruments), scoreboard_(scoreboard) {}

  /// To be called at the begin of the thread's loop.
  void begin_anew() { was_reset_ = false; }
  [[nodiscard]] bool was_reset() const { return was_reset_; }

  [[nodiscard]] bool wait_until(Cycles cycle, const char* what);
  /// Until the n-th (from 0) completion of `series` has happened.
  [[nodiscard]] bool await(CompletionSeries& series, std::size_t n, const char* what);
  /// Until `work_` says that there is something to do.
  void wait_for_work();
  void announce_work() {
    if (is_idle_) work_.notify(sc_core::SC_ZERO_TIME);
  }

  /// Something of the unit is under way until `cycle`.
  void busy_until(Cycles cycle) { busy_until_ = std::max(busy_until_, cycle); }

  /// Around a call of another module that may wait: what the thread then waits for.
  void begin_call(const char* what) {
    waiting_for_ = what;
    is_in_call_ = true;
  }
  void end_call() {
    waiting_for_ = "";
    is_in_call_ = false;
  }

  /// Forgets queued work; called by reset().
  virtual void clear() = 0;

  [[nodiscard]] Cycles now() const { return instruments_.clock.now(); }

  Instruments instruments_;
  Scoreboard& scoreboard_;

 private:
  bool was_reset_ = false;
  bool is_idle_ = false;  ///< Waits for work.
  bool is_in_call_ = false;
  Cycles busy_until_ = 0;
  sc_core::sc_event timer_;
  sc_core::sc_event work_;
  const char* waiting_for_ = "";
};

}  // namespace axvp
