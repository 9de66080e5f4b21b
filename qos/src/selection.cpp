#include "axvp/qos/selection.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "axvp/qos/kmeans.h"

namespace axvp {
namespace {

constexpr double kLeastBudget = 1e-6;  ///< Added to budgets, so that none is 0.

std::vector<std::size_t> sorted_unique(std::vector<std::size_t> items) {
  std::sort(items.begin(), items.end());
  items.erase(std::unique(items.begin(), items.end()), items.end());
  return items;
}

}  // namespace

double sum_of(const LayerTable& table, const Choice& choice) {
  double sum = 0.0;
  for (std::size_t l = 0; l < choice.size(); ++l) sum += table[l][choice[l]];
  return sum;
}

std::vector<std::vector<double>> budget_rows(const SelectionProblem& problem, const Budgets& budgets) {
  std::vector<std::vector<double>> rows;
  for (const double factor : budgets.factors)
    for (std::size_t l = 0; l < problem.layers(); ++l) {
      auto& row = rows.emplace_back();
      for (const double error : problem.error[l]) row.push_back(error / (factor * budgets.sigma[l] + kLeastBudget));
    }
  return rows;
}

double compress_ratio(double ratio) {
  return ratio <= 1.0 ? ratio : 1.0 + std::log(ratio);
}

std::vector<std::size_t> usable_candidates(const std::vector<std::vector<double>>& rows) {
  std::vector<std::size_t> usable;
  for (std::size_t m = 0; m < rows.at(0).size(); ++m)
    if (std::any_of(rows.begin(), rows.end(), [&](const auto& row) { return row[m] <= 1.0; })) usable.push_back(m);
  return usable;
}

ClusteredPool cluster_pool(const SelectionProblem& problem, const Budgets& budgets, const ClusterOptions& options) {
  const auto rows = budget_rows(problem, budgets);
  const auto usable = usable_candidates(rows);
  std::vector<std::vector<double>> compressed;
  for (const auto& row : rows) {
    auto& point = compressed.emplace_back();
    for (const std::size_t m : usable) point.push_back(compress_ratio(row[m]));
  }
  const Clustering clustering = kmeans(compressed, options.clusters, options.restarts, options.seed);
  std::vector<std::size_t> candidate_of(clustering.centroids.size(), 0);
  for (std::size_t c = 0; c < clustering.centroids.size(); ++c) {
    double least = INFINITY;
    for (std::size_t i = 0; i < usable.size(); ++i) {
      if (clustering.centroids[c][i] > 1.0) continue;
      double cost = 0.0;  // of the cluster's rows: where costs do not depend on the layer, the candidate's own
      for (std::size_t r = 0; r < rows.size(); ++r)
        if (clustering.labels[r] == c) cost += problem.cost[r % problem.layers()][usable[i]];
      if (cost < least) {
        least = cost;
        candidate_of[c] = usable[i];
      }
    }
  }
  ClusteredPool result;
  result.inertia = clustering.inertia;
  result.pool = sorted_unique(candidate_of);
  for (std::size_t o = 0; o < budgets.factors.size(); ++o) {
    Choice& choice = result.by_label.emplace_back();
    for (std::size_t l = 0; l < problem.layers(); ++l)
      choice.push_back(candidate_of[clustering.labels[o * problem.layers() + l]]);
  }
  make_monotone(problem, result.by_label);
  return result;
}

std::vector<Choice> assign_by_budget(const SelectionProblem& problem, const Budgets& budgets,
                                     const std::vector<std::size_t>& pool) {
  const auto rows = budget_rows(problem, budgets);
  std::vector<Choice> points;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const std::size_t layer = r % problem.layers();
    if (layer == 0) points.emplace_back();
    const auto worse = [&](std::size_t a, std::size_t b) {  // whether b is to be preferred to a
      const bool a_fits = rows[r][a] <= 1.0, b_fits = rows[r][b] <= 1.0;
      if (a_fits != b_fits) return b_fits;
      return a_fits ? problem.cost[layer][b] < problem.cost[layer][a] : rows[r][b] < rows[r][a];
    };
    std::size_t best = pool.at(0);
    for (const std::size_t m : pool)
      if (worse(best, m)) best = m;
    points.back().push_back(best);
  }
  make_monotone(problem, points);
  return points;
}

Choice assign_by_divergence(const SelectionProblem& problem, const std::vector<std::size_t>& pool, double weight) {
  Choice choice;
  for (std::size_t l = 0; l < problem.layers(); ++l) {
    const auto value = [&](std::size_t m) { return problem.cost[l][m] + weight * problem.divergence[l][m]; };
    choice.push_back(*std::min_element(pool.begin(), pool.end(), [&](auto a, auto b) { return value(a) < value(b); }));
  }
  return choice;
}

WeightedChoice assign_for_cost(const SelectionProblem& problem, const std::vector<std::size_t>& pool, double cost) {
  double low = std::log(1e-6), high = std::log(1e9);  // weights, in the logarithm; the cost rises with them
  WeightedChoice best{assign_by_divergence(problem, pool, std::exp(low)), std::exp(low)};
  for (int step = 0; step < 60; ++step) {
    const double middle = 0.5 * (low + high);
    Choice choice = assign_by_divergence(problem, pool, std::exp(middle));
    if (sum_of(problem.cost, choice) <= cost) {
      best = {std::move(choice), std::exp(middle)};
      low = middle;
    } else {
      high = middle;
    }
  }
  return best;
}

Choice spend_rest(const SelectionProblem& problem, const std::vector<std::size_t>& pool, double cost, Choice choice) {
  for (;;) {
    const double left = cost - sum_of(problem.cost, choice);
    double most = 0.0;
    std::size_t layer = 0, candidate = 0;
    for (std::size_t l = 0; l < problem.layers(); ++l)
      for (const std::size_t m : pool) {
        const double gained = problem.divergence[l][choice[l]] - problem.divergence[l][m];
        if (problem.cost[l][m] - problem.cost[l][choice[l]] > left || gained <= most) continue;
        most = gained;
        layer = l;
        candidate = m;
      }
    if (most == 0.0) return choice;
    choice[layer] = candidate;
  }
}

void make_monotone(const SelectionProblem& problem, std::vector<Choice>& points) {
  for (std::size_t o = 1; o < points.size(); ++o)
    for (std::size_t l = 0; l < problem.layers(); ++l)
      if (problem.cost[l][points[o][l]] > problem.cost[l][points[o - 1][l]]) points[o][l] = points[o - 1][l];
}

}  // namespace axvp
