#pragma once

#include <string>
#include <vector>

#include "axvp/qos/error_comparison.h"
#include "search_costs.h"

namespace axvp::sim {

/// How well each error model predicts, as a table.
[[nodiscard]] std::string error_models_text(const std::vector<ErrorComparison>& comparisons);
/// A line a layer and selectable.
[[nodiscard]] std::string error_models_csv(const std::vector<ErrorComparison>& comparisons, const Workload& workload,
                                           const PricedCandidates& candidates);
/// Predicted against measured, as SVG.
[[nodiscard]] std::string error_models_svg(const std::vector<ErrorComparison>& comparisons, const Workload& workload,
                                           const PricedCandidates& candidates);

}  // namespace axvp::sim
