#include "axvp/training/recipe.h"

#include <cmath>

#include "axvp/common/text.h"
#include "axvp/training/architecture.h"

namespace axvp {
namespace {

constexpr double kPi = 3.14159265358979323846;

const std::vector<std::string> kSchedules{"constant", "step", "cosine"};

LearningRateSchedule schedule_named(const std::string& name) {
  if (name == "constant") return LearningRateSchedule::Constant;
  return name == "step" ? LearningRateSchedule::Step : LearningRateSchedule::Cosine;
}

constexpr const char* kMobilenetV2 = "mobilenet_v2";

ArchitectureSettings read_architecture(FieldReader& root) {
  ArchitectureSettings settings;
  settings.name = root.choice("network", trainable_networks(), settings.name);
  if (settings.name == kMobilenetV2) {
    settings.width_multiplier = root.number("width_multiplier", {0.1, 4.0}, settings.width_multiplier);
    settings.stem_stride = static_cast<int>(root.integer("stem_stride", {1, 2}, settings.stem_stride));
  } else {
    settings.width = static_cast<int>(root.integer("width", {1, 1024}, settings.width));
  }
  return settings;
}

OptimizerSettings read_optimizer(FieldReader reader) {
  OptimizerSettings settings;
  settings.learning_rate = reader.number("learning_rate", {0.0, 100.0, true}, settings.learning_rate);
  settings.schedule = schedule_named(reader.choice("schedule", kSchedules, "cosine"));
  settings.warmup_epochs = reader.number("warmup_epochs", {0.0, 1000.0}, settings.warmup_epochs);
  settings.momentum = reader.number("momentum", {0.0, 0.9999}, settings.momentum);
  settings.weight_decay = reader.number("weight_decay", {0.0, 1.0}, settings.weight_decay);
  return settings;
}

Augmentation read_augmentation(FieldReader reader) {
  Augmentation augmentation;
  augmentation.flip = reader.boolean("flip", augmentation.flip);
  augmentation.shift_pixels = static_cast<int>(reader.integer("shift_pixels", {0, 64}, augmentation.shift_pixels));
  return augmentation;
}

double decay(LearningRateSchedule schedule, double progress) {
  switch (schedule) {
    case LearningRateSchedule::Constant:
      return 1.0;
    case LearningRateSchedule::Step:
      return progress < 0.5 ? 1.0 : progress < 0.75 ? 0.1 : 0.01;
    case LearningRateSchedule::Cosine:
      return 0.5 * (1.0 + std::cos(kPi * progress));
  }
  return 1.0;
}

/// TOML's basic string.
std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') result += '\\';
    if (code < 0x20 || code == 0x7F)
      result += fmt::format("\\u{:04X}", code);
    else
      result += c;
  }
  return result + '"';
}

/// TOML tells floats from integers by the point.
std::string real(double number) {
  const std::string text = shortest(number);
  return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

std::string sizes_to_toml(const ArchitectureSettings& settings) {
  if (settings.name == kMobilenetV2)
    return fmt::format("width_multiplier = {}\nstem_stride = {}\n", real(settings.width_multiplier),
                       settings.stem_stride);
  return fmt::format("width = {}\n", settings.width);
}

std::string origin_to_toml(const TrainingRecipe& recipe) {
  if (!recipe.start.empty()) return fmt::format("start = {}\nnew_head = {}\n", quoted(recipe.start), recipe.new_head);
  return fmt::format("network = {}\n{}", quoted(recipe.architecture.name), sizes_to_toml(recipe.architecture));
}

}  // namespace

Result<TrainingRecipe> parse_recipe(const Document& document) {
  TrainingRecipe recipe;
  FieldReader root{document};
  if (root.has("start")) {
    recipe.start = root.string("start");
    recipe.new_head = root.boolean("new_head", recipe.new_head);
    if (root.has("network")) root.reject("network", "stands beside `start`: a run has one of them");
  } else {
    recipe.architecture = read_architecture(root);
  }
  recipe.train = root.string("train");
  recipe.validation = root.string("validation", "");
  recipe.test = root.string("test", "");
  recipe.epochs = static_cast<int>(root.integer("epochs", {1, 100000}, recipe.epochs));
  recipe.batch = static_cast<int>(root.integer("batch", {1, 65536}, recipe.batch));
  recipe.seed = static_cast<std::uint64_t>(root.integer("seed", {0}, static_cast<std::int64_t>(recipe.seed)));
  recipe.threads = static_cast<int>(root.integer("threads", {1, 1024}, recipe.threads));
  recipe.portable = root.boolean("portable", recipe.portable);
  recipe.optimizer = read_optimizer(root.table("optimizer"));
  recipe.augmentation = read_augmentation(root.table("augmentation"));
  if (auto done = root.finish(); !done) return forward_error(done);
  return recipe;
}

Result<TrainingRecipe> load_recipe(const std::filesystem::path& path) {
  const auto document = load_toml(path);
  if (!document) return forward_error(document);
  return parse_recipe(*document);
}

std::string to_toml(const TrainingRecipe& recipe) {
  const OptimizerSettings& optimizer = recipe.optimizer;
  return fmt::format(
      "{}train = {}\nvalidation = {}\ntest = {}\nepochs = {}\nbatch = {}\nseed = {}\n"
      "threads = {}\nportable = {}\n\n[optimizer]\nlearning_rate = {}\nschedule = {}\nwarmup_epochs = {}\nmomentum = "
      "{}\n"
      "weight_decay = {}\n\n[augmentation]\nflip = {}\nshift_pixels = {}\n",
      origin_to_toml(recipe), quoted(recipe.train), quoted(recipe.validation), quoted(recipe.test), recipe.epochs,
      recipe.batch, recipe.seed, recipe.threads, recipe.portable, real(optimizer.learning_rate),
      quoted(kSchedules[static_cast<std::size_t>(optimizer.schedule)]), real(optimizer.warmup_epochs),
      real(optimizer.momentum), real(optimizer.weight_decay), recipe.augmentation.flip,
      recipe.augmentation.shift_pixels);
}

double learning_rate_at(const OptimizerSettings& settings, std::uint64_t step, std::uint64_t steps,
                        std::uint64_t steps_per_epoch) {
  const double warmup = settings.warmup_epochs * static_cast<double>(steps_per_epoch);
  const auto done = static_cast<double>(step);
  const double rise = done + 1.0 < warmup ? (done + 1.0) / warmup : 1.0;
  return settings.learning_rate * rise * decay(settings.schedule, done / static_cast<double>(steps));
}

}  // namespace axvp
