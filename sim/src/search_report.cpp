#include "search_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "axvp/common/text.h"
#include "axvp/qos/parameter_count.h"
#include "svg_plot.h"

namespace axvp::sim {
namespace {

std::string percent(double fraction) {
  return fmt::format("{:.2f}", 100.0 * fraction);
}

std::vector<std::string> layer_names(const QuantizedNetwork& network) {
  std::vector<std::string> names;
  for (const std::size_t node : network.layers()) names.push_back(network.nodes[node].name);
  return names;
}

std::string assignment_table(const SearchReport& r) {
  const auto names = layer_names(r.workload->quantisation.network);
  std::vector<std::vector<std::string>> rows{{"layer", "cost %", "curvature", "sigma"}};
  for (std::size_t o = 0; o < r.result->points.size(); ++o) rows[0].push_back(r.workload->points[o].name);
  const auto sigmas = relative_sigmas(r.result->curvatures, r.workload->quantisation.network);
  for (std::size_t l = 0; l < names.size(); ++l) {
    rows.push_back({names[l], percent(r.result->problem.cost[l][0]), fmt::format("{:.4f}", r.result->curvatures[l]),
                    fmt::format("{:.4f}", sigmas[l])});
    for (const SearchedPoint& point : r.result->points) rows.back().push_back(r.candidates->ids[point.choice[l]]);
  }
  return format_table(rows);
}

std::string point_table(const SearchReport& r) {
  std::vector<std::vector<std::string>> rows{
      {"operating point", "saved %", "predicted KL", "times that of any number", "measured KL", "before refining"}};
  for (std::size_t o = 0; o < r.result->points.size(); ++o) {
    const SearchedPoint& p = r.result->points[o];
    rows.push_back({r.workload->points[o].name, percent(1.0 - p.cost), fmt::format("{:.5f}", p.predicted_divergence),
                    fmt::format("{:.2f}", p.pool_penalty),
                    p.refined ? fmt::format("{:.5f}", p.refined->divergence) : "",
                    p.refined ? fmt::format("{:.5f}", p.refined->before) : ""});
    if (!r.result->losses.empty()) rows.back().push_back(fmt::format("{:.2f}", 100.0 * r.result->losses[o]));
  }
  if (!r.result->losses.empty()) rows[0].emplace_back("validation loss points");
  return format_table(rows);
}

std::string cluster_table(const SearchReport& r) {
  std::vector<std::vector<std::string>> rows{
      {"instances", "k-means, label", "rows over budget", "k-means, repaired", "gap %", "optimum", "proven"}};
  for (const ClusterComparison& c : r.clusterings)
    rows.push_back({std::to_string(c.clusters), percent(c.by_label), std::to_string(c.infeasible_rows),
                    percent(c.by_repair), fmt::format("{:.2f}", 100.0 * (c.by_repair / c.optimum - 1.0)),
                    percent(c.optimum), c.is_proven ? "yes" : "no"});
  return format_table(rows);
}

}  // namespace

std::string search_text(const SearchReport& r) {
  std::string text = fmt::format("{}: {} candidates, cost: {}\nPool:", r.workload->quantisation.network.name,
                                 r.candidates->ids.size(), to_string(r.metric));
  for (const std::size_t m : r.result->pool) text += " " + r.candidates->ids[m];
  text += fmt::format("; at most {:.2f} % dearer than the optimum{}\n\n", 100.0 * r.result->gap,
                      r.result->is_proven ? "" : " (not proven)");
  text += point_table(r) + "\n" + assignment_table(r) + "\n";
  if (!r.clusterings.empty())
    text += fmt::format("Cost in % of exact, mean of the points, at the papers' budgets scaled to these savings:\n{}\n",
                        cluster_table(r));
  const ParameterCount parameters = count_parameters(r.workload->quantisation.network);
  text += fmt::format("Parameters: {} shared; {} for the further operating points, {:.3f} % (the papers' count)\n",
                      with_thousands(parameters.shared),
                      with_thousands(parameters.per_point * (r.result->points.size() - 1)),
                      100.0 * parameters.overhead(r.result->points.size()));
  text += fmt::format("sensitivity {:.1f} s, errors {:.1f} s, selection {:.1f} s, refinement {:.1f} s\n",
                      r.result->seconds_of_sensitivity, r.result->seconds_of_errors, r.result->seconds_of_selection,
                      r.result->seconds_of_refinement);
  return text;
}

std::string assignment_svg(const SearchReport& r) {
  Plot plot{r.workload->quantisation.network.name + ": what a layer's multiplications cost",
            "layer",
            "energy, % of exact",
            {},
            PlotScale::Linear};
  const auto names = layer_names(r.workload->quantisation.network);
  const std::array<const char*, 6> colours{"#1f77b4", "#ff7f0e", "#d62728", "#2ca02c", "#9467bd", "#8c564b"};
  for (std::size_t o = 0; o < r.result->points.size(); ++o) {
    const std::string& name = r.workload->points[o].name;
    PlotSeries dots{name, colours[o % colours.size()], {}};
    for (std::size_t l = 0; l < names.size(); ++l) {
      const std::size_t m = r.result->points[o].choice[l];
      dots.points.push_back({fmt::format("{}, {}: {}", name, names[l], r.candidates->ids[m]),
                             static_cast<double>(l + 1),
                             100.0 * r.result->problem.cost[l][m] / r.result->problem.cost[l][0]});
    }
    plot.series.push_back(std::move(dots));
  }
  return svg_of(plot);
}

nlohmann::json search_json(const SearchReport& r) {
  const auto names = layer_names(r.workload->quantisation.network);
  nlohmann::json json{{"cost_metric", to_string(r.metric)},
                      {"sensitivity", to_string(r.sensitivity)},
                      {"candidates", r.candidates->ids},
                      {"pool", nlohmann::json::array()},
                      {"pool_gap_fraction", r.result->gap},
                      {"pool_gap_is_proven", r.result->is_proven},
                      {"parameter_overhead_fraction",
                       count_parameters(r.workload->quantisation.network).overhead(r.result->points.size())},
                      {"points", nlohmann::json::array()},
                      {"layers", nlohmann::json::array()},
                      {"clusterings", nlohmann::json::array()}};
  for (const std::size_t m : r.result->pool) json["pool"].push_back(r.candidates->ids[m]);
  for (std::size_t o = 0; o < r.result->points.size(); ++o) {
    const SearchedPoint& p = r.result->points[o];
    nlohmann::json point{{"name", r.workload->points[o].name},
                         {"saved_fraction", 1.0 - p.cost},
                         {"predicted_kl_nats", p.predicted_divergence},
                         {"predicted_kl_over_unlimited", p.pool_penalty}};
    if (p.refined)
      point["refinement"] = {{"kl_nats", p.refined->divergence},
                             {"start_kl_nats", p.refined->before},
                             {"evaluations", p.refined->evaluations}};
    if (!r.result->losses.empty()) point["validation_loss_points"] = 100.0 * r.result->losses[o];
    json["points"].push_back(std::move(point));
  }
  const auto sigmas = relative_sigmas(r.result->curvatures, r.workload->quantisation.network);
  for (std::size_t l = 0; l < names.size(); ++l) {
    nlohmann::json layer{{"layer", names[l]},
                         {"exact_cost_fraction", r.result->problem.cost[l][0]},
                         {"curvature", r.result->curvatures[l]},
                         {"relative_sigma", sigmas[l]},
                         {"selectables", nlohmann::json::array()}};
    for (const SearchedPoint& point : r.result->points) {
      const std::size_t m = point.choice[l];
      layer["selectables"].push_back({{"selectable", r.candidates->ids[m]},
                                      {"cost_fraction", r.result->problem.cost[l][m]},
                                      {"relative_error", r.result->problem.error[l][m]},
                                      {"predicted_kl_nats", r.result->problem.divergence[l][m]}});
    }
    json["layers"].push_back(std::move(layer));
  }
  for (const ClusterComparison& c : r.clusterings)
    json["clusterings"].push_back({{"instances", c.clusters},
                                   {"kmeans_label_cost", c.by_label},
                                   {"kmeans_label_rows_over_budget", c.infeasible_rows},
                                   {"kmeans_repaired_cost", c.by_repair},
                                   {"optimum_cost", c.optimum},
                                   {"optimum_is_proven", c.is_proven}});
  return json;
}

}  // namespace axvp::sim
