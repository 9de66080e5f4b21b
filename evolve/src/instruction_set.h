#pragma once

#include "axvp/common/result.h"
#include "axvp/evolve/error_bound.h"
#include "kernels.h"

namespace axvp {

/// The kernels of a set; Best is the fastest that this machine runs. Fails where the machine cannot run it.
[[nodiscard]] Result<const Kernels*> kernels_of(InstructionSet set);

}  // namespace axvp
