#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace axvp {

/// A figure by [layer][candidate]; every row has the same length.
using LayerTable = std::vector<std::vector<double>>;
/// A candidate's index for each layer.
using Choice = std::vector<std::size_t>;

/// What is chosen from. Candidate 0 is the exact multiplier.
struct SelectionProblem {
  LayerTable cost;   ///< Energy of the layer's multiplications, as a fraction of the exact network's.
  LayerTable error;  ///< Relative deviation of the layer's output: what a channel's scale and offset cannot absorb.
  LayerTable divergence;  ///< Nats that the layer alone costs.

  [[nodiscard]] std::size_t layers() const { return cost.size(); }
  [[nodiscard]] std::size_t candidates() const { return cost.empty() ? 0 : cost[0].size(); }
};

/// Sum over layers of what is chosen.
[[nodiscard]] double sum_of(const LayerTable& table, const Choice& choice);

/// Operating points as the papers make them: budget of layer l at point o = factor_o * sigma_l, rows for all layers of
/// all points, r = error / budget.
struct Budgets {
  std::vector<double> sigma;    ///< Relative deviation, by layer.
  std::vector<double> factors;  ///< By point, ascending: later points bear more.
};
/// r[point * layers + layer][candidate].
[[nodiscard]] std::vector<std::vector<double>> budget_rows(const SelectionProblem& problem, const Budgets& budgets);

/// r for r <= 1, else 1 + ln r: continuous, so that what misses a budget is never taken for feasible.
[[nodiscard]] double compress_ratio(double ratio);

/// Candidates that are of use in some row: r <= 1.
[[nodiscard]] std::vector<std::size_t> usable_candidates(const std::vector<std::vector<double>>& rows);

/// How a pool is chosen by k-means (QoS-Nets, arXiv 2410.07762, as its public code does it, with seeds and restarts).
struct ClusterOptions {
  std::size_t clusters = 4;
  std::size_t restarts = 20;
  std::uint64_t seed = 1;
};
struct ClusteredPool {
  std::vector<std::size_t> pool;  ///< Distinct candidates, ascending.
  std::vector<Choice> by_label;   ///< [point]: each row takes its cluster's candidate; made monotone.
  double inertia = 0.0;           ///< Of the best restart.
};
[[nodiscard]] ClusteredPool cluster_pool(const SelectionProblem& problem, const Budgets& budgets,
                                         const ClusterOptions& options);

/// [point]: each row takes the cheapest of the pool with r <= 1, or the least r where there is none.
[[nodiscard]] std::vector<Choice> assign_by_budget(const SelectionProblem& problem, const Budgets& budgets,
                                                   const std::vector<std::size_t>& pool);

/// Each layer takes the least cost + weight * divergence in the pool. The cost of a layer falls as the weight does.
[[nodiscard]] Choice assign_by_divergence(const SelectionProblem& problem, const std::vector<std::size_t>& pool,
                                          double weight);
/// The choice of assign_by_divergence with the largest weight that costs at most `cost` in all; the cheapest one if
/// none does.
struct WeightedChoice {
  Choice choice;
  double weight = 0.0;
};
[[nodiscard]] WeightedChoice assign_for_cost(const SelectionProblem& problem, const std::vector<std::size_t>& pool,
                                             double cost);

/// Spends what `choice` leaves of `cost`: while some other candidate of the pool fits in some layer and lowers the
/// divergence, the one that lowers it most is taken. A weight alone reaches only the costs on the convex hull.
[[nodiscard]] Choice spend_rest(const SelectionProblem& problem, const std::vector<std::size_t>& pool, double cost,
                                Choice choice);

/// Where a layer would cost more than at the point before, it takes that one's candidate.
void make_monotone(const SelectionProblem& problem, std::vector<Choice>& points);

}  // namespace axvp
