#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "axvp/common/result.h"

namespace axvp::sim {

/// What the stages of `axvp qos` found, from the files that they wrote.
struct QosSummary {
  struct Point {
    std::string name;
    nlohmann::json top1;  ///< value, low_95, high_95
    nlohmann::json loss;  ///< Likewise, paired against exact products on the same images.
    double multiplications_saved = 0.0, papers_metric_saved = 0.0;  ///< Fractions.
  };
  std::uint64_t images = 0;
  std::vector<std::string> pool;
  std::vector<Point> points;
  nlohmann::json cascade;     ///< From the last point to the first by the chosen rule, as in cascade.json.
  nlohmann::json controller;  ///< That of a run configuration; null where the rule reruns nothing.
};

/// Energy of each point's multiplications as a fraction of the exact multiplier's under the same operands, from
/// power.json.
[[nodiscard]] Result<std::vector<double>> read_costs(const std::filesystem::path& power_json);

[[nodiscard]] Result<QosSummary> summarise_qos(const std::filesystem::path& folder, const std::string& rule,
                                               double rerun);
[[nodiscard]] std::string qos_text(const QosSummary& summary);
[[nodiscard]] nlohmann::json qos_json(const QosSummary& summary, const nlohmann::json& settings);

}  // namespace axvp::sim
