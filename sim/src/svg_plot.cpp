#include "svg_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace axvp::sim {
namespace {

constexpr double kWidth = 900, kHeight = 600;                       // of the document, in pixels
constexpr double kLeft = 80, kRight = 20, kTop = 60, kBottom = 60;  // margins
constexpr double kLegendY = 48, kLetter = 7;                        // a row above the plot; width of a letter, about

std::string escaped(const std::string& text) {
  std::string safe;
  for (const char c : text) safe += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '"' ? "&quot;" : std::string(1, c);
  return safe;
}

bool is_drawn(const PlotPoint& p, PlotScale scale) {
  const bool fits = scale == PlotScale::Linear || (p.x > 0 && p.y > 0);
  return fits && std::isfinite(p.x) && std::isfinite(p.y);
}

std::vector<double> logarithmic_ticks(double low, double high) {
  std::vector<double> ticks;
  for (int e = -12; e <= 12; ++e)
    for (const double step : {1.0, 2.0, 5.0}) ticks.push_back(step * std::pow(10.0, e));
  const auto first = std::upper_bound(ticks.begin(), ticks.end(), low);
  const auto last = std::lower_bound(ticks.begin(), ticks.end(), high);
  ticks = {first == ticks.begin() ? first : first - 1, last == ticks.end() ? last : last + 1};
  if (ticks.size() < 2) ticks = {ticks.front(), 10 * ticks.front()};
  return ticks;
}

/// Multiples of 1, 2 or 5 times a power of ten, about ten of them.
std::vector<double> linear_ticks(double low, double high) {
  const double magnitude = std::max(std::abs(low), std::abs(high));
  const double same = magnitude > 0.0 ? magnitude : 1.0;  // values that differ by rounding alone make no axis
  const double range = high - low > 1e-9 * same ? high - low : same;
  double step = std::pow(10.0, std::floor(std::log10(range / 5.0)));
  for (const double factor : {2.0, 2.5, 2.0})
    if (range / step > 12.0) step *= factor;
  std::vector<double> ticks;
  for (double k = std::floor(low / step); ticks.size() < 2 || ticks.back() < high; ++k) ticks.push_back(k * step);
  return ticks;
}

class Axis {
 public:
  Axis(PlotScale scale, double low, double high, double from, double to)
      : scale_(scale),
        from_(from),
        to_(to),
        ticks_(scale == PlotScale::Linear ? linear_ticks(low, high) : logarithmic_ticks(low, high)) {}

  [[nodiscard]] double place(double value) const {
    const double low = ticks_.front(), high = ticks_.back();
    const double share =
        scale_ == PlotScale::Linear ? (value - low) / (high - low) : std::log(value / low) / std::log(high / low);
    return from_ + share * (to_ - from_);
  }
  [[nodiscard]] const std::vector<double>& ticks() const { return ticks_; }
  [[nodiscard]] bool holds(const PlotPoint& p) const { return is_drawn(p, scale_); }

 private:
  PlotScale scale_;
  double from_, to_;
  std::vector<double> ticks_;
};

std::string grid(const Axis& x, const Axis& y) {
  std::string text;
  for (const double tick : x.ticks())
    text += fmt::format(
        "<line x1=\"{0:.1f}\" y1=\"{1}\" x2=\"{0:.1f}\" y2=\"{2}\"/><text x=\"{0:.1f}\" y=\"{3}\" "
        "text-anchor=\"middle\">{4:g}</text>\n",
        x.place(tick), kTop, kHeight - kBottom, kHeight - kBottom + 18, tick);
  for (const double tick : y.ticks())
    text += fmt::format(
        "<line x1=\"{1}\" y1=\"{0:.1f}\" x2=\"{2}\" y2=\"{0:.1f}\"/><text x=\"{3}\" y=\"{4:.1f}\" "
        "text-anchor=\"end\">{5:g}</text>\n",
        y.place(tick), kLeft, kWidth - kRight, kLeft - 8, y.place(tick) + 4, tick);
  return "<g stroke=\"#dddddd\" font-size=\"12\" style=\"paint-order:stroke\">\n" + text + "</g>\n";
}

std::string line_of(const PlotSeries& series, const Axis& x, const Axis& y) {
  std::string path;
  for (const PlotPoint& p : series.points) {
    if (!x.holds(p)) continue;
    path += path.empty() ? fmt::format("M{:.1f} {:.1f}", x.place(p.x), y.place(p.y))
                         : fmt::format("H{:.1f}V{:.1f}", x.place(p.x), y.place(p.y));
  }
  return fmt::format("<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.5\"/>\n", path, series.colour);
}

std::string dots_of(const PlotSeries& series, const Axis& x, const Axis& y) {
  std::string text;
  for (const PlotPoint& p : series.points)
    if (x.holds(p))
      text += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3.5\"><title>{}: {:g}, {:g}</title></circle>\n",
                          x.place(p.x), y.place(p.y), escaped(p.name), p.x, p.y);
  return fmt::format("<g fill=\"{}\" fill-opacity=\"0.75\">\n{}</g>\n", series.colour, text);
}

std::string legend(const std::vector<PlotSeries>& series) {
  std::string text;
  double x = kLeft;
  for (const PlotSeries& s : series) {
    text +=
        fmt::format("<rect x=\"{0}\" y=\"{1}\" width=\"10\" height=\"10\" fill=\"{2}\"/>", x, kLegendY - 9, s.colour);
    text += fmt::format("<text x=\"{}\" y=\"{}\" font-size=\"13\">{}</text>\n", x + 16, kLegendY, escaped(s.name));
    x += 40 + kLetter * static_cast<double>(s.name.size());
  }
  return text;
}

}  // namespace

std::string svg_of(const Plot& plot) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  double low_x = kInfinity, high_x = -kInfinity, low_y = kInfinity, high_y = -kInfinity;
  for (const PlotSeries& series : plot.series)
    for (const PlotPoint& p : series.points) {
      if (!is_drawn(p, plot.scale)) continue;
      low_x = std::min(low_x, p.x), high_x = std::max(high_x, p.x);
      low_y = std::min(low_y, p.y), high_y = std::max(high_y, p.y);
    }
  if (high_x < low_x) low_x = low_y = 1, high_x = high_y = 10;
  const Axis x{plot.scale, low_x, high_x, kLeft, kWidth - kRight};
  const Axis y{plot.scale, low_y, high_y, kHeight - kBottom, kTop};
  std::string text = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" "
      "font-family=\"sans-serif\">\n<rect width=\"{0}\" height=\"{1}\" fill=\"white\"/>\n",
      kWidth, kHeight);
  text += fmt::format("<text x=\"{}\" y=\"26\" font-size=\"16\" text-anchor=\"middle\">{}</text>\n", kWidth / 2,
                      escaped(plot.title));
  text += fmt::format("<text x=\"{}\" y=\"{}\" font-size=\"14\" text-anchor=\"middle\">{}</text>\n", kWidth / 2,
                      kHeight - 18, escaped(plot.x_label));
  text += fmt::format(
      "<text transform=\"translate(22 {}) rotate(-90)\" font-size=\"14\" text-anchor=\"middle\">{}</text>\n",
      kHeight / 2, escaped(plot.y_label));
  text += grid(x, y);
  for (const PlotSeries& series : plot.series) text += series.is_line ? line_of(series, x, y) : dots_of(series, x, y);
  return text + legend(plot.series) + "</svg>\n";
}

}  // namespace axvp::sim
