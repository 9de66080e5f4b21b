#pragma once

#include <cstddef>
#include <vector>

#include "axvp/qos/selection.h"
#include "axvp/qos/subset_search.h"

namespace axvp {

/// A pool shared by several operating points, and who gets what.
struct PoolChoice {
  std::vector<std::size_t> pool;  ///< Candidates that some point uses, ascending.
  std::vector<Choice> points;     ///< By point.
  std::vector<double> weights;    ///< Of divergence against cost, by point; empty for budgets.
  bool is_proven = false;         ///< Whether `gap` is known to hold; of budgets: whether the pool is the optimum.
  /// At most so much cheaper, as a fraction of the points' costs, any pool of this size reaches the same predicted
  /// divergences: what the Lagrangian bound at these weights leaves open.
  double gap = 0.0;
};

/// For each point the most accurate choice that costs at most `costs[point]` (fractions, descending), with at most
/// `count` different candidates over all points (0: any number). Starts are the optima (best_subset) of the Lagrangian,
/// over the rows of all layers and points, for the weights that the points' costs need, pool after pool; from each one
/// members are exchanged while the geometric mean of the points' divergences falls.
[[nodiscard]] PoolChoice search_pool(const SelectionProblem& problem, const std::vector<double>& costs,
                                     std::size_t count);

/// The same within a given pool; the gap is to pools of at most `count` all the same.
[[nodiscard]] PoolChoice choose_in_pool(const SelectionProblem& problem, const std::vector<std::size_t>& pool,
                                        const std::vector<double>& costs, std::size_t count);

/// The cheapest pool of at most `count` for the papers' budgets, by best_subset: what k-means is compared with. A row
/// that no candidate of a pool fits is penalised, so the optimum fits every row that can be fitted.
[[nodiscard]] PoolChoice optimal_budget_pool(const SelectionProblem& problem, const Budgets& budgets,
                                             std::size_t count);

}  // namespace axvp
