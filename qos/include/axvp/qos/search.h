#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "axvp/common/progress.h"
#include "axvp/qos/pool_search.h"
#include "axvp/qos/refinement.h"
#include "axvp/qos/sampled_error.h"
#include "axvp/qos/selection.h"
#include "axvp/workloads/dataset.h"
#include "axvp/workloads/quantise.h"

namespace axvp {

/// What a search chooses from, and on which images.
struct SearchInputs {
  const Quantisation* quantisation = nullptr;
  const Dataset* tuning = nullptr;      ///< Training images: receptive fields and `match`.
  const Dataset* validation = nullptr;  ///< Unlabelled; neither tuned nor reported on.
  std::vector<std::string> ids;         ///< Candidates, the exact one first.
  std::vector<TruthTable> tables;
  LayerTable cost;                   ///< See SelectionProblem.
  std::vector<double> curvatures{};  ///< By layer, of measure_curvatures() or curvatures_of(); empty: measured anew.
};

enum class SensitivityMethod {
  Curvature,  ///< Curvatures times predicted error.
  Measured,   ///< After the pool is found by curvature, each layer with each of the pool's members.
};

struct SearchOptions {
  std::size_t instances = 4;                    ///< Different selectables over all points, n of the papers; 0: any.
  std::vector<double> savings{0.7, 0.8, 0.85};  ///< By point, ascending fractions of the exact multiplications' energy.
  /// By point, ascending: top-1 that it may lose on the validation images, by their labels, as a fraction of them. Where
  /// given, the savings are what the search begins with, each point saves as much as a bisection finds to lose that, and
  /// nothing is refined.
  std::vector<double> losses{};
  std::size_t fields = 1024;                    ///< Receptive fields a layer.
  std::size_t sensitivity_images = 256;         ///< Of the validation images.
  SensitivityMethod sensitivity = SensitivityMethod::Measured;
  std::size_t evaluations = 0;          ///< Of whole networks a point, for refinement; 0 for none.
  std::size_t refinement_tuning = 256;  ///< Tuning images of an evaluation.
  std::size_t refinement_images = 512;  ///< Validation images of an evaluation.
  std::uint64_t seed = 1;
  unsigned threads = 0;  ///< 0: all of the machine's. Results do not depend on it.
  ProgressStyle progress = ProgressStyle::Quiet;
};

/// k-means beside the optimum for the same budgets and pool size.
struct ClusterComparison {
  std::size_t clusters = 0;
  double by_label = 0.0, by_repair = 0.0, optimum = 0.0;  ///< Mean cost over the points.
  std::size_t infeasible_rows = 0;                        ///< Of by_label: rows beyond their budget.
  bool is_proven = false;
};

struct SearchedPoint {
  Choice choice;
  double cost = 0.0;                  ///< Fraction of the exact network's.
  double predicted_divergence = 0.0;  ///< Nats, sum of single layers by the model that chose it.
  double pool_penalty = 1.0;          ///< Predicted divergence over that with any number of instances at this cost.
  std::optional<RefinedChoice> refined;
};

struct SearchResult {
  std::vector<double> curvatures;  ///< By layer; of Measured scaled to what was measured.
  SelectionProblem problem;        ///< With the predicted errors of every candidate.
  std::vector<std::size_t> pool;
  std::vector<SearchedPoint> points;
  std::vector<double> savings;    ///< By point: the options', or what was found for their losses.
  std::vector<double> losses;     ///< By point, on the validation images; empty where none were asked for.
  std::vector<double> unlimited;  ///< By point: predicted divergence at its saving with any number of instances.
  double gap = 0.0;               ///< See PoolChoice.
  bool is_proven = false;         ///< Likewise.
  double seconds_of_errors = 0.0, seconds_of_sensitivity = 0.0, seconds_of_selection = 0.0, seconds_of_refinement = 0.0;
};

/// Savings that do not ascend within (0, 1), or none, are an error; so are losses that do not ascend, are not as many,
/// or are asked for with a refinement.
[[nodiscard]] Result<void> validate(const SearchOptions& options);

/// Curvatures by injected noise (noise_curvatures) on the first validation images. The same result for any number of
/// threads.
[[nodiscard]] Result<std::vector<double>> measure_curvatures(const SearchInputs& inputs, const SearchOptions& options);

/// Sensitivity, error model, pool, assignment and refinement. The same result for any number of threads. Fails for
/// images that do not fit, for options that validate() refuses, and where no choice of the pool loses so little.
[[nodiscard]] Result<SearchResult> search_operating_points(const SearchInputs& inputs, const SearchOptions& options);

/// k-means and the optimum for pools of 2 up to `most` instances, with budgets that make the unlimited choice cost what
/// the result's points cost: sigma_l = sqrt(2 divergence / h_l) as a budget by curvature, factors by bisection.
[[nodiscard]] std::vector<ClusterComparison> compare_clusterings(const SearchResult& result,
                                                                 const SearchOptions& options, std::size_t most);

}  // namespace axvp
