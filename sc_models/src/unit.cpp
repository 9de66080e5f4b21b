#include "axvp/sc_models/unit.h"

namespace axvp {

void Scoreboard::clear() {
  for (auto* series : {&activations, &weights, &consumed, &results, &computed, &stored, &commands}) series->clear();
}

void Scoreboard::wake() {
  for (auto* series : {&activations, &weights, &consumed, &results, &computed, &stored, &commands}) series->wake();
}

void Unit::reset() {
  was_reset_ = true;
  busy_until_ = 0;
  timer_.cancel();
  timer_.notify(sc_core::SC_ZERO_TIME);
  work_.notify(sc_core::SC_ZERO_TIME);
  scoreboard_.wake();
  clear();
}

bool Unit::wait_until(Cycles cycle, const char* what) {
  while (!was_reset_) {
    const Cycles present = now();
    if (present >= cycle) return true;
    busy_until(cycle);
    waiting_for_ = what;
    timer_.notify(instruments_.clock.time(cycle - present));
    wait(timer_);
    waiting_for_ = "";
  }
  return false;
}

bool Unit::await(CompletionSeries& series, std::size_t n, const char* what) {
  while (!was_reset_ && series.size() <= n) {
    waiting_for_ = what;
    series.begin_wait(n);
    wait(series.changed());
    series.end_wait();
    waiting_for_ = "";
  }
  return !was_reset_ && wait_until(series.at(n), what);
}

void Unit::wait_for_work() {
  is_idle_ = true;
  wait(work_);
  is_idle_ = false;
}

}  // namespace axvp
