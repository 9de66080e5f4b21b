#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "axvp/common/field_reader.h"
#include "axvp/evolve/circuit_cost.h"
#include "axvp/evolve/error_bound.h"
#include "axvp/multipliers/gate_circuit.h"
#include "axvp/power/liberty.h"

namespace axvp {

/// How the search goes; the same settings and inputs give the same circuits at any number of threads.
struct SearchSettings {
  std::uint64_t seed = 1;
  std::uint64_t evaluations = 4'000'000;  ///< Children whose active circuit differs from their parent's; all islands.
  std::size_t islands = 4;
  std::size_t offspring = 4;      ///< Lambda of the (1 + lambda) strategy.
  std::size_t mutated_genes = 2;  ///< A mutation changes 1 to this many genes.
  /// A child may cost this share more than the record so far, shrinking linearly to 0 over the budget: record-to-record
  /// travel, G. Dueck, "New optimization heuristics", Journal of Computational Physics 104(1), 1993.
  double drift = 0.02;
  double idle_share = 0.5;                   ///< Idle nodes for each gate of the seed circuit.
  std::uint64_t epoch_evaluations = 25'000;  ///< Of each island; the state is saved after each epoch.
  std::uint64_t migration_epochs = 20;       ///< Then the best island's circuit replaces the worst's; 0: never.
};

/// A search, written as TOML (docs/evolution.md). Paths are relative to the working folder.
struct EvolutionConfig {
  OperandDomain domain;
  ErrorBound bound;
  CostKind cost = CostKind::Glitch;
  std::vector<std::string> seeds{"dadda-exact"};  ///< Multiplier ids or structural Verilog files, islands in turn.
  bool map_seeds = true;  ///< Maps the seeds to the library with Yosys first, so that the search begins with its cells.
  std::filesystem::path liberty{kDefaultLiberty};
  std::size_t transitions = 2048;  ///< Sample for the energies: a multiple of 512.
  std::filesystem::path operands;  ///< CSV with x_before, w_before, x, w; empty: uniform. Also gives bound.usage.
  SearchSettings search;
};

[[nodiscard]] Result<EvolutionConfig> evolution_config_from(const Document& document);
[[nodiscard]] nlohmann::json to_json(const EvolutionConfig& config);

/// Reads CSV rows x_before,w_before,x,w of operand codes 0..255 (w below 2^weight_bits) under a line of these names.
[[nodiscard]] Result<std::vector<OperandTransition>> parse_operands(std::string_view csv, const std::string& name,
                                                                    const OperandDomain& domain);
/// How often each code occurs as x and as w of the operations.
[[nodiscard]] OperandHistograms histograms_of(const std::vector<OperandTransition>& operands);

/// A search with everything read in.
struct EvolutionTask {
  OperandDomain domain;
  ErrorBound bound;
  CostKind cost = CostKind::Glitch;
  CellCosts cells;
  std::vector<OperandTransition> transitions;
  std::vector<GateCircuit> seeds;  ///< At least one; each keeps the bound.
  SearchSettings search;
  std::string identity;  ///< SHA-256 of all of this: a checkpoint continues only the search that wrote it.
};

/// Reads seeds, library and operands. Fails where Yosys is needed and missing, where a seed does not exist, has modes,
/// is of the other encoding or exceeds the bound.
[[nodiscard]] Result<EvolutionTask> prepare(const EvolutionConfig& config);
[[nodiscard]] std::string identity_of(const EvolutionTask& task);

/// A circuit that was found.
struct EvolvedCircuit {
  GateCircuit circuit;
  ErrorFigures error;
  double cost = 0.0;  ///< um2, or pJ an operation.
  SquareMicrometres area{};
};

struct EvolutionStatus {
  std::uint64_t evaluations = 0;
  std::uint64_t budget = 0;
  const std::vector<EvolvedCircuit>& front;  ///< Best first: cost ascending, error descending.
};

/// Called after every epoch; the search stops (and can go on later from its checkpoint) where it returns false.
using EvolutionProgress = std::function<bool(const EvolutionStatus&)>;

/// What a run needs besides the task; none of it changes the result.
struct EvolutionRun {
  std::size_t threads = 1;
  std::filesystem::path checkpoint;  ///< Written after every epoch, read at the start if it exists; empty: none.
  InstructionSet instruction_set = InstructionSet::Best;
};

struct EvolutionResult {
  /// Non-dominated in error and cost, all within the bound; the first one is the cheapest.
  std::vector<EvolvedCircuit> front;
  std::uint64_t evaluations = 0;
  bool complete = false;  ///< False if the progress function stopped it.
};

/// What a search found, with the configuration that finds it again and the inputs' hashes; a schema version, units in
/// the names.
[[nodiscard]] nlohmann::json to_json(const EvolutionResult& result, const EvolutionConfig& config,
                                     const EvolutionTask& task);

/// Evolution strategy (1 + lambda) with neutral drift on islands. Fails if a seed exceeds the bound, if the checkpoint
/// cannot be read or written or belongs to another search.
[[nodiscard]] Result<EvolutionResult> evolve(const EvolutionTask& task, const EvolutionRun& run = {},
                                             const EvolutionProgress& progress = {});
[[nodiscard]] Result<EvolutionResult> evolve(const EvolutionConfig& config, const EvolutionRun& run = {},
                                             const EvolutionProgress& progress = {});

}  // namespace axvp
