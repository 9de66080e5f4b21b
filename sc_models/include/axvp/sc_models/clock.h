#pragma once

#include <cstddef>
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
  [[nodiscard]] Cycles now() const { return cycles(sc_core::sc_time_stamp()); }

 private:
  sc_core::sc_time period_;
};

}  // namespace axvp
