#include "axvp/qos/search.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <mutex>
#include <numeric>
#include <optional>

#include "axvp/common/parallel.h"
#include "axvp/qos/sensitivity.h"
#include "axvp/qos/tuned_divergence.h"
#include "axvp/workloads/exact_network.h"

namespace axvp {
namespace {

constexpr int kPoolRounds = 2;         ///< Pools that single layers are measured for before the last one.
constexpr double kLargestSigma = 1.0;  ///< Relative deviation: no layer bears more.

class Stopwatch {
 public:
  [[nodiscard]] double lap() {
    const auto now = std::chrono::steady_clock::now();
    const double seconds = std::chrono::duration<double>(now - start_).count();
    start_ = now;
    return seconds;
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

Dataset first_images(const Dataset& data, std::size_t count) {
  Dataset result = data;
  if (result.images.size() > count) result.images.resize(count);
  return result;
}

/// What every sensitivity is measured with.
struct SensitivityProbe {
  std::optional<SampledErrors> errors;
  std::optional<Int8Executor> exact;
  std::vector<StoredTensor> images;

  [[nodiscard]] static Result<std::unique_ptr<SensitivityProbe>> create(const SearchInputs& inputs,
                                                                        const SearchOptions& options) {
    auto probe = std::make_unique<SensitivityProbe>();
    auto fields = draw_receptive_fields(*inputs.quantisation, *inputs.tuning, options.fields, options.seed);
    if (!fields) return forward_error(fields);
    probe->errors.emplace(*inputs.quantisation, std::move(*fields));
    auto exact = exact_executor(*inputs.quantisation);
    if (!exact) return forward_error(exact);
    probe->exact.emplace(std::move(*exact));
    auto images =
        stored_images(inputs.quantisation->network, first_images(*inputs.validation, options.sensitivity_images));
    if (!images) return forward_error(images);
    probe->images = std::move(*images);
    return probe;
  }
  [[nodiscard]] SensitivityInputs inputs(const SearchOptions& options) const {
    return {&*exact, &*errors, &images, options.seed, options.threads, options.progress};
  }
};

/// Relative deviations and, with curvatures, the divergences that follow.
void predict_errors(const SearchInputs& inputs, const SampledErrors& errors, const std::vector<double>& curvatures,
                    const SearchOptions& options, SelectionProblem& problem) {
  problem.error.assign(errors.layers(), std::vector<double>(inputs.tables.size(), 0.0));
  Progress progress{options.progress, "errors", inputs.tables.size(), "selectables"};
  std::mutex mutex;
  std::size_t done = 0;
  for_each_dynamic(inputs.tables.size(), options.threads, [&](std::size_t m) {
    for (std::size_t l = 0; l < errors.layers(); ++l)
      problem.error[l][m] = std::sqrt(errors.predict(l, inputs.tables[m]).relative_variance);
    const std::lock_guard lock{mutex};
    progress.update(++done);
  });
  progress.finish();
  problem.divergence = problem.error;
  for (std::size_t l = 0; l < errors.layers(); ++l)
    for (double& value : problem.divergence[l]) value = 0.5 * std::max(0.0, curvatures[l]) * value * value;
}

/// Single-layer divergences of pools, measured once each.
class MeasuredLayers {
 public:
  MeasuredLayers(const SearchInputs& inputs, const SensitivityInputs& sensitivity, const SelectionProblem& problem)
      : inputs_(inputs), sensitivity_(sensitivity), measured_(problem.error) {
    for (std::size_t l = 0; l < measured_.size(); ++l)
      for (double& value : measured_[l]) value = value > 0.0 ? kUnknown : 0.0;
  }

  void measure(const std::vector<std::size_t>& pool) {
    std::vector<SingleLayerPoint> points;
    std::vector<double*> places;
    for (std::size_t l = 0; l < measured_.size(); ++l)
      for (const std::size_t m : pool) {
        if (measured_[l][m] != kUnknown) continue;
        points.push_back({l, inputs_.tables[m]});
        places.push_back(&measured_[l][m]);
      }
    const auto divergences = single_layer_divergences(sensitivity_, points);
    for (std::size_t i = 0; i < places.size(); ++i) *places[i] = divergences[i];
  }

  /// Scales each layer's curvature and predictions so that they meet in the geometric mean what was measured in it.
  void calibrate(SelectionProblem& problem, std::vector<double>& curvatures) const {
    for (std::size_t l = 0; l < measured_.size(); ++l) {
      double sum = 0.0, count = 0.0;
      for (std::size_t m = 0; m < measured_[l].size(); ++m) {
        if (measured_[l][m] == kUnknown || measured_[l][m] < kLeastDivergence || problem.divergence[l][m] <= 0.0)
          continue;
        sum += std::log(measured_[l][m] / problem.divergence[l][m]);
        count += 1.0;
      }
      if (count == 0.0) continue;
      curvatures[l] *= std::exp(sum / count);
      for (double& value : problem.divergence[l]) value *= std::exp(sum / count);
    }
  }

  /// Puts what was measured of the pool in place of what was predicted.
  void replace(const std::vector<std::size_t>& pool, SelectionProblem& problem) const {
    for (std::size_t l = 0; l < measured_.size(); ++l)
      for (const std::size_t m : pool) problem.divergence[l][m] = measured_[l][m];
  }

 private:
  static constexpr double kUnknown = -1.0;
  static constexpr double kLeastDivergence = 1e-6;  ///< Nats; below it is rounding.

  const SearchInputs& inputs_;
  const SensitivityInputs& sensitivity_;
  LayerTable measured_;
};

/// Every point in turn, accurate ones first: a layer never costs more than at the point before.
Result<void> refine_points(const SearchInputs& inputs, const SearchOptions& options, const SelectionProblem& problem,
                           SearchResult& result) {
  const Dataset tuning = first_images(*inputs.tuning, options.refinement_tuning);
  const Dataset validation = first_images(*inputs.validation, options.refinement_images);
  auto divergence = TunedDivergence::create(*inputs.quantisation, tuning, validation, inputs.tables);
  if (!divergence) return forward_error(divergence);
  Progress progress{options.progress, "refinement", options.evaluations * result.points.size(), "evaluations"};
  std::size_t done = 0;
  for (std::size_t o = 0; o < result.points.size(); ++o) {
    SearchedPoint& point = result.points[o];
    const auto allowed = [&](std::size_t l, std::size_t m) {
      return o == 0 || problem.cost[l][m] <= problem.cost[l][result.points[o - 1].choice[l]];
    };
    for (std::size_t l = 0; l < point.choice.size(); ++l)
      if (!allowed(l, point.choice[l])) point.choice[l] = result.points[o - 1].choice[l];
    const double limit = std::max(1.0 - result.savings[o], sum_of(problem.cost, point.choice));
    const auto refined = refine_choice(problem, result.pool, point.choice, limit, options.evaluations, allowed,
                                       [&](const Choice& choice) {
                                         progress.update(++done);
                                         return divergence->of(choice);
                                       });
    if (!refined) return forward_error(refined);
    point.refined = *refined;
    point.choice = refined->choice;
  }
  progress.finish();
  return {};
}

/// A pool for given costs, the points' choices in it, and the divergences that they follow from.
struct PooledPoints {
  PoolChoice choice;
  SelectionProblem problem;
};

/// Finds pools; what was measured for one is known for the next.
class PoolFinder {
 public:
  PoolFinder(const SearchInputs& inputs, const SensitivityInputs& sensitivity, const SearchOptions& options,
             SearchResult& result)
      : options_(options), result_(result), measured_(inputs, sensitivity, result.problem) {}

  [[nodiscard]] PooledPoints find(const std::vector<double>& costs) {
    Stopwatch watch;
    PooledPoints found{search_pool(result_.problem, costs, options_.instances), {}};
    result_.seconds_of_selection += watch.lap();
    if (options_.sensitivity == SensitivityMethod::Measured) {
      for (int round = 0; round < kPoolRounds; ++round) {
        measured_.measure(found.choice.pool);
        measured_.calibrate(result_.problem, result_.curvatures);
        found.choice = search_pool(result_.problem, costs, options_.instances);
      }
      measured_.measure(found.choice.pool);
    }
    found.problem = result_.problem;
    if (options_.sensitivity == SensitivityMethod::Measured) {
      measured_.replace(found.choice.pool, found.problem);
      for (std::size_t o = 0; o < costs.size(); ++o) found.choice.points[o] = best_choice(found, costs[o]);
      make_monotone(found.problem, found.choice.points);
    }
    result_.seconds_of_sensitivity += watch.lap();
    return found;
  }

  [[nodiscard]] static Choice best_choice(const PooledPoints& found, double cost) {
    const auto& pool = found.choice.pool;
    return spend_rest(found.problem, pool, cost, assign_for_cost(found.problem, pool, cost).choice);
  }

 private:
  const SearchOptions& options_;
  SearchResult& result_;
  MeasuredLayers measured_;
};

/// Costs at which points lose what they may.
class LossTargets {
 public:
  LossTargets(const SearchOptions& options, TunedDivergence& measured)
      : options_(options),
        measured_(measured),
        progress_(options.progress, "losses", kMostPools * (1 + options.losses.size() * (kBisections + 1)),
                  "networks") {}

  /// Pools for the costs found so far, and again, until these no longer fall in the geometric mean. Where the first
  /// pools are too rough for the first point, others for a higher cost.
  [[nodiscard]] Result<PooledPoints> search(PoolFinder& finder, std::vector<double> costs) {
    std::optional<PooledPoints> best;
    double least = 0.0;
    for (std::size_t round = 0; round < kMostPools;) {
      PooledPoints found = finder.find(costs);
      Stopwatch watch;
      const auto missed = bisect(found, costs);
      seconds_ += watch.lap();
      if (!missed) return forward_error(missed);
      if (*missed && best) break;
      if (*missed) {
        if (costs[0] > kDearest)
          return fail(
              "the most accurate choice of the pool loses {:.2f} points of top-1 on the validation images, the first "
              "point may lose {:.2f}: allow more, or more instances",
              100.0 * **missed, 100.0 * options_.losses[0]);
        costs[0] = std::sqrt(costs[0]);
        continue;
      }
      double sum = 0.0;
      for (const Choice& choice : found.choice.points) sum += std::log(sum_of(found.problem.cost, choice));
      if (best && sum >= least) break;
      least = sum;
      best = std::move(found);
      ++round;
    }
    progress_.finish();
    return std::move(*best);
  }
  /// What the networks took, without the pools.
  [[nodiscard]] double seconds() const { return seconds_; }

 private:
  static constexpr std::size_t kMostPools = 3, kBisections = 7;
  static constexpr double kAnyCost = 2.0;  ///< Fractions of 1, but for rounding.
  static constexpr double kCheaper = 0.8, kDearest = 0.9;

  /// The loss of the first point where it is too much whatever the point costs; no other can miss, as each may be the
  /// one before. Replaces the points by those found, and the costs by what a next pool is worth trying for.
  Result<std::optional<double>> bisect(PooledPoints& found, std::vector<double>& costs) {
    const double cheapest = sum_of(found.problem.cost, PoolFinder::best_choice(found, 0.0));
    for (std::size_t o = 0; o < costs.size(); ++o) {
      const Choice* before = o > 0 ? &found.choice.points[o - 1] : nullptr;
      Choice choice = before != nullptr ? *before : PoolFinder::best_choice(found, kAnyCost);
      if (before == nullptr) {
        const auto loss = measure(choice);
        if (!loss) return forward_error(loss);
        if (*loss > options_.losses[0]) return std::optional<double>{*loss};
      }
      double low = cheapest, high = sum_of(found.problem.cost, choice);
      double cost = cheapest;  // tried first: the bisection ends above it
      for (std::size_t step = 0; step <= kBisections; ++step) {
        Choice cheaper = choice_for(found, cost, before);
        const auto loss = measure(cheaper);
        if (!loss) return forward_error(loss);
        if (*loss > options_.losses[o]) {
          low = cost;
        } else {
          high = cost;
          choice = std::move(cheaper);
        }
        if (high <= low) break;
        cost = 0.5 * (low + high);
      }
      const double reached = sum_of(found.problem.cost, choice);
      // The next pool goes where these points lie; beyond, where this one holds nothing cheaper.
      costs[o] = reached > cheapest ? reached : kCheaper * cheapest;
      found.choice.points[o] = std::move(choice);
    }
    return std::optional<double>{};
  }

  /// No layer costs more than at the point before.
  static Choice choice_for(const PooledPoints& found, double cost, const Choice* before) {
    Choice choice = PoolFinder::best_choice(found, cost);
    if (before == nullptr) return choice;
    std::vector<Choice> points{*before, std::move(choice)};
    make_monotone(found.problem, points);
    return points[1];
  }

  [[nodiscard]] Result<double> measure(const Choice& choice) {
    progress_.update(++done_);
    return measured_.loss_of(choice);
  }

  const SearchOptions& options_;
  TunedDivergence& measured_;
  Progress progress_;
  std::size_t done_ = 0;
  double seconds_ = 0.0;
};

}  // namespace

Result<void> validate(const SearchOptions& options) {
  double before = 0.0;
  for (const double saving : options.savings) {
    if (!(saving > before && saving < 1.0))
      return fail("savings must ascend between 0 and 1, found {} after {}", saving, before);
    before = saving;
  }
  if (options.savings.empty()) return fail("no operating point: at least one saving is needed");
  if (options.losses.empty()) return {};
  if (options.losses.size() != options.savings.size())
    return fail("{} losses for {} operating points", options.losses.size(), options.savings.size());
  if (options.evaluations > 0) return fail("refinement lowers the divergence at a saving, it does not keep a loss");
  before = -1.0;  // the first may be 0
  for (const double loss : options.losses) {
    if (!(loss >= 0.0 && loss < 1.0)) return fail("losses must lie from 0 to 1, found {}", loss);
    if (loss <= before) return fail("losses must ascend from 0 to 1, found {} after {}", loss, before);
    before = loss;
  }
  return {};
}

Result<std::vector<double>> measure_curvatures(const SearchInputs& inputs, const SearchOptions& options) {
  const auto probe = SensitivityProbe::create(inputs, options);
  if (!probe) return forward_error(probe);
  return noise_curvatures((*probe)->inputs(options));
}

Result<SearchResult> search_operating_points(const SearchInputs& inputs, const SearchOptions& options) {
  if (const auto good = validate(options); !good) return forward_error(good);
  if (inputs.tables.size() < 2) return fail("no multiplier to choose beside the exact one");
  Stopwatch watch;
  SearchResult result;
  const auto probe = SensitivityProbe::create(inputs, options);
  if (!probe) return forward_error(probe);
  const SampledErrors& errors = *(*probe)->errors;
  const SensitivityInputs sensitivity = (*probe)->inputs(options);
  result.curvatures = inputs.curvatures.empty() ? noise_curvatures(sensitivity) : inputs.curvatures;
  if (result.curvatures.size() != errors.layers())
    return fail("curvatures of {} layers, expected {}", result.curvatures.size(), errors.layers());
  result.seconds_of_sensitivity = watch.lap();
  result.problem.cost = inputs.cost;
  predict_errors(inputs, errors, result.curvatures, options, result.problem);
  result.seconds_of_errors = watch.lap();

  result.savings = options.savings;
  std::vector<double> costs;
  for (const double saving : options.savings) costs.push_back(1.0 - saving);
  PoolFinder finder{inputs, sensitivity, options, result};
  std::optional<TunedDivergence> measured;
  PooledPoints found;
  if (options.losses.empty()) {
    found = finder.find(costs);
  } else {
    auto created = TunedDivergence::create(*inputs.quantisation, *inputs.tuning, *inputs.validation, inputs.tables);
    if (!created) return forward_error(created);
    measured.emplace(std::move(*created));
    LossTargets targets{options, *measured};
    auto pooled = targets.search(finder, costs);
    if (!pooled) return forward_error(pooled);
    found = std::move(*pooled);
    result.seconds_of_refinement = targets.seconds();
    for (std::size_t o = 0; o < costs.size(); ++o) {
      costs[o] = sum_of(found.problem.cost, found.choice.points[o]);
      result.savings[o] = 1.0 - costs[o];
    }
  }
  result.pool = found.choice.pool;
  const PoolChoice bound =
      options.losses.empty() ? found.choice : choose_in_pool(result.problem, result.pool, costs, options.instances);
  result.is_proven = bound.is_proven;
  result.gap = bound.gap;
  std::vector<std::size_t> everything(inputs.tables.size());
  std::iota(everything.begin(), everything.end(), std::size_t{0});
  for (const double cost : costs)
    result.unlimited.push_back(
        sum_of(result.problem.divergence, assign_for_cost(result.problem, everything, cost).choice));
  for (std::size_t o = 0; o < costs.size(); ++o) {
    const double of_pool =
        sum_of(result.problem.divergence, assign_for_cost(result.problem, result.pool, costs[o]).choice);
    const Choice& point = found.choice.points[o];
    const double penalty = result.unlimited[o] > 0.0 ? of_pool / result.unlimited[o] : 1.0;
    result.points.push_back({point, 0.0, sum_of(found.problem.divergence, point), penalty, std::nullopt});
  }
  if (options.evaluations > 0) {
    Stopwatch refining;
    if (const auto refined = refine_points(inputs, options, found.problem, result); !refined)
      return forward_error(refined);
    result.seconds_of_refinement = refining.lap();
  }
  for (SearchedPoint& point : result.points) {
    point.cost = sum_of(found.problem.cost, point.choice);
    if (!measured) continue;
    const auto loss = measured->loss_of(point.choice);
    if (!loss) return forward_error(loss);
    result.losses.push_back(*loss);
  }
  return result;
}

std::vector<ClusterComparison> compare_clusterings(const SearchResult& result, const SearchOptions& options,
                                                   std::size_t most) {
  const SelectionProblem& problem = result.problem;
  std::vector<double> shares;
  for (const auto& layer : problem.cost) shares.push_back(layer[0]);
  Budgets budgets{relative_budgets(result.curvatures, shares, 1.0, kLargestSigma), {}};
  std::vector<std::size_t> everything(problem.candidates());
  std::iota(everything.begin(), everything.end(), std::size_t{0});
  for (const double saving : result.savings) {
    double low = 1e-4, high = 1e6;  // factors; the cost falls with them
    for (int step = 0; step < 60; ++step) {
      const double middle = std::sqrt(low * high);
      const auto points = assign_by_budget(problem, {budgets.sigma, {middle}}, everything);
      (sum_of(problem.cost, points[0]) > 1.0 - saving ? low : high) = middle;
    }
    budgets.factors.push_back(high);
  }
  const auto mean_cost = [&](const std::vector<Choice>& points) {
    double sum = 0.0;
    for (const Choice& point : points) sum += sum_of(problem.cost, point);
    return sum / static_cast<double>(points.size());
  };
  const auto rows = budget_rows(problem, budgets);
  std::vector<ClusterComparison> comparisons;
  for (std::size_t n = 2; n <= most; ++n) {
    const ClusteredPool clustered = cluster_pool(problem, budgets, {n, 20, options.seed});
    const PoolChoice optimum = optimal_budget_pool(problem, budgets, n);
    ClusterComparison& row = comparisons.emplace_back();
    row.clusters = n;
    row.by_label = mean_cost(clustered.by_label);
    row.by_repair = mean_cost(assign_by_budget(problem, budgets, clustered.pool));
    row.optimum = mean_cost(optimum.points);
    row.is_proven = optimum.is_proven;
    for (std::size_t r = 0; r < rows.size(); ++r)
      row.infeasible_rows += rows[r][clustered.by_label[r / problem.layers()][r % problem.layers()]] > 1.0 ? 1 : 0;
  }
  return comparisons;
}

}  // namespace axvp
