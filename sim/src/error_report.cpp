#include "error_report.h"

#include <fmt/format.h>

#include "axvp/common/text.h"
#include "svg_plot.h"

namespace axvp::sim {
namespace {

const std::string& layer_name(const Workload& workload, std::size_t layer) {
  const QuantizedNetwork& network = workload.quantisation.network;
  return network.nodes[network.layers()[layer]].name;
}

}  // namespace

std::string error_models_text(const std::vector<ErrorComparison>& comparisons) {
  std::vector<std::vector<std::string>> rows{
      {"predicted deviation within channels", "median error %", "90 % below", "correlation", "of logarithms"}};
  for (const ErrorModel model : kErrorModels) {
    const ErrorModelQuality q = quality_of(comparisons, model);
    rows.push_back({std::string{to_string(model)}, fmt::format("{:.2f}", 100 * q.median_relative),
                    fmt::format("{:.2f}", 100 * q.p90_relative), fmt::format("{:.5f}", q.correlation),
                    fmt::format("{:.5f}", q.log_correlation)});
  }
  return fmt::format("{}{} selectables in layers\n", format_table(rows), with_thousands(comparisons.size()));
}

std::string error_models_csv(const std::vector<ErrorComparison>& comparisons, const Workload& workload,
                             const PricedCandidates& candidates) {
  std::string text = csv_line({"layer", "selectable", "measured", "sampled", "closed_form", "closed_form_channel"});
  for (const ErrorComparison& c : comparisons) {
    std::vector<std::string> cells{layer_name(workload, c.layer), candidates.ids[c.candidate],
                                   fmt::format("{}", c.measured)};
    for (const double predicted : c.predicted) cells.push_back(fmt::format("{}", predicted));
    text += csv_line(cells);
  }
  return text;
}

std::string error_models_svg(const std::vector<ErrorComparison>& comparisons, const Workload& workload,
                             const PricedCandidates& candidates) {
  Plot plot{"Deviation of a layer's errors within channels", "measured", "predicted", {}};
  const std::array<const char*, kErrorModels.size()> colours{"#1f77b4", "#d62728", "#ff7f0e"};
  for (std::size_t i = kErrorModels.size(); i-- > 0;) {  // the default on top
    PlotSeries series{std::string{to_string(kErrorModels[i])}, colours[i], {}};
    for (const ErrorComparison& c : comparisons)
      series.points.push_back(
          {layer_name(workload, c.layer) + ", " + candidates.ids[c.candidate], c.measured, c.predicted[i]});
    plot.series.push_back(std::move(series));
  }
  return svg_of(plot);
}

}  // namespace axvp::sim
