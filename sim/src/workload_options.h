#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "run_config.h"

namespace axvp::sim {

/// The options by which `simulate` and `evaluate` choose network and images.
struct WorkloadOptions {
  std::string config, network, data, calibration_data;
  std::size_t images = 0;

  /// Adds them to a subcommand, which must not outlive this object.
  void add_to(CLI::App& command);
  /// The run configuration, with what the command line says instead. The embedded default's budgets are measured for
  /// its own network: with another one there is no controller, and a remark says so.
  [[nodiscard]] Result<RunConfig> read() const;
};

}  // namespace axvp::sim
