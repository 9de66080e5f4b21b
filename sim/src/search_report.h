#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "axvp/qos/search.h"
#include "search_costs.h"
#include "sensitivity.h"

namespace axvp::sim {

/// What a search found, for people and for machines.
struct SearchReport {
  const SearchResult* result = nullptr;
  const SearchOptions* options = nullptr;
  const PricedCandidates* candidates = nullptr;
  const Workload* workload = nullptr;
  CostMetric metric = CostMetric::Traces;
  Sensitivity sensitivity = Sensitivity::Measured;
  std::vector<ClusterComparison> clusterings;
};

/// What each layer's multiplications cost at each point, in % of exact, as SVG.
[[nodiscard]] std::string assignment_svg(const SearchReport& report);
[[nodiscard]] std::string search_text(const SearchReport& report);
/// Without times: the same inputs give the same bytes.
[[nodiscard]] nlohmann::json search_json(const SearchReport& report);

}  // namespace axvp::sim
