#pragma once

#include <cstddef>
#include <cstdint>
#include <systemc>

#include "axvp/common/units.h"

namespace axvp {

/// Stack of a thread that calls kernels or reports; with room for what sanitizers add.
inline constexpr std::size_t kThreadStackBytes = 512 * 1024;

/// The accelerator's clock: no signal, only the conversion between cycles and simulated time.
class Clock {
 public:
  /// The period is rounded to the kernel's resolution; cycles are exact, times are not.
  explicit Clock(double frequency_mhz) : period_(1e6 / frequency_mhz, sc_core::SC_PS) {}

  [[nodiscard]] sc_core::sc_time time(Cycles cycles) const {
    return sc_core::sc_time::from_value(period_.value() * cycles);
  }
  [[nodiscard]] Cycles cycles(const sc_core::sc_time& time) const { return time.value() / period_.value(); }
  /// The present cycle. Asked many times in each step of the simulation, and a division is dear: the last one is kept.
  [[nodiscard]] Cycles now() const {
    const std::uint64_t time = sc_core::sc_time_stamp().value();
    if (time != last_time_) {
      last_time_ = time;
      last_cycle_ = time / period_.value();
    }
    return last_cycle_;
  }

 private:
  sc_core::sc_time period_;
  mutable std::uint64_t last_time_ = 0;
  mutable Cycles last_cycle_ = 0;
};

}  // namespace axvp
