#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "axvp/common/result.h"
#include "axvp/qos/search.h"

namespace axvp::sim {

/// What operating points are searched for: how much each saves, or what each may lose.
struct PointTargets {
  std::vector<double> saved{70, 80, 85};  ///< % of the exact multiplications.
  std::vector<double> losses;             ///< Points of top-1; where there are none, `saved` counts.

  void add_to(CLI::App& app);
  /// Of the points, e.g. "save70" or "loss0.3".
  [[nodiscard]] std::vector<std::string> names() const;
  /// The same as words of a command line.
  [[nodiscard]] std::vector<std::string> words() const;
  /// Sets savings and losses. Fails where validate(SearchOptions) does, or where two points would have one name.
  [[nodiscard]] Result<void> apply_to(SearchOptions& options) const;
};

}  // namespace axvp::sim
