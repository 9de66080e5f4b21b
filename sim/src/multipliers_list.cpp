#include <fmt/format.h>

#include <memory>

#include "axvp/common/text.h"
#include "axvp/multipliers/catalogue_factors.h"
#include "axvp/power/energy_table.h"
#include "command.h"
#include "embedded_files.h"
#include "selectable_figures.h"

namespace axvp::sim {
namespace {

struct Options {
  SelectableFilter filter;
  std::string pareto;
  bool is_csv = false;
};

/// Decimals of a figure in the table.
int decimals_of(Figure figure) {
  switch (figure) {
    case Figure::Wce:
    case Figure::Area:
      return 0;
    case Figure::Energy:
    case Figure::ZeroDelay:
    case Figure::Relative:
      return 3;
    default:
      return 2;
  }
}

/// "-" where the energy table does not know the selectable.
std::string cell_of(const JudgedSelectable& judged, Figure figure, bool is_csv) {
  const auto& value = judged.at(figure);
  if (!value) return is_csv ? "" : "-";
  return is_csv ? shortest(*value) : fmt::format("{:.{}f}", *value, decimals_of(figure));
}

/// Planes of the exact factorisation for activations that are not negative; "-" where products are looked up.
std::string factor_planes_of(const Selectable& selectable, bool is_csv) {
  const auto factors = stored_factors({selectable.table, selectable.encoding, false});
  if (!factors.planes) return is_csv ? "" : "-";
  return std::to_string(factors.planes->size());
}

std::vector<std::vector<std::string>> rows_of(const std::vector<JudgedSelectable>& judged, bool is_csv) {
  std::vector<std::vector<std::string>> rows{{"selectable", "family", "encoding"}};
  for (std::size_t f = 0; f < figure_names().size(); ++f)
    rows[0].push_back(is_csv ? figure_names()[f] : heading_of(static_cast<Figure>(f)));
  rows[0].push_back(is_csv ? "factor_planes" : "factors");
  for (const JudgedSelectable& j : judged) {
    rows.push_back({j.selectable->id, j.selectable->family, std::string{to_string(j.selectable->encoding)}});
    for (std::size_t f = 0; f < figure_names().size(); ++f)
      rows.back().push_back(cell_of(j, static_cast<Figure>(f), is_csv));
    rows.back().push_back(factor_planes_of(*j.selectable, is_csv));
  }
  return rows;
}

Result<std::vector<JudgedSelectable>> front_of(const std::vector<JudgedSelectable>& judged, const std::string& axes) {
  const std::vector<std::string> names = split(axes, ',');
  if (names.size() != 2) return fail("--pareto {}: expected two figures, e.g. std,energy", axes);
  const auto x = figure_from(names[0]), y = figure_from(names[1]);
  if (!x) return forward_error(x);
  if (!y) return forward_error(y);
  return pareto_front(judged, *x, *y);
}

int list(const Options& options) {
  const auto energies = parse_energy_table(default_energy_table(), "embedded energy table");
  if (!energies) return report(energies.error(), kRunFailed);
  auto judged = judge(Catalogue::built_in(), *energies, options.filter);
  if (judged && !options.pareto.empty()) judged = front_of(*judged, options.pareto);
  if (!judged) return report(judged.error());
  if (judged->empty()) return report(Error{"no multiplier is like that"});
  const auto rows = rows_of(*judged, options.is_csv);
  if (options.is_csv) {
    for (const auto& row : rows) fmt::print("{}", csv_line(row));
    return kDone;
  }
  fmt::print(
      "{}\n{} selectables. Errors over all 65,536 operand pairs, in product LSBs; mean is its magnitude. Energy per\n"
      "multiplication: {}, {}, {}; zero_delay is the same without\n"
      "glitches; relative to the exact multiplier of the encoding: {} (sm8), {} (s8); factors: int8 products that "
      "stand\n"
      "for one of the table exactly in the fast kernels, - where products are looked up.\n",
      format_table(rows), judged->size(), energies->origin.library, energies->origin.corner, energies->origin.activity,
      Catalogue::exact_id(Encoding::SignMagnitude), Catalogue::exact_id(Encoding::TwosComplement));
  return kDone;
}

}  // namespace

void add_multipliers_list(CLI::App& multipliers, Command& command) {
  auto options = std::make_shared<Options>();
  CLI::App* sub = multipliers.add_subcommand("list", "Errors, energy and area of the selectables");
  sub->add_option("--family", options->filter.family, "Only this family");
  sub->add_option("--encoding", options->filter.encoding, "Only this operand encoding")
      ->check(CLI::IsMember({"sm8", "s8"}));
  sub->add_option("--most", options->filter.most, "Only where FIGURE is at most VALUE, e.g. std=100 energy=5");
  sub->add_option("--pareto", options->pareto, "Only what no other of its encoding beats in two figures: std,energy");
  sub->add_flag("--csv", options->is_csv, "As CSV, all digits");
  sub->footer("Figures: " + join(figure_names(), ", ") +
              ".\nExample: axvp multipliers list --encoding sm8 --most std=100 --pareto std,energy");
  sub->callback([options, &command] { command = [options] { return list(*options); }; });
}

}  // namespace axvp::sim
