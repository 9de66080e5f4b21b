#pragma once

#include <optional>
#include <string>
#include <vector>

#include "axvp/common/result.h"
#include "axvp/multipliers/catalogue.h"
#include "axvp/power/energy_table.h"

namespace axvp::sim {

/// What a selectable can be judged by. Smaller is better everywhere.
enum class Figure { Mae, Mean, Std, Wce, Ep, Mre, Energy, ZeroDelay, Relative, Area, Delay };

/// Names of all figures, in their order: "mae", ..., "zero_delay", "relative", "area", "delay".
[[nodiscard]] const std::vector<std::string>& figure_names();
/// With its unit, for headings: "energy pJ".
[[nodiscard]] std::string heading_of(Figure figure);
/// Fails for an unknown name with the nearest known one.
[[nodiscard]] Result<Figure> figure_from(const std::string& name);

/// A selectable and its figures.
struct JudgedSelectable {
  const Selectable* selectable = nullptr;
  std::vector<std::optional<double>> figures;  ///< By Figure; the mean's magnitude; none where there is no energy.

  [[nodiscard]] const std::optional<double>& at(Figure figure) const {
    return figures[static_cast<std::size_t>(figure)];
  }
};

/// Which selectables are wanted.
struct SelectableFilter {
  std::string family;             ///< Empty: all.
  std::string encoding;           ///< "sm8", "s8"; empty: both.
  std::vector<std::string> most;  ///< "FIGURE=VALUE": at most this much, all of them.
};

/// In catalogue order; `catalogue` must outlive the result. Fails for malformed bounds.
[[nodiscard]] Result<std::vector<JudgedSelectable>> judge(const Catalogue& catalogue, const EnergyTable& energies,
                                                          const SelectableFilter& filter);

/// Those of each encoding that no other one of it equals or beats in both figures: `x` ascending.
[[nodiscard]] std::vector<JudgedSelectable> pareto_front(const std::vector<JudgedSelectable>& judged, Figure x,
                                                         Figure y);

}  // namespace axvp::sim
