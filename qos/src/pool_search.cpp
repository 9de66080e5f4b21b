#include "axvp/qos/pool_search.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace axvp {
namespace {

constexpr int kMostRounds = 8;
constexpr double kLeastDivergence = 1e-9;  ///< Nats; so that the logarithm is finite.
constexpr double kPenalty = 1e6;           ///< Of a row without a candidate that fits; costs are fractions of 1.

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
  if (count > 0) return best_subset(rows, count);
  SubsetSearch all{{everything(problem), 0.0}, true, 0};
  for (const auto& row : rows) all.best.value += *std::min_element(row.begin(), row.end());
  return all;
}

/// How good a pool is: the divergences that it reaches at the points' costs, as a geometric mean.
class PoolObjective {
 public:
  PoolObjective(const SelectionProblem& problem, const std::vector<double>& costs) : problem_(problem), costs_(costs) {}

  /// Sum of logarithms; large where a point's cost cannot be reached.
  [[nodiscard]] double of(const std::vector<std::size_t>& pool) const {
    double sum = 0.0;
    for (const double cost : costs_) {
      const Choice choice = spend_rest(problem_, pool, cost, assign_for_cost(problem_, pool, cost).choice);
      sum += std::log(sum_of(problem_.divergence, choice) + kLeastDivergence);
      if (const double missed = sum_of(problem_.cost, choice) - cost; missed > 1e-9) sum += kPenalty * missed;
    }
    return sum;
  }

  /// Exchanges single members, the best exchange each time, until none helps.
  [[nodiscard]] std::vector<std::size_t> descend(std::vector<std::size_t> pool) const {
    double least = of(pool);
    for (bool improved = true; improved;) {
      improved = false;
      std::vector<std::size_t> best = pool;
      for (std::size_t i = 0; i < pool.size(); ++i)
        for (std::size_t m = 0; m < problem_.candidates(); ++m) {
          auto other = pool;
          other[i] = m;
          const double own = of(other);
          if (own >= least - 1e-9) continue;
          least = own;
          best = std::move(other);
          improved = true;
        }
      pool = best;
    }
    std::sort(pool.begin(), pool.end());
    return pool;
  }

 private:
  const SelectionProblem& problem_;
  const std::vector<double>& costs_;
};

}  // namespace

PoolChoice search_pool(const SelectionProblem& problem, const std::vector<double>& costs, std::size_t count) {
  const PoolObjective objective{problem, costs};
  std::vector<double> weights;
  for (const double cost : costs) weights.push_back(assign_for_cost(problem, everything(problem), cost).weight);
  std::vector<std::size_t> best;
  double least = 0.0;
  std::vector<std::vector<std::size_t>> tried;
  for (int round = 0; round < kMostRounds; ++round) {
    const auto start = pool_for(problem, costs, weights, count).best.candidates;
    if (std::find(tried.begin(), tried.end(), start) != tried.end()) break;
    tried.push_back(start);
    const auto pool = count > 0 ? objective.descend(start) : start;
    if (const double own = objective.of(pool); best.empty() || own < least) {
      best = pool;
      least = own;
    }
    for (std::size_t o = 0; o < costs.size(); ++o) weights[o] = assign_for_cost(problem, pool, costs[o]).weight;
  }
  return choose_in_pool(problem, best, costs, count);
}

PoolChoice choose_in_pool(const SelectionProblem& problem, const std::vector<std::size_t>& pool,
                          const std::vector<double>& costs, std::size_t count) {
  PoolChoice result;
  for (const double cost : costs) {
    const WeightedChoice choice = assign_for_cost(problem, pool, cost);
    result.points.push_back(spend_rest(problem, pool, cost, choice.choice));
    result.weights.push_back(choice.weight);
  }
  make_monotone(problem, result.points);
  const SubsetSearch optimum = pool_for(problem, costs, result.weights, count);
  double own = 0.0, bound = optimum.best.value;
  for (std::size_t o = 0; o < costs.size(); ++o) {
    own += sum_of(problem.cost, result.points[o]) / costs[o];
    bound -= result.weights[o] * sum_of(problem.divergence, result.points[o]) / costs[o];
  }
  result.is_proven = optimum.is_proven;
  result.gap = std::max(0.0, own / bound - 1.0);
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
