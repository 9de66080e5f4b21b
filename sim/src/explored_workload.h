#pragma once

#include <optional>
#include <string>
#include <vector>

#include "axvp/common/progress.h"
#include "axvp/explore/explorer.h"
#include "axvp/multipliers/truth_table.h"
#include "axvp/power/energy_table.h"
#include "axvp/workloads/operating_point.h"

namespace axvp::sim {

/// A network of a sweep: its shapes for the analytic level, and what a simulation of it needs.
struct ExploredWorkload {
  SweptNetwork swept;
  bool has_values = false;                  ///< Else a topology.
  std::optional<QuantizedNetwork> network;  ///< Of a topology only when it is simulated.
  std::vector<OperatingPoint> points;       ///< By multiplier.
  std::vector<std::vector<std::uint8_t>> images;
  std::string sha256;  ///< Of what it was read from.
};

/// Opens a topology (a .csv file), an ONNX file or an embedded network. Accuracy and shares of zeros of a network with
/// values are measured at level lt on the sweep's images, once for each multiplier.
[[nodiscard]] Result<ExploredWorkload> open_explored(const std::string& network, const SweepConfig& sweep,
                                                     const EnergyTable& energy, ProgressStyle progress);

/// What a simulation of one configuration found, per inference.
struct ConfirmedCycles {
  Cycles array_cycles = 0;
  Cycles cycles = 0;
  double energy_uj = 0.0;
};
/// One inference at `level` (lt or rtl) in a process of its own. Errors: what `compile` and the platform say.
[[nodiscard]] Result<ConfirmedCycles> simulate_configuration(const ExploredWorkload& workload, const SweepConfig& sweep,
                                                             const EnergyTable& energy, std::uint64_t configuration,
                                                             const std::string& level);

}  // namespace axvp::sim
