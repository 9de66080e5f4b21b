#pragma once

#include <string>
#include <vector>

#include "axvp/common/result.h"

namespace axvp::sim {

/// Runs the program axvp-train with these arguments and waits for its end; fails if that is not a good one.
[[nodiscard]] Result<void> run_train_and_wait(const std::vector<std::string>& arguments);

}  // namespace axvp::sim
