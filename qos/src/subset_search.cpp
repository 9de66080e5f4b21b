#include "axvp/qos/subset_search.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

namespace axvp {
namespace {

using Column = std::vector<double>;  // a candidate's values by row

double sum(const Column& column) {
  return std::accumulate(column.begin(), column.end(), 0.0);
}

/// How much `column` lowers the sum over rows of `least`.
double gain(const Column& least, const Column& column) {
  double total = 0.0;
  for (std::size_t r = 0; r < least.size(); ++r) total += std::max(0.0, least[r] - column[r]);
  return total;
}

Column lowered(const Column& least, const Column& column) {
  Column result(least.size());
  for (std::size_t r = 0; r < least.size(); ++r) result[r] = std::min(least[r], column[r]);
  return result;
}

/// Indices of the candidates that no other one equals or beats in every row.
std::vector<std::size_t> undominated(const std::vector<Column>& columns) {
  std::vector<std::size_t> kept;
  for (std::size_t a = 0; a < columns.size(); ++a) {
    bool is_dominated = false;
    for (std::size_t b = 0; b < columns.size() && !is_dominated; ++b) {
      if (a == b) continue;
      bool beats = true;
      for (std::size_t r = 0; r < columns[a].size() && beats; ++r) beats = columns[b][r] <= columns[a][r];
      is_dominated = beats && (b < a || columns[b] != columns[a]);
    }
    if (!is_dominated) kept.push_back(a);
  }
  return kept;
}

class Search {
 public:
  Search(std::vector<Column> columns, std::size_t count, std::uint64_t most_nodes)
      : columns_(std::move(columns)), count_(std::min(count, columns_.size())), nodes_left_(most_nodes) {}

  SubsetSearch run() {
    Column worst(columns_[0].size(), -1e300);
    for (const Column& column : columns_)
      for (std::size_t r = 0; r < worst.size(); ++r) worst[r] = std::max(worst[r], column[r]);
    start(worst);
    std::vector<std::size_t> all(columns_.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    const std::uint64_t limit = nodes_left_;
    descend(worst, all, count_);
    std::sort(best_.begin(), best_.end());
    return {{best_, best_value_}, nodes_left_ > 0, limit - nodes_left_};
  }

 private:
  /// Greedy, then exchanges of one candidate while they help.
  void start(const Column& worst) {
    std::vector<std::size_t> chosen;
    while (chosen.size() < count_) chosen.push_back(best_addition(least_of(chosen, chosen.size(), worst)));
    for (bool improved = true; improved;) {
      improved = false;
      for (std::size_t i = 0; i < chosen.size(); ++i) {
        const Column others = least_of(chosen, i, worst);
        const std::size_t better = best_addition(others);
        if (gain(others, columns_[better]) <= gain(others, columns_[chosen[i]]) + tolerance(others)) continue;
        chosen[i] = better;
        improved = true;
      }
    }
    best_ = chosen;
    best_value_ = sum(least_of(chosen, chosen.size(), worst));
  }

  static double tolerance(const Column& least) { return 1e-12 * std::abs(sum(least)); }

  /// Least values of the chosen ones without the one at `left_out`.
  [[nodiscard]] Column least_of(const std::vector<std::size_t>& chosen, std::size_t left_out, Column least) const {
    for (std::size_t i = 0; i < chosen.size(); ++i)
      if (i != left_out) least = lowered(least, columns_[chosen[i]]);
    return least;
  }

  [[nodiscard]] std::size_t best_addition(const Column& least) const {
    std::size_t best = 0;
    double best_gain = -1.0;
    for (std::size_t m = 0; m < columns_.size(); ++m)
      if (const double own = gain(least, columns_[m]); own > best_gain) {
        best_gain = own;
        best = m;
      }
    return best;
  }

  /// Adds `left` of the candidates `among` to the chosen ones.
  void descend(const Column& least, const std::vector<std::size_t>& among, std::size_t left) {
    if (nodes_left_ == 0) return;
    --nodes_left_;
    const double value = sum(least);
    if (left == 0) {
      if (value < best_value_) {
        best_value_ = value;
        best_ = chosen_;
      }
      return;
    }
    std::vector<std::pair<double, std::size_t>> gains;
    for (const std::size_t m : among) gains.emplace_back(gain(least, columns_[m]), m);
    std::sort(gains.begin(), gains.end(), [](const auto& a, const auto& b) {
      return a.first != b.first ? a.first > b.first : a.second < b.second;
    });
    std::vector<std::size_t> rest;
    for (const auto& entry : gains) rest.push_back(entry.second);
    for (std::size_t i = 0; i < gains.size(); ++i) {
      double most = 0.0;
      for (std::size_t k = i; k < std::min(gains.size(), i + left); ++k) most += gains[k].first;
      if (value - most >= best_value_) return;  // nor can any later one
      chosen_.push_back(gains[i].second);
      rest.erase(rest.begin());
      descend(lowered(least, columns_[gains[i].second]), rest, left - 1);
      chosen_.pop_back();
    }
    if (gains.empty() && value < best_value_) {
      best_value_ = value;
      best_ = chosen_;
    }
  }

  std::vector<Column> columns_;
  std::size_t count_;
  std::uint64_t nodes_left_;
  std::vector<std::size_t> chosen_, best_;
  double best_value_ = 0.0;
};

}  // namespace

SubsetSearch best_subset(const std::vector<std::vector<double>>& values, std::size_t count, std::uint64_t most_nodes) {
  if (values.empty() || values[0].empty() || count == 0)
    throw std::invalid_argument{"a subset needs rows, candidates and a size"};
  std::vector<Column> columns(values[0].size());
  for (std::size_t m = 0; m < columns.size(); ++m)
    for (const auto& row : values) columns[m].push_back(row[m]);
  const auto kept = undominated(columns);
  std::vector<Column> own;
  for (const std::size_t m : kept) own.push_back(columns[m]);
  SubsetSearch result = Search{std::move(own), count, most_nodes}.run();
  for (std::size_t& m : result.best.candidates) m = kept[m];
  return result;
}

}  // namespace axvp
