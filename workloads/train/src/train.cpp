#include "axvp/training/train.h"

#include "axvp/workloads/network_file.h"

namespace axvp {
namespace {

Result<Dataset> open_if_named(const std::string& specification, const DatasetOptions& options) {
  if (specification.empty()) return Dataset{};
  return open_dataset(specification, options);
}

}  // namespace

Result<TrainingResult> train(const TrainingRecipe& recipe, const TrainingOptions& options) {
  std::optional<Network> start;
  DatasetOptions images{0, std::nullopt, options.progress};
  if (!recipe.start.empty()) {
    auto loaded = load_network(find_data_file(recipe.start));
    if (!loaded) return forward_error(loaded);
    start = std::move(loaded->network);
    images.fitting = fitting_of(*start);
  }
  auto learn = open_dataset(recipe.train, images);
  if (!learn) return forward_error(learn);
  auto validation = open_if_named(recipe.validation, images);
  if (!validation) return forward_error(validation);
  auto test = open_if_named(recipe.test, images);
  if (!test) return forward_error(test);
  return train_on({std::move(*learn), std::move(*validation), std::move(*test)}, recipe, options,
                  start ? &*start : nullptr);
}

}  // namespace axvp
