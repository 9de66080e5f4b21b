#include "ratio_reporter.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "axvp/common/text.h"

namespace axvp::bench {
namespace {

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 != 0 ? values[half] : (values[half - 1] + values[half]) / 2;
}

/// "conv/resnet_16x144/any/avx512" -> "conv/resnet_16x144/" + `other`.
std::string sibling(const std::string& name, const std::string& other) {
  const std::size_t first = name.find('/');
  return name.substr(0, name.find('/', first + 1) + 1) + other;
}

std::string last_part(const std::string& name) {
  return name.substr(name.rfind('/') + 1);
}

}  // namespace

void RatioReporter::ReportRuns(const std::vector<Run>& runs) {
  for (const Run& run : runs) {
    if (run.run_type != Run::RT_Iteration || run.error_occurred) continue;
    const auto counter = run.counters.find("GMAC/s");
    if (counter == run.counters.end()) continue;
    const std::string name = run.run_name.function_name;
    if (rates_.find(name) == rates_.end()) order_.push_back(name);
    rates_[name].push_back(counter->second);
  }
}

void RatioReporter::Finalize() {
  const auto ratio_to = [&](const std::string& name, const std::string& other) -> std::string {
    const auto found = rates_.find(other);
    if (found == rates_.end() || other == name) return "";
    return fmt::format("{:.3f}", median(rates_.at(name)) / median(found->second));
  };
  std::vector<std::vector<std::string>> rows{
      {"benchmark", "GMAC/s median", "lowest", "highest", "runs", "x peers", "x exact", "x scalar rows", "x peak"}};
  for (const std::string& name : order_) {
    const std::vector<double>& rates = rates_.at(name);
    const auto [low, high] = std::minmax_element(rates.begin(), rates.end());
    const std::string exact =
        name.rfind("conv/", 0) == 0 ? sibling(name, "exact/" + last_part(name)) : sibling(name, "exact");
    rows.push_back({name, fmt::format("{:.2f}", median(rates)), fmt::format("{:.2f}", *low),
                    fmt::format("{:.2f}", *high), std::to_string(rates.size()), ratio_to(name, sibling(name, "peers")),
                    ratio_to(name, exact), ratio_to(name, sibling(name, "scalar_rows")),
                    ratio_to(name, "peak/vpdpbusd")});
  }
  std::cout << format_table(rows);
}

}  // namespace axvp::bench
