#pragma once

#include <optional>
#include <string>
#include <vector>

#include "axvp/common/progress.h"
#include "axvp/explore/explorer.h"
#include "axvp/power/energy_table.h"
#include "axvp/workloads/int8_executor.h"
#include "axvp/workloads/operating_point.h"

namespace axvp::sim {

/// A network as one encoding, or the frozen scales of one file of operating points, has it.
struct ExploredQuantisation {
  QuantizedNetwork network;
  StoredTensor image;  ///< For simulations of a single inference.
};

/// An operating point of a sweep in one network.
struct ExploredPoint {
  std::size_t quantisation = 0;
  OperatingPoint point;
};

/// A network of a sweep: its shapes for the analytic level, and what a simulation of it needs.
struct ExploredWorkload {
  SweptNetwork swept;
  bool has_values = false;                           ///< Else a topology, and what follows is empty.
  std::vector<ExploredQuantisation> quantisations;   ///< That the operating points need.
  std::vector<std::optional<ExploredPoint>> points;  ///< By operating point; none that is made for another network.
  std::string sha256;                                ///< Of what it was read from.
};

/// Opens a topology (a .csv file), an ONNX file or an embedded network. Accuracy and shares of zeros of a network with
/// values are measured at level lt on the sweep's images, once for each operating point.
[[nodiscard]] Result<ExploredWorkload> open_explored(const std::string& network, const SweepConfig& sweep,
                                                     const EnergyTable& energy, ProgressStyle progress);

/// Whether `level` can run the configuration. Errors: an array that it lacks, a clock that is too fast.
[[nodiscard]] Result<void> check_simulation(const DesignSpace& space, const EnergyTable& energy, const Choices& choices,
                                            const std::string& level);

/// What a simulation of one configuration found.
struct ConfirmedCycles {
  Cycles array_cycles = 0;  ///< Of an inference.
  Cycles cycles = 0;
  double energy_uj = 0.0;  ///< Of an image.
};
/// One inference, a batch of the same image, at `level` (lt or rtl) in a process of its own. Errors: what `compile` and
/// the platform say.
[[nodiscard]] Result<ConfirmedCycles> simulate_configuration(const ExploredWorkload& workload, const SweepConfig& sweep,
                                                             const EnergyTable& energy, std::uint64_t configuration,
                                                             const std::string& level);

}  // namespace axvp::sim
