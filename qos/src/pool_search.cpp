#include "axvp/qos/pool_search.h"

#include <algorithm>
#include <numeric>

namespace axvp {
namespace {

constexpr int kMostRounds = 8;
constexpr double kPenalty = 1e6;  ///< Of a row without a candidate that fits; costs are fractions of 1.

std::vector<std::size_t> everything(const SelectionProblem& problem) {
  std::vector<std::size_t> all(problem.candidates());
  std::iota(all.begin(), all.end(), std::size_t{0});
  return all;
}

std::vector<std::size_t> used_by(const std::vector<Choice>& points) {
  std::vector<std::size_t> used;
  for (const Choice& point : points) used.insert(used.end(), point.begin(), point.end());
  std::sort(used.begin(), used.end());
  used.erase(std::unique(used.begin(), used.end()), used.end());
  return used;
}

/// Each point counts by its own cost: a point that is ten times cheaper is not drowned by the others.
SubsetSearch pool_for(const SelectionProblem& problem, const std::vector<double>& costs,
                      const std::vector<double>& weights, std::size_t count) {
  std::vector<std::vector<double>> rows;
  for (std::size_t o = 0; o < weights.size(); ++o)
    for (std::size_t l = 0; l < problem.layers(); ++l) {
      auto& row = rows.emplace_back();
      for (std::size_t m = 0; m < problem.candidates(); ++m)
        row.push_back((problem.cost[l][m] + weights[o] * problem.divergence[l][m]) / costs[o]);
    }
  return best_subset(rows, count);
}

}  // namespace

PoolChoice search_pool(const SelectionProblem& problem, const std::vector<double>& costs, std::size_t count) {
  PoolChoice result;
  result.pool = everything(problem);
  for (const double cost : costs) result.weights.push_back(assign_for_cost(problem, result.pool, cost).weight);
  for (int round = 0; round < kMostRounds; ++round) {
    const SubsetSearch found = pool_for(problem, costs, result.weights, count);
    const bool is_same = found.best.candidates == result.pool;
    result.pool = found.best.candidates;
    result.is_proven = found.is_proven;
    result.points.clear();
    for (std::size_t o = 0; o < costs.size(); ++o) {
      const WeightedChoice choice = assign_for_cost(problem, result.pool, costs[o]);
      result.points.push_back(choice.choice);
      result.weights[o] = choice.weight;
    }
    if (is_same) break;
  }
  make_monotone(problem, result.points);
  result.pool = used_by(result.points);
  return result;
}

PoolChoice optimal_budget_pool(const SelectionProblem& problem, const Budgets& budgets, std::size_t count) {
  auto rows = budget_rows(problem, budgets);
  for (std::size_t r = 0; r < rows.size(); ++r)
    for (std::size_t m = 0; m < rows[r].size(); ++m)
      rows[r][m] = rows[r][m] <= 1.0 ? problem.cost[r % problem.layers()][m] : kPenalty * rows[r][m];
  const SubsetSearch found = best_subset(rows, count);
  PoolChoice result;
  result.points = assign_by_budget(problem, budgets, found.best.candidates);
  result.pool = found.best.candidates;
  result.is_proven = found.is_proven;
  return result;
}

}  // namespace axvp
