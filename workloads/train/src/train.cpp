#include "axvp/training/train.h"

namespace axvp {
namespace {

Result<Dataset> open_if_named(const std::string& specification) {
  if (specification.empty()) return Dataset{};
  return open_dataset(specification);
}

}  // namespace

Result<TrainingResult> train(const TrainingRecipe& recipe, const TrainingOptions& options) {
  auto learn = open_dataset(recipe.train);
  if (!learn) return forward_error(learn);
  auto validation = open_if_named(recipe.validation);
  if (!validation) return forward_error(validation);
  auto test = open_if_named(recipe.test);
  if (!test) return forward_error(test);
  return train_on({std::move(*learn), std::move(*validation), std::move(*test)}, recipe, options);
}

}  // namespace axvp
