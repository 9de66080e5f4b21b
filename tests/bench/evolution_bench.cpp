// How many children a second the search evaluates on one core, from the exact Dadda multiplier at MAE 118. Only
// children whose active circuit differs from their parent's are counted.

#include <benchmark/benchmark.h>

#include "axvp/evolve/evolution.h"

namespace axvp {
namespace {

void evolve_from_exact_dadda(benchmark::State& state, CostKind cost, InstructionSet set) {
  EvolutionConfig config;
  config.domain = {Encoding::SignMagnitude, 8};
  config.bound.limit = 118;
  config.cost = cost;
  config.search.islands = 1;
  config.search.evaluations = set == InstructionSet::Portable ? 20'000 : 200'000;
  const auto task = prepare(config);
  if (!task) return state.SkipWithError(task.error().message.c_str());
  EvolutionRun run;
  run.instruction_set = set;
  std::uint64_t evaluations = 0;
  for (auto _ : state) {
    const auto result = evolve(*task, run);
    if (!result) return state.SkipWithError(result.error().message.c_str());
    evaluations += result->evaluations;
  }
  state.counters["evaluations/s"] = benchmark::Counter(static_cast<double>(evaluations), benchmark::Counter::kIsRate);
}

BENCHMARK_CAPTURE(evolve_from_exact_dadda, area_avx512, CostKind::Area, InstructionSet::Avx512)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(evolve_from_exact_dadda, zero_delay_avx512, CostKind::ZeroDelay, InstructionSet::Avx512)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(evolve_from_exact_dadda, glitch_avx512, CostKind::Glitch, InstructionSet::Avx512)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(evolve_from_exact_dadda, area_portable, CostKind::Area, InstructionSet::Portable)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(evolve_from_exact_dadda, glitch_portable, CostKind::Glitch, InstructionSet::Portable)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace axvp
