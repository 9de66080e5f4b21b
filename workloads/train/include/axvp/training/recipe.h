#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "axvp/common/field_reader.h"
#include "axvp/common/result.h"
#include "axvp/training/architecture.h"

namespace axvp {

enum class LearningRateSchedule {
  Constant,  ///< The given rate throughout.
  Step,      ///< A tenth of the rate after half of the steps, a hundredth after three quarters (He et al. 2016).
  Cosine,    ///< Half a cosine from the rate to 0 (Loshchilov and Hutter 2017).
};

/// Stochastic gradient descent with momentum (not Nesterov's); weight decay is added to the gradient of every
/// parameter.
struct OptimizerSettings {
  double learning_rate = 0.1;
  LearningRateSchedule schedule = LearningRateSchedule::Cosine;
  double warmup_epochs = 0.0;  ///< The rate rises from 0 in a straight line over so many epochs.
  double momentum = 0.9;
  double weight_decay = 1e-4;
};

/// Random changes of a training image that keep its class.
struct Augmentation {
  bool flip = true;      ///< Mirrors left and right, half of the images.
  int shift_pixels = 2;  ///< Moves by up to so many pixels in both directions; the border repeats.
};

/// Everything a training run depends on: the same recipe gives the same network with the same library, on the same kind
/// of processor or, if it is portable, on any with AVX2 and FMA.
struct TrainingRecipe {
  ArchitectureSettings architecture;
  std::string start;       ///< A trained network to go on with instead: ONNX or a description of one; empty for none.
  bool new_head = true;    ///< Whether its classifier is replaced.
  std::string train;       ///< Data set to learn from, as open_dataset() takes it, e.g. "synth10:train".
  std::string validation;  ///< Scored after every epoch; empty for none.
  std::string test;        ///< Scored once at the end; empty for none.
  int epochs = 10;
  int batch = 64;  ///< Images a step.
  std::uint64_t seed = 1;
  int threads = 1;        ///< Sums are split by thread: another count gives slightly other weights.
  bool portable = false;  ///< Whether arithmetic keeps to one instruction set, in which sums are added in one order.
  OptimizerSettings optimizer;
  Augmentation augmentation;
};

/// Reads a recipe file: keys as the fields above, the architecture's among them (its name as `network`, the sizes that
/// the network has, or `start` and `new_head` instead), `optimizer` and `augmentation` as tables; `train` must be
/// given. Errors name file, line and column.
[[nodiscard]] Result<TrainingRecipe> parse_recipe(const Document& document);
[[nodiscard]] Result<TrainingRecipe> load_recipe(const std::filesystem::path& path);

/// The recipe with every field written out; parse_recipe() reads it back.
[[nodiscard]] std::string to_toml(const TrainingRecipe& recipe);

/// Learning rate of step `step` of `steps`; `steps_per_epoch` scales the warm-up.
[[nodiscard]] double learning_rate_at(const OptimizerSettings& settings, std::uint64_t step, std::uint64_t steps,
                                      std::uint64_t steps_per_epoch);

}  // namespace axvp
