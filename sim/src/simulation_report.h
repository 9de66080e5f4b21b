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
  const std::vector<std::string>& notes;      ///< What a reader of the figures must know about the input.
};

/// Sums of a phase over its inferences, without the first loading of tables: what that adds to an inference depends on
/// the number of images.
struct PhaseTotals {
  Cycles cycles = 0;
  EnergyBreakdown energy;
};
[[nodiscard]] PhaseTotals steady_totals(const PlatformResult& phase);

/// What one operating point gives over the data set, from its own phase.
struct PointSummary {
  std::string name;
  std::uint64_t images = 0;
  std::uint64_t right = 0;
  double cycles_per_image = 0.0;       ///< Mean, the loading of the first point's tables apart.
  double frames_per_second = 0.0;      ///< At the configured clock, one batch after another, the host's work included.
  Picojoules multiplication{};         ///< Per image, mean.
  Picojoules total{};                  ///< Per image, mean: all parts.
  double multiplication_saving = 0.0;  ///< Against operating point 0, fraction.
  double total_saving = 0.0;
  double mac_utilisation = 0.0;   ///< MACs of the network by PE cycles of the array while an inference runs.
  double average_power_mw = 0.0;  ///< Total energy by time, from the first doorbell to the last interrupt.
};
[[nodiscard]] std::vector<PointSummary> summarise_points(const SimulationReport& report);

/// What the controller's phase kept of its budget, and how long it ran at each point.
struct BudgetSummary {
  std::size_t windows = 0;
  std::size_t over_budget = 0;
  std::size_t over_budget_at_last_point = 0;  ///< Nothing cheaper was left.
  double worst_excess = 0.0;                  ///< Largest share by which a window exceeded its budget.
};
[[nodiscard]] BudgetSummary summarise_budget(const PlatformResult& phase, std::size_t points);

struct TimeAtPoint {
  std::uint64_t images = 0;  ///< Of its inferences: what a cascade runs again counts at both points.
  Cycles cycles = 0;         ///< From its inferences' doorbells to the next ones'; of the last one to its interrupt.
};
/// `images` an inference.
[[nodiscard]] std::vector<TimeAtPoint> time_at_points(const PlatformResult& phase, std::size_t points,
                                                      std::uint64_t images);

/// Why a controller had nothing to decide, or not all of it, in a run that was too short for it; empty if it had.
[[nodiscard]] std::vector<std::string> idle_controller_notes(const PolicyConfig& policy, const PlatformResult& phase,
                                                             const PlatformConfig& config);

/// For the terminal: operating points, energy by part, controller.
[[nodiscard]] std::string to_text(const SimulationReport& report);
/// result.json.
[[nodiscard]] nlohmann::json to_json(const SimulationReport& report);
/// layers.csv: a row per operating point and operation with units in the names, a total row per point. Energies are
/// exact decimals, so the rows add up to the total digit by digit.
[[nodiscard]] std::string to_csv(const SimulationReport& report);

}  // namespace axvp::sim
