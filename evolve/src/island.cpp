#include "island.h"

#include <algorithm>
#include <limits>

#include "axvp/evolve/simplify.h"

namespace axvp {
namespace {

struct Fitness {
  std::uint64_t cost = 0;
  double error = 0.0;
};

/// The cheaper test first; both stop early.
std::optional<Fitness> evaluate(const CircuitProgram& program, std::uint64_t cost_limit, IslandTools& tools) {
  if (tools.area_first) {
    const auto cost = tools.cost.within(program, cost_limit);
    if (!cost) return std::nullopt;
    const auto error = tools.error.child_within_bound(program);
    if (!error) return std::nullopt;
    return Fitness{*cost, *error};
  }
  const auto error = tools.error.child_within_bound(program);
  if (!error) return std::nullopt;
  const auto cost = tools.cost.within(program, cost_limit);
  if (!cost) return std::nullopt;
  return Fitness{*cost, *error};
}

std::size_t band_of(double error, double limit) {
  if (limit <= 0) return 0;
  return std::min(kErrorBands - 1, static_cast<std::size_t>(error / limit * kErrorBands));
}

void remember(IslandState& island, const CircuitProgram& program, double error_limit) {
  const std::size_t band = band_of(island.error, error_limit);
  auto entry = std::lower_bound(
      island.archive.begin(), island.archive.end(), band,
      [error_limit](const ArchiveEntry& e, std::size_t wanted) { return band_of(e.error, error_limit) < wanted; });
  const bool is_taken = entry != island.archive.end() && band_of(entry->error, error_limit) == band;
  if (is_taken && entry->cost <= island.cost) return;
  if (!is_taken) entry = island.archive.insert(entry, ArchiveEntry{});
  *entry = {to_circuit(program), island.cost, island.error};
}

/// Mutates until the active circuit differs from the parent's: what changes only idle nodes is drift, not a child.
void make_child(const Genome& parent, const CircuitProgram& parent_program, std::size_t mutated_genes,
                const FunctionSet& functions, Random& random, Genome& child, CircuitProgram& program) {
  child = parent;
  bool is_touched = false;  // a gene that the parent's circuit uses
  do {
    for (std::size_t count = 1 + random.below(mutated_genes); count > 0; --count) {
      const std::size_t node = mutate_gene(child, functions, random);
      is_touched = is_touched || node == kProductGene || parent_program.uses_node[node] != 0;
    }
    if (is_touched) compile(child, program);
  } while (!is_touched || program == parent_program);
}

/// What a child may cost: what the record costs and a share more that shrinks to nothing as the budget is used up.
std::uint64_t cost_limit(const IslandState& island, const SearchSettings& search, std::uint64_t done) {
  const double left =
      1.0 - static_cast<double>(island.evaluations + done) / static_cast<double>(evaluations_of_island(search));
  const double share = search.drift * std::max(0.0, left);
  return island.record + static_cast<std::uint64_t>(static_cast<double>(island.record) * share);
}

}  // namespace

Result<IslandTools> make_tools(const EvolutionTask& task, InstructionSet set) {
  auto error = ErrorEvaluator::make(task.domain, task.bound, set);
  if (!error) return forward_error(error);
  auto cost = CircuitCost::make(task.cost, task.cells, task.transitions, set);
  if (!cost) return forward_error(cost);
  FunctionSet functions;
  for (std::uint8_t kind = 0; kind < kGateKinds; ++kind)
    if (task.cells.has(static_cast<GateKind>(kind))) functions.push_back(kind);
  functions.push_back(Genome::kWire);
  return IslandTools{std::move(*error), std::move(*cost), functions, task.bound.limit, task.cost == CostKind::Area};
}

std::uint64_t evaluations_of_island(const SearchSettings& search) {
  return (search.evaluations + search.islands - 1) / search.islands;
}

Result<IslandState> found_island(const GateCircuit& seed, const SearchSettings& search, IslandTools& tools) {
  IslandState island;
  const auto idle = static_cast<std::size_t>(search.idle_share * static_cast<double>(seed.gates.size()));
  island.genome = encode(seed, idle);
  CircuitProgram program;
  compile(island.genome, program);
  const auto fitness = evaluate(program, std::numeric_limits<std::uint64_t>::max() - 1, tools);
  if (!fitness) {
    const ErrorFigures error = tools.error.figures(program);
    return fail("the seed circuit is outside of the bound: MAE {:.2f}, mean {:.2f}, std {:.2f}", error.mean_absolute,
                error.mean, error.standard_deviation);
  }
  island.cost = island.record = fitness->cost;
  island.error = fitness->error;
  remember(island, program, tools.error_limit);
  return island;
}

void run_epoch(IslandState& island, const SearchSettings& search, std::uint64_t evaluations, std::uint64_t seed,
               IslandTools& tools) {
  Random random{seed};
  CircuitProgram parent_program, program, best_program;
  Genome child, best;
  compile(island.genome, parent_program);
  tools.error.set_parent(parent_program);
  for (std::uint64_t done = 0; done < evaluations;) {
    std::optional<Fitness> best_fitness;
    const std::uint64_t limit = cost_limit(island, search, done);
    for (std::size_t n = 0; n < search.offspring && done < evaluations; ++n, ++done) {
      make_child(island.genome, parent_program, search.mutated_genes, tools.functions, random, child, program);
      const auto fitness = evaluate(program, best_fitness ? best_fitness->cost : limit, tools);
      if (!fitness) continue;
      best_fitness = fitness;
      std::swap(best, child);
      std::swap(best_program, program);
    }
    if (!best_fitness) continue;
    std::swap(island.genome, best);
    std::swap(parent_program, best_program);
    tools.error.set_parent(parent_program);
    island.cost = best_fitness->cost;
    island.error = best_fitness->error;
    island.record = std::min(island.record, island.cost);
    remember(island, parent_program, tools.error_limit);
  }
  island.evaluations += evaluations;
}

}  // namespace axvp
