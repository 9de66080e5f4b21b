#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <vector>

#include "axvp/common/progress.h"
#include "axvp/common/result.h"
#include "axvp/training/recipe.h"
#include "axvp/workloads/dataset.h"
#include "axvp/workloads/network.h"

namespace axvp {

/// What one pass over the training images gave. Accuracies are fractions in [0, 1].
struct EpochReport {
  int epoch = 0;                ///< From 1.
  double loss = 0.0;            ///< Mean cross entropy in nats, over the augmented images as they were met.
  double train_accuracy = 0.0;  ///< Of the same.
  double learning_rate = 0.0;   ///< Of the last step.
  std::optional<double> validation_accuracy;
  double seconds = 0.0;  ///< Training alone, without validation.
};

struct TrainingResult {
  Network network;  ///< With trained weights; BatchNorms as channel affines, computed in double.
  std::vector<EpochReport> epochs;
  std::optional<double> test_accuracy;
  std::size_t train_images = 0;
  std::string train_sha256;  ///< Of the training data set.
  int resumed_epochs = 0;    ///< Taken over from a checkpoint.

  /// Images learned from a second, over this run's own epochs; 0 if there were none.
  [[nodiscard]] double images_per_second() const;
};

struct TrainingOptions {
  ProgressStyle progress = ProgressStyle::Quiet;
  /// Written after every epoch and read at the start if it exists; a run that was killed goes on after its last whole
  /// epoch and ends with the same bytes. Empty for none.
  std::filesystem::path checkpoint;
  /// Called after every epoch, when its checkpoint is written; may be empty.
  std::function<void(const EpochReport&)> after_epoch;
};

/// Data sets in memory; `validation` and `test` may be empty.
struct TrainingData {
  Dataset train;
  Dataset validation;
  Dataset test;
};

/// Trains by the recipe: opens its data sets, learns, scores. Errors: what open_dataset() says, images of different
/// sizes, unknown network, a checkpoint of another recipe, a loss that is no longer finite.
[[nodiscard]] Result<TrainingResult> train(const TrainingRecipe& recipe, const TrainingOptions& options);

/// The same on data in memory; the recipe's data set names are not opened. `start`: the network that the recipe's
/// `start` names, if it names one.
[[nodiscard]] Result<TrainingResult> train_on(const TrainingData& data, const TrainingRecipe& recipe,
                                              const TrainingOptions& options, const Network* start = nullptr);

/// Epochs, accuracies and speed for a result file.
[[nodiscard]] nlohmann::json to_json(const TrainingResult& result);

}  // namespace axvp
