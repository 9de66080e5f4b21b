#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "axvp/common/result.h"
#include "axvp/qos/selection.h"

namespace axvp {

/// Divergence of a whole choice, measured.
using MeasureChoice = std::function<Result<double>(const Choice&)>;

struct RefinedChoice {
  Choice choice;
  double divergence = 0.0;      ///< Measured, nats.
  double before = 0.0;          ///< Of the choice it started from.
  std::size_t evaluations = 0;  ///< Asked of `measure`.
};

/// Improves a point's choice within a pool at no more than `cost`: sweeps measure the network with each layer in turn
/// given each other candidate, solve the assignment again with these differences in place of the prediction, and take
/// the largest part of the changes that measures better. Candidates of layer l are those with `allowed(l, m)`. Ends
/// when a sweep brings nothing or after `most_evaluations`.
[[nodiscard]] Result<RefinedChoice> refine_choice(const SelectionProblem& problem, const std::vector<std::size_t>& pool,
                                                  const Choice& start, double cost, std::size_t most_evaluations,
                                                  const std::function<bool(std::size_t, std::size_t)>& allowed,
                                                  const MeasureChoice& measure);

}  // namespace axvp
