#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "axvp/sc_models/platform.h"
#include "axvp/workloads/evaluation.h"
#include "run_config.h"
#include "workload.h"

namespace axvp::sim {

/// Everything a report of `axvp simulate` shows. References outlive it.
struct SimulationReport {
  const Workload& workload;
  const RunConfig& config;
  const PlatformSetup& inputs;
  const std::vector<PlatformResult>& phases;  ///< Phase p < points: point p alone; then, if asked for, the controller.
};

/// What one operating point gives over the data set, from its own phase.
struct PointSummary {
  std::string name;
  std::uint64_t images = 0;
  std::uint64_t right = 0;
  double cycles_per_inference = 0.0;   ///< Mean, the loading of the first point's tables apart.
  double frames_per_second = 0.0;      ///< At the configured clock, one image after another, the host's work included.
  Picojoules multiplication{};         ///< Per inference, mean.
  Picojoules total{};                  ///< Per inference, mean: all parts.
  double multiplication_saving = 0.0;  ///< Against operating point 0, fraction.
  double total_saving = 0.0;
};
[[nodiscard]] std::vector<PointSummary> summarise_points(const SimulationReport& report);

/// For the terminal: operating points, energy by part, controller.
[[nodiscard]] std::string to_text(const SimulationReport& report);
/// result.json.
[[nodiscard]] nlohmann::json to_json(const SimulationReport& report);
/// layers.csv: a row per operating point and operation with units in the names, a total row per point. Energies are
/// exact decimals, so the rows add up to the total digit by digit.
[[nodiscard]] std::string to_csv(const SimulationReport& report);

}  // namespace axvp::sim
