#pragma once

#include <optional>

#include "axvp/accel/descriptor.h"

namespace axvp::testing {

/// `plan_tiling` without bounds: the recurrence for every tiling that fits. None where none fits.
[[nodiscard]] std::optional<Descriptor> plain_plan_tiling(const Descriptor& descriptor, const PlatformConfig& config);
/// The recurrence run by run, with the times of all runs kept.
[[nodiscard]] Cycles plain_estimate_cycles(const Descriptor& descriptor, const PlatformConfig& config);

}  // namespace axvp::testing
