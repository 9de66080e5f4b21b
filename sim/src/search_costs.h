#pragma once

#include <string>
#include <vector>

#include "axvp/common/provenance.h"
#include "command.h"
#include "workload.h"

namespace axvp::sim {

/// What a search counts as the cost of a multiplication.
enum class CostMetric {
  Traces,   ///< Glitch-aware energy under each layer's own operands, from mapped netlists.
  Uniform,  ///< The papers' metric: MACs times energy under uniform operands, from the energy table.
  Library,  ///< The papers' metric with the powers of a circuit library.
};
[[nodiscard]] std::string_view to_string(CostMetric metric);

/// The selectables of a search and their costs.
struct PricedCandidates {
  std::vector<std::string> ids;  ///< The exact one of the encoding first.
  std::vector<TruthTable> tables;
  std::vector<std::vector<double>> cost;  ///< [layer][candidate], fraction of the exact network's multiplications.
};

struct CostOptions {
  CostMetric metric = CostMetric::Traces;
  std::size_t images = 8;  ///< For Traces.
  std::string root = ".";  ///< Sources of axvp, for Traces.
};

/// Prices every selectable of the workload's encoding that is no baseline: those with RTL, or those of its circuit
/// library. Traces are cached with the syntheses; tools and library go into `provenance`.
[[nodiscard]] Result<PricedCandidates> price_candidates(const RunConfig& config, const Workload& workload,
                                                        const CostOptions& options, const GlobalOptions& global,
                                                        Provenance& provenance);

}  // namespace axvp::sim
