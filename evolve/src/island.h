#pragma once

#include <vector>

#include "axvp/evolve/evolution.h"

namespace axvp {

/// The cheapest circuit found in one band of error.
struct ArchiveEntry {
  GateCircuit circuit;
  std::uint64_t cost = 0;
  double error = 0.0;  ///< The bound's metric.
};

inline constexpr std::size_t kErrorBands = 24;  ///< Of equal width, from 0 to the bound.

/// What one island carries from epoch to epoch.
struct IslandState {
  Genome genome;
  std::uint64_t cost = 0;
  std::uint64_t record = 0;  ///< The lowest cost so far.
  double error = 0.0;
  std::uint64_t evaluations = 0;
  std::vector<ArchiveEntry> archive;  ///< At most one entry a band, by ascending band.
};

/// What an island's epochs need of a task; one object serves one thread.
struct IslandTools {
  ErrorEvaluator error;
  CircuitCost cost;
  FunctionSet functions;  ///< That mutations may choose.
  double error_limit = 0.0;
  bool area_first = false;  ///< Whether the cost is quicker to find than the error.
};

[[nodiscard]] Result<IslandTools> make_tools(const EvolutionTask& task, InstructionSet set);

/// Its share of the budget.
[[nodiscard]] std::uint64_t evaluations_of_island(const SearchSettings& search);

/// Fails if the circuit exceeds the bound.
[[nodiscard]] Result<IslandState> found_island(const GateCircuit& seed, const SearchSettings& search,
                                               IslandTools& tools);

/// Evaluates `evaluations` children; random numbers come from `seed` alone.
void run_epoch(IslandState& island, const SearchSettings& search, std::uint64_t evaluations, std::uint64_t seed,
               IslandTools& tools);

}  // namespace axvp
