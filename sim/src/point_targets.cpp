#include "point_targets.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace axvp::sim {
namespace {

/// Where a search for losses begins: a pool for points that save more and more.
double first_saving(std::size_t point) {
  return 1.0 - 0.3 * std::pow(0.7, static_cast<double>(point));
}

}  // namespace

void PointTargets::add_to(CLI::App& app) {
  app.add_option("--save", saved, "What each point saves of the exact multiplications, in %, ascending")
      ->delimiter(',')
      ->capture_default_str();
  app.add_option("--loss", losses,
                 "Instead of --save: points of top-1 that each point may lose on the validation images, whose labels "
                 "are used then, ascending; what it saves is found by bisection")
      ->delimiter(',')
      ->check(CLI::Range(0.0, 99.0))
      ->excludes("--save");
}

std::vector<std::string> PointTargets::names() const {
  std::vector<std::string> names;
  for (const double percent : losses.empty() ? saved : losses)
    names.push_back(fmt::format("{}{:g}", losses.empty() ? "save" : "loss", percent));
  return names;
}

std::vector<std::string> PointTargets::words() const {
  return {losses.empty() ? "--save" : "--loss", fmt::format("{}", fmt::join(losses.empty() ? saved : losses, ","))};
}

Result<void> PointTargets::apply_to(SearchOptions& options) const {
  options.savings.clear();
  options.losses.clear();
  for (const double percent : saved) options.savings.push_back(percent / 100.0);
  for (const double percent : losses) options.losses.push_back(percent / 100.0);
  if (!losses.empty()) {
    options.savings.clear();
    for (std::size_t o = 0; o < losses.size(); ++o) options.savings.push_back(first_saving(o));
  }
  if (const auto valid = validate(options); !valid) return forward_error(valid);
  const auto all = names();
  const auto twice = std::adjacent_find(all.begin(), all.end());
  if (twice != all.end()) return fail("two operating points would be named {}", *twice);
  return {};
}

}  // namespace axvp::sim
