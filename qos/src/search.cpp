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
    const double limit = std::max(1.0 - options.savings[o], sum_of(problem.cost, point.choice));
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

}  // namespace

Result<void> validate(const SearchOptions& options) {
  double before = 0.0;
  for (const double saving : options.savings) {
    if (!(saving > before && saving < 1.0))
      return fail("savings must ascend between 0 and 1, found {} after {}", saving, before);
    before = saving;
  }
  if (options.savings.empty()) return fail("no operating point: at least one saving is needed");
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

  std::vector<double> costs;
  for (const double saving : options.savings) costs.push_back(1.0 - saving);
  PoolChoice choice = search_pool(result.problem, costs, options.instances);
  result.pool = choice.pool;
  result.is_proven = choice.is_proven;
  result.gap = choice.gap;
  std::vector<std::size_t> everything(inputs.tables.size());
  std::iota(everything.begin(), everything.end(), std::size_t{0});
  result.seconds_of_selection = watch.lap();

  SelectionProblem problem = result.problem;
  if (options.sensitivity == SensitivityMethod::Measured) {
    MeasuredLayers measured{inputs, sensitivity, problem};
    for (int round = 0; round < kPoolRounds; ++round) {
      measured.measure(choice.pool);
      measured.calibrate(result.problem, result.curvatures);
      choice = search_pool(result.problem, costs, options.instances);
    }
    measured.measure(choice.pool);
    result.pool = choice.pool;
    result.is_proven = choice.is_proven;
    result.gap = choice.gap;
    problem = result.problem;
    measured.replace(result.pool, problem);
    for (std::size_t o = 0; o < costs.size(); ++o)
      choice.points[o] =
          spend_rest(problem, result.pool, costs[o], assign_for_cost(problem, result.pool, costs[o]).choice);
    make_monotone(problem, choice.points);
    result.seconds_of_sensitivity += watch.lap();
  }
  for (const double cost : costs)
    result.unlimited.push_back(
        sum_of(result.problem.divergence, assign_for_cost(result.problem, everything, cost).choice));
  for (std::size_t o = 0; o < costs.size(); ++o) {
    const double of_pool =
        sum_of(result.problem.divergence, assign_for_cost(result.problem, result.pool, costs[o]).choice);
    const Choice& point = choice.points[o];
    result.points.push_back(
        {point, 0.0, sum_of(problem.divergence, point), of_pool / result.unlimited[o], std::nullopt});
  }
  if (options.evaluations > 0)
    if (const auto refined = refine_points(inputs, options, problem, result); !refined) return forward_error(refined);
  result.seconds_of_refinement = watch.lap();
  for (SearchedPoint& point : result.points) point.cost = sum_of(problem.cost, point.choice);
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
  for (const double saving : options.savings) {
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
