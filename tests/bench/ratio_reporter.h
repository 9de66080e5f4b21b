#pragma once

#include <benchmark/benchmark.h>

#include <map>
#include <string>
#include <vector>

namespace axvp::bench {

/// Collects the rates of all repetitions and prints, after the run, medians, spread and the ratios that
/// docs/performance.md quotes: each kernel against the peers' loop and the exact kernel of its shape.
class RatioReporter final : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override;
  void Finalize() override;

 private:
  std::map<std::string, std::vector<double>> rates_;  // GMAC/s by benchmark
  std::vector<std::string> order_;
};

}  // namespace axvp::bench
