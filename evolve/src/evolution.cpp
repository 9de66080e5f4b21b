#include "axvp/evolve/evolution.h"

#include <algorithm>
#include <atomic>
#include <limits>
#include <thread>

#include "axvp/evolve/simplify.h"
#include "checkpoint.h"

namespace axvp {
namespace {

class Search {
 public:
  Search(const EvolutionTask& task, const EvolutionRun& run, std::vector<IslandTools> tools)
      : task_(task), run_(run), tools_(std::move(tools)) {}

  Result<EvolutionResult> run(const EvolutionProgress& progress) {
    if (const auto begun = begin(); !begun) return forward_error(begun);
    while (evaluations() < budget()) {
      run_epoch_of_all();
      if (!run_.checkpoint.empty())
        if (const auto saved = save_checkpoint(run_.checkpoint, task_.identity, state_); !saved)
          return forward_error(saved);
      const std::vector<EvolvedCircuit> found = front();
      if (progress && !progress({evaluations(), budget(), found})) return EvolutionResult{found, evaluations(), false};
    }
    return EvolutionResult{front(), evaluations(), true};
  }

 private:
  [[nodiscard]] std::uint64_t budget() const { return evaluations_of_island(task_.search) * task_.search.islands; }
  [[nodiscard]] std::uint64_t evaluations() const {
    std::uint64_t sum = 0;
    for (const IslandState& island : state_.islands) sum += island.evaluations;
    return sum;
  }

  Result<void> begin() {
    if (!run_.checkpoint.empty() && std::filesystem::exists(run_.checkpoint)) {
      auto state = load_checkpoint(run_.checkpoint, task_.identity);
      if (!state) return forward_error(state);
      if (state->islands.size() != task_.search.islands)
        return fail("{}: {} islands, expected {}", run_.checkpoint.string(), state->islands.size(),
                    task_.search.islands);
      state_ = std::move(*state);
      return {};
    }
    for (std::size_t n = 0; n < task_.search.islands; ++n) {
      auto island = found_island(task_.seeds[n % task_.seeds.size()], task_.search, tools_.front());
      if (!island) return fail_in(fmt::format("seed {}", n % task_.seeds.size()), island);
      state_.islands.push_back(std::move(*island));
    }
    return {};
  }

  /// Threads take islands in turn; which thread runs an island changes nothing, since its random numbers come from its
  /// own seed.
  void run_epoch_of_all() {
    std::atomic<std::size_t> next{0};
    const auto work = [this, &next](IslandTools& tools) {
      for (std::size_t n = next++; n < state_.islands.size(); n = next++) {
        IslandState& island = state_.islands[n];
        const std::uint64_t left = evaluations_of_island(task_.search) - island.evaluations;
        const std::uint64_t seed = derive_seed(derive_seed(task_.search.seed, n), state_.epoch);
        run_epoch(island, task_.search, std::min(left, task_.search.epoch_evaluations), seed, tools);
      }
    };
    std::vector<std::thread> threads;
    for (std::size_t t = 1; t < tools_.size(); ++t) threads.emplace_back([&work, this, t] { work(tools_[t]); });
    work(tools_.front());
    for (std::thread& thread : threads) thread.join();
    ++state_.epoch;
    const std::uint64_t every = task_.search.migration_epochs;
    if (every != 0 && state_.epoch % every == 0) migrate();
  }

  void migrate() {
    const auto cheaper = [](const IslandState& a, const IslandState& b) { return a.cost < b.cost; };
    const auto [best, worst] = std::minmax_element(state_.islands.begin(), state_.islands.end(), cheaper);
    if (best->cost == worst->cost) return;
    worst->genome = best->genome;
    worst->cost = best->cost;
    worst->record = best->record;
    worst->error = best->error;
  }

  /// The archives of all islands, without what is dominated in the metric and the cost.
  std::vector<EvolvedCircuit> front() {
    std::vector<const ArchiveEntry*> entries;
    for (const IslandState& island : state_.islands)
      for (const ArchiveEntry& entry : island.archive) entries.push_back(&entry);
    std::stable_sort(entries.begin(), entries.end(), [](const ArchiveEntry* a, const ArchiveEntry* b) {
      return std::pair{a->cost, a->error} < std::pair{b->cost, b->error};
    });
    std::vector<EvolvedCircuit> found;
    double best_error = std::numeric_limits<double>::infinity();
    for (const ArchiveEntry* entry : entries) {
      if (entry->error >= best_error) continue;
      best_error = entry->error;
      found.push_back(finished(*entry));
    }
    return found;
  }

  /// Folds what mutations have left (constants at adders, equal gates, double inversions) unless it was worth its cost.
  EvolvedCircuit finished(const ArchiveEntry& entry) {
    IslandTools& tools = tools_.front();
    EvolvedCircuit found{restrict_weight(entry.circuit, task_.domain.weight_bits), {}, 0.0, {}};
    auto cost = tools.cost.within(compile(found.circuit), entry.cost);
    if (!cost) {
      found.circuit = entry.circuit;
      cost = entry.cost;
    }
    const CircuitProgram program = compile(found.circuit);
    found.error = tools.error.figures(program);
    found.cost = tools.cost.figure(*cost);
    found.area = tools.cost.area(program);
    return found;
  }

  const EvolutionTask& task_;
  const EvolutionRun& run_;
  std::vector<IslandTools> tools_;  // one a thread
  EvolutionState state_;
};

Result<void> check(const EvolutionTask& task) {
  const SearchSettings& s = task.search;
  if (task.seeds.empty()) return fail("an evolution needs a seed circuit");
  if (s.islands == 0 || s.offspring == 0 || s.mutated_genes == 0 || s.epoch_evaluations == 0 || !(s.idle_share >= 0) ||
      !(s.drift >= 0))
    return fail(
        "islands, offspring, mutated genes and evaluations an epoch are positive, idle share and drift not negative");
  return {};
}

}  // namespace

Result<EvolutionResult> evolve(const EvolutionTask& task, const EvolutionRun& run, const EvolutionProgress& progress) {
  if (const auto good = check(task); !good) return forward_error(good);
  std::vector<IslandTools> tools;
  for (std::size_t t = 0; t < std::clamp<std::size_t>(run.threads, 1, task.search.islands); ++t) {
    auto one = make_tools(task, run.instruction_set);
    if (!one) return forward_error(one);
    tools.push_back(std::move(*one));
  }
  return Search{task, run, std::move(tools)}.run(progress);
}

Result<EvolutionResult> evolve(const EvolutionConfig& config, const EvolutionRun& run,
                               const EvolutionProgress& progress) {
  const auto task = prepare(config);
  if (!task) return forward_error(task);
  return evolve(*task, run, progress);
}

}  // namespace axvp
