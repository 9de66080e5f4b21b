#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "axvp/workloads/evaluation.h"
#include "axvp/workloads/layer_errors.h"

namespace axvp::sim {

/// A row per operating point and layer. `errors[i]` belongs to `points[i]`.
[[nodiscard]] std::string layer_errors_csv(const std::vector<PointEvaluation>& points,
                                           const std::vector<std::vector<LayerErrors>>& errors);
/// The layers of one point.
[[nodiscard]] nlohmann::json layer_errors_json(const std::vector<LayerErrors>& layers);

}  // namespace axvp::sim
