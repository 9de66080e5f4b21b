#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "simulation_report.h"

namespace axvp::sim {

/// What the policy `margin` did, beside the operating points alone. Per image, the first loading of tables apart.
struct CascadeSummary {
  struct Stage {
    std::string point;
    std::optional<double> threshold;  ///< None for the last.
    std::uint64_t images = 0;         ///< That it ran.
  };
  /// All changes from one point to another.
  struct Switches {
    std::string from, to;
    std::uint64_t number = 0;
    Bytes bytes = 0;
    Cycles cycles = 0;
    Energy energy;
  };
  std::vector<Stage> stages;
  std::vector<Switches> switches;
  std::uint64_t images = 0;
  std::uint64_t right = 0;
  PairedComparison against_last;  ///< With the last stage's point alone; without a divergence.
  double cycles = 0.0;
  Picojoules multiplication{}, total{};
  /// Top-1 of the best two points drawn by lot, as a fraction, at the same energy of multiplications and in total.
  double mix_at_multiplication = 0.0, mix_at_total = 0.0;
};
/// Refuses batches: thresholds are calibrated image by image, but a batch is run again if one of its images asks for
/// it.
[[nodiscard]] Result<void> check_cascaded_batch(const PlatformConfig& config);
/// Of a run whose last phase had the policy `margin`.
[[nodiscard]] CascadeSummary summarise_cascade(const SimulationReport& report);
[[nodiscard]] std::string cascade_text(const SimulationReport& report);
[[nodiscard]] nlohmann::json cascade_json(const SimulationReport& report);

}  // namespace axvp::sim
