#include "selectable_figures.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "axvp/common/text.h"
#include "axvp/multipliers/error_metrics.h"

namespace axvp::sim {
namespace {

constexpr std::size_t kFigures = 11;
constexpr std::array<const char*, kFigures> kUnits{"", "", "", "", " %", " %", " pJ", " pJ", "", " um2", " ns"};

struct Bound {
  Figure figure = Figure::Mae;
  double most = 0.0;
};

Result<Bound> bound_from(const std::string& text) {
  const std::vector<std::string> parts = split(text, '=');
  if (parts.size() != 2) return fail("bound `{}`: expected FIGURE=VALUE, e.g. std=100", text);
  const auto figure = figure_from(parts[0]);
  if (!figure) return forward_error(figure);
  Bound bound{*figure, 0.0};
  const char* end = parts[1].data() + parts[1].size();
  const auto [rest, problem] = std::from_chars(parts[1].data(), end, bound.most);
  if (problem != std::errc{} || rest != end || !std::isfinite(bound.most))
    return fail("bound `{}`: `{}` is no number", text, parts[1]);
  return bound;
}

std::vector<std::optional<double>> figures_of(const Selectable& selectable, const EnergyTable& energies) {
  const ErrorMetrics m = error_metrics(selectable.table, selectable.encoding);
  std::vector<std::optional<double>> figures{m.mae,        std::abs(m.mean), m.std, static_cast<double>(m.wce),
                                             100.0 * m.ep, 100.0 * m.mre};
  figures.resize(kFigures);
  const auto row = energies.find(selectable.id);
  const auto relative = energies.relative_energy(selectable.id);
  if (!row || !relative) return figures;
  const auto set = [&figures](Figure f, double value) { figures[static_cast<std::size_t>(f)] = value; };
  set(Figure::Energy, row->per_mac.total().value);
  set(Figure::ZeroDelay, row->per_mac_zero_delay.total().value);
  set(Figure::Relative, *relative);
  set(Figure::Area, row->area.value);
  set(Figure::Delay, row->delay.value);
  return figures;
}

bool keeps(const JudgedSelectable& judged, const std::vector<Bound>& bounds) {
  return std::all_of(bounds.begin(), bounds.end(), [&judged](const Bound& b) {
    const auto& value = judged.at(b.figure);
    return value && *value <= b.most;
  });
}

}  // namespace

const std::vector<std::string>& figure_names() {
  static const std::vector<std::string> names{"mae",    "mean",       "std",      "wce",  "ep",   "mre",
                                              "energy", "zero_delay", "relative", "area", "delay"};
  return names;
}

std::string heading_of(Figure figure) {
  const auto n = static_cast<std::size_t>(figure);
  return figure_names()[n] + kUnits[n];
}

Result<Figure> figure_from(const std::string& name) {
  const auto& names = figure_names();
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return fail("unknown figure `{}`{}", name, suggestion(name, names));
  return static_cast<Figure>(found - names.begin());
}

Result<std::vector<JudgedSelectable>> judge(const Catalogue& catalogue, const EnergyTable& energies,
                                            const SelectableFilter& filter) {
  std::vector<Bound> bounds;
  for (const std::string& text : filter.most) {
    const auto bound = bound_from(text);
    if (!bound) return forward_error(bound);
    bounds.push_back(*bound);
  }
  std::vector<JudgedSelectable> judged;
  for (const Selectable& selectable : catalogue.selectables()) {
    if (!filter.family.empty() && selectable.family != filter.family) continue;
    if (!filter.encoding.empty() && to_string(selectable.encoding) != filter.encoding) continue;
    JudgedSelectable candidate{&selectable, figures_of(selectable, energies)};
    if (keeps(candidate, bounds)) judged.push_back(std::move(candidate));
  }
  return judged;
}

std::vector<JudgedSelectable> pareto_front(const std::vector<JudgedSelectable>& judged, Figure x, Figure y) {
  std::vector<JudgedSelectable> front;
  for (const Encoding encoding : {Encoding::SignMagnitude, Encoding::TwosComplement}) {
    std::vector<JudgedSelectable> sorted;
    for (const JudgedSelectable& j : judged)
      if (j.selectable->encoding == encoding && j.at(x) && j.at(y)) sorted.push_back(j);
    std::stable_sort(sorted.begin(), sorted.end(), [x, y](const JudgedSelectable& a, const JudgedSelectable& b) {
      return std::pair{*a.at(x), *a.at(y)} < std::pair{*b.at(x), *b.at(y)};
    });
    std::optional<double> lowest;
    for (const JudgedSelectable& j : sorted) {
      if (lowest && *j.at(y) >= *lowest) continue;
      lowest = *j.at(y);
      front.push_back(j);
    }
  }
  return front;
}

}  // namespace axvp::sim
