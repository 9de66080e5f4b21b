#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "axvp/qos/search.h"
#include "command.h"
#include "workload.h"
#include "workload_options.h"

namespace axvp::sim {

/// The configuration with one exact point in place of its own: for what makes points.
[[nodiscard]] Result<RunConfig> exact_config(const WorkloadOptions& options);

/// How a search learns how much error each layer bears.
enum class Sensitivity {
  Gradient,   ///< AGN: noise learned by gradient descent, by axvp-train.
  Curvature,  ///< Injected noise.
  Measured,   ///< Curvature, then real selectables in single layers.
};
[[nodiscard]] std::string_view to_string(Sensitivity sensitivity);
[[nodiscard]] Sensitivity parse_sensitivity(std::string_view name);  ///< Throws std::invalid_argument for another name.

/// Relative deviations that layers bear, of their curvatures: what AGN would learn.
[[nodiscard]] std::vector<double> relative_sigmas(const std::vector<double>& curvatures,
                                                  const QuantizedNetwork& network);

struct SensitivityRequest {
  Sensitivity sensitivity = Sensitivity::Measured;
  const WorkloadOptions* workload_options = nullptr;  ///< Of the command line: axvp-train gets them.
  const RunConfig* config = nullptr;
  const Workload* workload = nullptr;
  const SearchInputs* inputs = nullptr;
  const SearchOptions* search = nullptr;
  std::filesystem::path folder;  ///< Where sensitivity.json is kept.
  bool quiet = false;
};

/// Curvatures by layer to begin a search with: those of `folder`/sensitivity.json if it was made from the same network,
/// images and options; else measured or learned, and written there.
[[nodiscard]] Result<std::vector<double>> layer_curvatures(const SensitivityRequest& request);

}  // namespace axvp::sim
