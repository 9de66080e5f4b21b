#include "axvp/qos/refinement.h"

#include <algorithm>
#include <limits>

namespace axvp {
namespace {

constexpr double kForbidden = 1e9;  ///< Nats: no choice takes it.

class Refiner {
 public:
  Refiner(const SelectionProblem& problem, const std::vector<std::size_t>& pool, double cost, std::size_t most,
          const std::function<bool(std::size_t, std::size_t)>& allowed, const MeasureChoice& measure)
      : problem_(problem), pool_(pool), cost_(cost), most_(most), allowed_(allowed), measure_(measure) {}

  Result<RefinedChoice> run(const Choice& start) {
    const auto first = evaluate(start);
    if (!first) return forward_error(first);
    result_.choice = start;
    result_.divergence = result_.before = *first;
    for (bool improved = true; improved && result_.evaluations < most_;) {
      const auto differences = sweep();
      if (!differences) return forward_error(differences);
      const auto better = take(*differences);
      if (!better) return forward_error(better);
      improved = *better;
    }
    return result_;
  }

 private:
  Result<double> evaluate(const Choice& choice) {
    ++result_.evaluations;
    return measure_(choice);
  }

  /// The problem with, as divergences, what each single change of the present choice does.
  Result<SelectionProblem> sweep() {
    SelectionProblem local{problem_.cost, {}, LayerTable(problem_.layers())};
    for (std::size_t l = 0; l < problem_.layers(); ++l) {
      local.divergence[l].assign(problem_.candidates(), kForbidden);
      for (const std::size_t m : pool_) {
        if (m == result_.choice[l]) {
          local.divergence[l][m] = 0.0;
        } else if (allowed_(l, m) && result_.evaluations < most_) {
          Choice changed = result_.choice;
          changed[l] = m;
          const auto measured = evaluate(changed);
          if (!measured) return forward_error(measured);
          local.divergence[l][m] = *measured - result_.divergence;
        }
      }
    }
    return local;
  }

  /// Moves towards the solution of the local problem: all of its changes, or the half of the layers that gain most.
  Result<bool> take(const SelectionProblem& local) {
    Choice target = spend_rest(local, pool_, cost_, assign_for_cost(local, pool_, cost_).choice);
    for (int attempt = 0; attempt < 4; ++attempt) {
      if (target == result_.choice || sum_of(local.cost, target) > cost_) return false;
      const auto measured = evaluate(target);
      if (!measured) return forward_error(measured);
      if (*measured < result_.divergence) {
        result_.choice = target;
        result_.divergence = *measured;
        return true;
      }
      target = half_way(local, target);
    }
    return false;
  }

  /// Keeps half of the changes so that the cost still fits: first those that lower it most, then as many of those that
  /// lower the divergence as fit.
  [[nodiscard]] Choice half_way(const SelectionProblem& local, const Choice& target) const {
    std::vector<std::size_t> changed;
    for (std::size_t l = 0; l < target.size(); ++l)
      if (target[l] != result_.choice[l]) changed.push_back(l);
    const auto saved = [&](std::size_t l) { return local.cost[l][result_.choice[l]] - local.cost[l][target[l]]; };
    const auto gained = [&](std::size_t l) { return -local.divergence[l][target[l]]; };
    std::vector<std::size_t> cheaper, better;
    for (const std::size_t l : changed) (saved(l) > 0.0 ? cheaper : better).push_back(l);
    std::sort(cheaper.begin(), cheaper.end(),
              [&](auto a, auto b) { return saved(a) * -gained(b) > saved(b) * -gained(a); });
    std::sort(better.begin(), better.end(), [&](auto a, auto b) { return gained(a) > gained(b); });
    Choice result = result_.choice;
    for (std::size_t i = 0; i < (cheaper.size() + 1) / 2; ++i) result[cheaper[i]] = target[cheaper[i]];
    for (const std::size_t l : better) {
      const std::size_t old = result[l];
      result[l] = target[l];
      if (sum_of(local.cost, result) > cost_) result[l] = old;
    }
    return result;
  }

  const SelectionProblem& problem_;
  const std::vector<std::size_t>& pool_;
  double cost_;
  std::size_t most_;
  const std::function<bool(std::size_t, std::size_t)>& allowed_;
  const MeasureChoice& measure_;
  RefinedChoice result_;
};

}  // namespace

Result<RefinedChoice> refine_choice(const SelectionProblem& problem, const std::vector<std::size_t>& pool,
                                    const Choice& start, double cost, std::size_t most_evaluations,
                                    const std::function<bool(std::size_t, std::size_t)>& allowed,
                                    const MeasureChoice& measure) {
  return Refiner{problem, pool, cost, most_evaluations, allowed, measure}.run(start);
}

}  // namespace axvp
