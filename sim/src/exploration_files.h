#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "explored_workload.h"

namespace axvp::sim {

/// A configuration of the front as a simulation found it, beside its analytic figures.
struct Confirmation {
  ExploredResult analytic;
  ConfirmedCycles simulated;

  [[nodiscard]] double latency_difference() const {
    return static_cast<double>(analytic.cycles) / static_cast<double>(simulated.cycles) - 1.0;
  }
};

/// All that is written of an exploration. References outlive it.
struct Exploration {
  const SweepConfig& sweep;
  const std::string& sweep_text;
  const std::string& sweep_sha256;
  const std::string& energy_sha256;
  const std::vector<SweptNetwork>& networks;
  const std::vector<ExploredResult>& results;
  const std::vector<std::size_t>& front;  ///< Indices into `results`.
  const std::vector<Confirmation>& confirmations;
  const std::string& level;  ///< Of the confirmations.
};

/// Writes results.csv, front.csv and exploration.json, and confirmation.csv if there are confirmations.
[[nodiscard]] Result<void> write_exploration(const std::filesystem::path& folder, const Exploration& exploration);

/// For the terminal: how many configurations, the ends of each network's front, the agreement.
[[nodiscard]] std::string to_text(const Exploration& exploration);

}  // namespace axvp::sim
