#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace axvp {

struct Subset {
  std::vector<std::size_t> candidates;  ///< Ascending.
  double value = 0.0;                   ///< Sum over rows of the least value among the candidates.
};

struct SubsetSearch {
  Subset best;
  bool is_proven = false;     ///< Whether no subset is better; else the limit on visited nodes was reached.
  std::uint64_t visited = 0;  ///< Nodes of the branch and bound.
};

/// Chooses at most `count` candidates (columns) so that the sum over rows of the least chosen value is least: the exact
/// optimum by branch and bound, from a greedy start with exchanges. Values are finite; every row is as long. What a set
/// of candidates saves together is at most the sum of what each saves alone (the objective is supermodular): that is
/// the bound. Candidates that another one beats in every row are left out.
[[nodiscard]] SubsetSearch best_subset(const std::vector<std::vector<double>>& values, std::size_t count,
                                       std::uint64_t most_nodes = 20'000'000);

}  // namespace axvp
