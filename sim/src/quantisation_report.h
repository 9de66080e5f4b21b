#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "axvp/workloads/quantise.h"

namespace axvp::sim {

/// A row a stored tensor: where its range came from and what rounding costs.
[[nodiscard]] std::string quantisation_text(const std::vector<TensorReport>& report);
[[nodiscard]] nlohmann::json quantisation_json(const std::vector<TensorReport>& report);

}  // namespace axvp::sim
