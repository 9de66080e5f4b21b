#pragma once

#include <string>
#include <vector>

namespace axvp::sim {

struct PlotPoint {
  std::string name;  ///< Shown where the mouse rests on the point.
  double x = 0.0, y = 0.0;
};

/// Points of one kind, in one colour.
struct PlotSeries {
  std::string name;    ///< In the legend.
  std::string colour;  ///< As SVG writes it, e.g. "#1f77b4".
  std::vector<PlotPoint> points;
  bool is_line = false;  ///< A stepped line through the points, x ascending, instead of dots.
};

enum class PlotScale { Logarithmic, Linear };

/// Points that are not positive on a logarithmic axis are left out.
struct Plot {
  std::string title, x_label, y_label;
  std::vector<PlotSeries> series;
  PlotScale scale = PlotScale::Logarithmic;  ///< Of both axes.
};

/// An SVG document. The same plot gives the same bytes.
[[nodiscard]] std::string svg_of(const Plot& plot);

}  // namespace axvp::sim
