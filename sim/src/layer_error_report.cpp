#include "layer_error_report.h"

#include <nlohmann/json.hpp>

#include "axvp/common/text.h"

namespace axvp::sim {

std::string layer_errors_csv(const std::vector<PointEvaluation>& points,
                             const std::vector<std::vector<LayerErrors>>& errors) {
  std::string csv = csv_line({"operating_point", "layer", "selectable", "accumulators", "accumulator_mean_steps",
                              "accumulator_std_steps", "accumulator_relative_rms", "outputs", "output_mean_steps",
                              "output_std_steps", "output_relative_rms", "output_step"});
  for (std::size_t p = 0; p < errors.size(); ++p)
    for (const LayerErrors& layer : errors[p]) {
      std::vector<std::string> cells{points[p].name, layer.layer, layer.selectable};
      for (const DifferenceStatistics& statistics : {layer.accumulators, layer.outputs}) {
        cells.push_back(std::to_string(statistics.count()));
        for (const double figure : {statistics.mean(), statistics.standard_deviation(), statistics.relative()})
          cells.push_back(shortest(figure));
      }
      cells.push_back(shortest(layer.output_scale));
      csv += csv_line(cells);
    }
  return csv;
}

nlohmann::json layer_errors_json(const std::vector<LayerErrors>& layers) {
  nlohmann::json list = nlohmann::json::array();
  const auto figures = [](const DifferenceStatistics& statistics) {
    return nlohmann::json{{"elements", statistics.count()},
                          {"mean_steps", statistics.mean()},
                          {"std_steps", statistics.standard_deviation()},
                          {"relative_rms", statistics.relative()}};
  };
  for (const LayerErrors& layer : layers)
    list.push_back({{"layer", layer.layer},
                    {"selectable", layer.selectable},
                    {"accumulators", figures(layer.accumulators)},
                    {"outputs", figures(layer.outputs)},
                    {"output_step", layer.output_scale}});
  return list;
}

}  // namespace axvp::sim
