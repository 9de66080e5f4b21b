#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <optional>

#include "axvp/common/file.h"
#include "axvp/common/text.h"
#include "axvp/power/energy_table.h"
#include "command.h"
#include "csv_columns.h"
#include "embedded_files.h"
#include "selectable_figures.h"
#include "svg_plot.h"

namespace axvp::sim {
namespace {

struct Options {
  SelectableFilter filter;
  std::string x = "std", y = "relative", output;
  std::string points, points_x, points_y, points_where;
};

enum class Kind { Designed, Evolved, Baseline };

Kind kind_of(const Selectable& selectable) {
  if (selectable.is_baseline) return Kind::Baseline;
  return selectable.family == "evolved" ? Kind::Evolved : Kind::Designed;
}

void add_selectables(Plot& plot, const std::vector<JudgedSelectable>& judged, Figure x, Figure y) {
  std::vector<PlotSeries> series{{"designed", "#1f77b4", {}}, {"evolved", "#2ca02c", {}}, {"baselines", "#999999", {}}};
  for (const JudgedSelectable& j : judged)
    if (j.at(x) && j.at(y))
      series[static_cast<std::size_t>(kind_of(*j.selectable))].points.push_back({j.selectable->id, *j.at(x), *j.at(y)});
  for (PlotSeries& s : series)
    if (!s.points.empty()) plot.series.push_back(std::move(s));
}

void add_fronts(Plot& plot, const std::vector<JudgedSelectable>& judged, Figure x, Figure y) {
  for (const Encoding encoding : {Encoding::SignMagnitude, Encoding::TwosComplement}) {
    PlotSeries front{fmt::format("front of {}", to_string(encoding)),
                     encoding == Encoding::SignMagnitude ? "#1f77b4" : "#9467bd",
                     {},
                     true};
    for (const JudgedSelectable& j : pareto_front(judged, x, y))
      if (j.selectable->encoding == encoding) front.points.push_back({j.selectable->id, *j.at(x), *j.at(y)});
    if (front.points.size() > 1) plot.series.push_back(std::move(front));
  }
}

/// Which rows of a file are wanted: "COLUMN=VALUE".
struct RowFilter {
  std::size_t column = 0;
  std::string value;
};

Result<std::optional<RowFilter>> row_filter(const CsvColumns& file, const std::string& text) {
  if (text.empty()) return std::optional<RowFilter>{};
  const std::vector<std::string> parts = split(text, '=');
  if (parts.size() != 2) return fail("--points-where {}: expected COLUMN=VALUE", text);
  const auto column = file.column(parts[0]);
  if (!column) return forward_error(column);
  return std::optional<RowFilter>{RowFilter{*column, parts[1]}};
}

Result<PlotSeries> points_of(const Options& options) {
  const auto file = CsvColumns::read(options.points);
  if (!file) return forward_error(file);
  const auto x = file->column(options.points_x.empty() ? options.x : options.points_x);
  const auto y = file->column(options.points_y.empty() ? options.y : options.points_y);
  if (!x) return forward_error(x);
  if (!y) return forward_error(y);
  const auto filter = row_filter(*file, options.points_where);
  if (!filter) return forward_error(filter);
  PlotSeries series{std::filesystem::path{options.points}.stem().string(), "#d62728", {}};
  for (std::size_t row = 1; row < file->rows(); ++row) {
    if (*filter && file->cell(row, (*filter)->column) != (*filter)->value) continue;
    const auto at_x = file->number(row, *x), at_y = file->number(row, *y);
    if (!at_x) return forward_error(at_x);
    if (!at_y) return forward_error(at_y);
    series.points.push_back({file->cell(row, 0), *at_x, *at_y});
  }
  return series;
}

int run(const Options& options) {
  const auto x = figure_from(options.x), y = figure_from(options.y);
  if (!x) return report(x.error());
  if (!y) return report(y.error());
  const auto energies = parse_energy_table(default_energy_table(), "embedded energy table");
  if (!energies) return report(energies.error(), kRunFailed);
  const auto judged = judge(Catalogue::built_in(), *energies, options.filter);
  if (!judged) return report(judged.error());
  Plot plot{fmt::format("Multipliers: {} against {} ({})", options.y, options.x, energies->origin.library),
            heading_of(*x),
            heading_of(*y),
            {}};
  if (!options.points.empty()) {
    auto points = points_of(options);
    if (!points) return report(points.error());
    plot.series.push_back(std::move(*points));
  }
  add_selectables(plot, *judged, *x, *y);
  add_fronts(plot, *judged, *x, *y);
  if (const auto written = write_file_atomically(options.output, svg_of(plot)); !written)
    return report(written.error());
  fmt::print("written: {}\n", options.output);
  return kDone;
}

}  // namespace

void add_multipliers_plot(CLI::App& multipliers, Command& command) {
  auto options = std::make_shared<Options>();
  CLI::App* sub = multipliers.add_subcommand("plot", "Draw two figures of the selectables against each other (SVG)");
  sub->add_option("--x", options->x, "Figure across")->capture_default_str();
  sub->add_option("--y", options->y, "Figure upwards")->capture_default_str();
  sub->add_option("--family", options->filter.family, "Only this family");
  sub->add_option("--encoding", options->filter.encoding, "Only this operand encoding")
      ->check(CLI::IsMember({"sm8", "s8"}));
  sub->add_option("--most", options->filter.most, "Only where FIGURE is at most VALUE, e.g. std=100");
  sub->add_option("--points", options->points, "CSV with other circuits; its first column holds their names");
  sub->add_option("--points-x", options->points_x, "Its column for --x; the figure's name without it");
  sub->add_option("--points-y", options->points_y, "Its column for --y; the figure's name without it");
  sub->add_option("--points-where", options->points_where, "Only its lines with COLUMN=VALUE");
  sub->add_option("--output", options->output, "SVG file to write")->required();
  sub->footer("Figures: " + join(figure_names(), ", ") +
              ". Both axes are logarithmic.\n"
              "Example: axvp multipliers plot --encoding sm8 --points evoapprox8_power.csv --points-x error_std\n"
              "         --points-y osu018_pg_rel --points-where signed=0 --output sm8.svg");
  sub->callback([options, &command] { command = [options] { return run(*options); }; });
}

}  // namespace axvp::sim
