#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "axvp/common/text.h"
#include "axvp/power/energy_table.h"
#include "power_command.h"

namespace axvp::sim {
namespace {

/// A selectable's energies relative to the exact multiplier of its encoding, in two technologies.
struct Pair {
  std::string selectable, family;
  double timed[2] = {};
  double zero_delay[2] = {};
};

double relative_zero_delay(const EnergyTable& table, const SelectableEnergy& row) {
  const auto exact = table.find(row.exact_reference);
  return exact ? row.per_mac_zero_delay.total() / exact->per_mac_zero_delay.total() : 0.0;
}

std::vector<Pair> pairs_of(const EnergyTable& first, const EnergyTable& second) {
  std::vector<Pair> pairs;
  for (const auto& row : first.rows) {
    const auto other = second.find(row.selectable);
    if (!other || row.selectable == row.exact_reference) continue;
    Pair pair{row.selectable, row.selectable.substr(0, row.selectable.find('-')), {}, {}};
    pair.timed[0] = first.relative_energy(row.selectable).value_or(0.0);
    pair.timed[1] = second.relative_energy(row.selectable).value_or(0.0);
    pair.zero_delay[0] = relative_zero_delay(first, row);
    pair.zero_delay[1] = relative_zero_delay(second, *other);
    pairs.push_back(std::move(pair));
  }
  return pairs;
}

/// Ranks from 1, ties sharing their mean.
std::vector<double> ranks(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> result(values.size());
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first;
    while (last < order.size() && values[order[last]] == values[order[first]]) ++last;
    for (std::size_t i = first; i < last; ++i)
      result[order[i]] = (static_cast<double>(first) + static_cast<double>(last) + 1.0) / 2.0;
    first = last;
  }
  return result;
}

/// Spearman's rank correlation: Pearson's of the ranks.
double spearman(const std::vector<double>& a, const std::vector<double>& b) {
  const std::vector<double> x = ranks(a), y = ranks(b);
  const double mean = (static_cast<double>(x.size()) + 1.0) / 2.0;
  double xy = 0.0, xx = 0.0, yy = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xy += (x[i] - mean) * (y[i] - mean);
    xx += (x[i] - mean) * (x[i] - mean);
    yy += (y[i] - mean) * (y[i] - mean);
  }
  return xx > 0.0 && yy > 0.0 ? xy / std::sqrt(xx * yy) : 1.0;
}

/// "237", Spearman, mean difference and its mean magnitude, largest one with its selectable; points are hundredths.
std::vector<std::string> summary(const std::string& name, const std::vector<Pair>& pairs,
                                 const double (Pair::*member)[2]) {
  std::vector<double> first, second;
  double sum = 0.0, magnitudes = 0.0;
  const Pair* farthest = &pairs.front();
  const auto difference = [&](const Pair& p) { return 100 * ((p.*member)[1] - (p.*member)[0]); };
  for (const auto& pair : pairs) {
    first.push_back((pair.*member)[0]);
    second.push_back((pair.*member)[1]);
    sum += difference(pair);
    magnitudes += std::abs(difference(pair));
    if (std::abs(difference(pair)) > std::abs(difference(*farthest))) farthest = &pair;
  }
  const auto count = static_cast<double>(pairs.size());
  return {name,
          std::to_string(pairs.size()),
          fmt::format("{:.4f}", spearman(first, second)),
          fmt::format("{:+.2f}", sum / count),
          fmt::format("{:.2f}", magnitudes / count),
          fmt::format("{:+.2f}", difference(*farthest)),
          farthest->selectable};
}

std::string markdown(const std::vector<std::vector<std::string>>& rows) {
  std::string text;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    text += "| " + join(rows[i], " | ") + " |\n";
    if (i == 0) {
      for (std::size_t c = 0; c < rows[0].size(); ++c) text += "|---";
      text += "|\n";
    }
  }
  return text;
}

std::string origin(const EnergyTable& table) {
  return fmt::format("{} ({}, {} V, {} C, SHA-256 {})", table.origin.library, table.origin.corner,
                     table.origin.voltage_v, table.origin.temperature_c, table.origin.library_sha256.substr(0, 12));
}

}  // namespace

int run_power_compare(const std::vector<std::string>& tables) {
  const auto first = load_energy_table(tables[0]);
  if (!first) return report(first.error());
  const auto second = load_energy_table(tables[1]);
  if (!second) return report(second.error());
  const std::vector<Pair> pairs = pairs_of(*first, *second);
  if (pairs.empty()) return report(Error{fmt::format("{} and {} have no selectable in common", tables[0], tables[1])});
  std::map<std::string, std::vector<Pair>> families;
  for (const auto& pair : pairs) families[pair.family].push_back(pair);
  std::vector<std::vector<std::string>> rows{
      {"relative to exact, points", "selectables", "Spearman", "mean difference", "mean magnitude", "largest", "of"}};
  rows.push_back(summary("all, glitch-aware", pairs, &Pair::timed));
  rows.push_back(summary("all, zero-delay", pairs, &Pair::zero_delay));
  for (const auto& [family, members] : families)
    if (members.size() > 2) rows.push_back(summary("`" + family + "`, glitch-aware", members, &Pair::timed));
  fmt::print("First: {}; second: {}. {}, {} transitions, seed {}.\n\n{}", origin(*first), origin(*second),
             first->origin.activity, with_thousands(first->origin.transitions), first->origin.seed, markdown(rows));
  return kDone;
}

}  // namespace axvp::sim
