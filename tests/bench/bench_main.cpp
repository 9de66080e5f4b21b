#include <benchmark/benchmark.h>

#include <vector>

#include "convolution_bench.h"
#include "network_bench.h"
#include "ratio_reporter.h"

// Speed of the emulation kernels, each beside the exact kernel, a scalar loop and the peers' loop in the same process
// (docs/performance.md). Takes google-benchmark's options; repetitions are interleaved at random, so that what else the
// machine does falls on all of them alike.
int main(int argc, char** argv) {
  std::vector<char*> arguments(argv, argv + argc);
  char interleaving[] = "--benchmark_enable_random_interleaving=true";
  arguments.insert(arguments.begin() + 1, interleaving);
  int count = static_cast<int>(arguments.size());
  benchmark::Initialize(&count, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 2;
  axvp::bench::register_convolutions();
  axvp::bench::register_networks();
  axvp::bench::RatioReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  return 0;
}
