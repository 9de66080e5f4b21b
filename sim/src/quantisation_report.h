#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "axvp/workloads/quantise.h"

namespace axvp::sim {

/// A row a stored tensor: where its range came from and what rounding costs.
[[nodiscard]] std::string quantisation_text(const std::vector<TensorReport>& report);
/// The remarks on a quantised model's scales, a line each; empty where there are none.
[[nodiscard]] std::string remarks_text(const std::vector<std::string>& remarks);
[[nodiscard]] nlohmann::json quantisation_json(const std::vector<TensorReport>& report);

}  // namespace axvp::sim
