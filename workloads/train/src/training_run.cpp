#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

#include "axvp/common/file.h"
#include "axvp/common/hash.h"
#include "axvp/common/random.h"
#include "axvp/training/architecture.h"
#include "axvp/training/train.h"
#include "axvp/workloads/onnx_export.h"
#include "batch.h"
#include "learner.h"

namespace axvp {
namespace {

using nlohmann::json;

constexpr std::size_t kScoringBatch = 250;  // images

// Streams of the recipe's seed.
constexpr std::uint64_t kWeightStream = 0;
constexpr std::uint64_t kOrderStream = 1;
constexpr std::uint64_t kAugmentationStream = 2;

Result<void> check_images(const Dataset& data, const Shape& shape, int classes) {
  for (std::size_t i = 0; i < data.images.size(); ++i) {
    const Image& image = data.images[i];
    if (image.height != shape.height || image.width != shape.width)
      return fail("{}: image {} has {}x{} pixels, {}x{} expected; all images of a training run have one size",
                  data.name, i, image.height, image.width, shape.height, shape.width);
    if (image.label < 0 || image.label >= classes)
      return fail("{}: image {} has class {}, expected 0 to {}", data.name, i, image.label, classes - 1);
  }
  return {};
}

json epoch_json(const EpochReport& report) {
  return {{"epoch", report.epoch},
          {"loss", report.loss},
          {"train_accuracy", report.train_accuracy},
          {"learning_rate", report.learning_rate},
          {"validation_accuracy", report.validation_accuracy ? json(*report.validation_accuracy) : json()},
          {"seconds", report.seconds}};
}

EpochReport epoch_from(const json& value) {
  EpochReport report;
  report.epoch = value.at("epoch").get<int>();
  report.loss = value.at("loss").get<double>();
  report.train_accuracy = value.at("train_accuracy").get<double>();
  report.learning_rate = value.at("learning_rate").get<double>();
  if (!value.at("validation_accuracy").is_null())
    report.validation_accuracy = value.at("validation_accuracy").get<double>();
  report.seconds = value.at("seconds").get<double>();
  return report;
}

class TrainingRun {
 public:
  TrainingRun(const TrainingData& data, const TrainingRecipe& recipe, const TrainingOptions& options,
              const Architecture& architecture)
      : data_(data),
        recipe_(recipe),
        options_(options),
        preprocessing_(architecture.network.preprocessing),
        steps_per_epoch_(data.train.images.size() / static_cast<std::size_t>(recipe.batch)),
        learner_(architecture, recipe.optimizer, recipe.threads),
        progress_(options.progress, "train", static_cast<std::uint64_t>(recipe.epochs) * images_per_epoch(), "images") {
    if (!recipe.start.empty()) start_sha256_ = sha256(export_onnx(architecture.network));
    result_.train_images = data.train.images.size();
    result_.train_sha256 = data.train.sha256;
  }

  Result<TrainingResult> run() {
    if (auto resumed = resume(); !resumed) return forward_error(resumed);
    for (int epoch = result_.resumed_epochs + 1; epoch <= recipe_.epochs; ++epoch) {
      auto report = learn(epoch);
      if (!report) return forward_error(report);
      if (!data_.validation.images.empty()) report->validation_accuracy = score(data_.validation);
      result_.epochs.push_back(*report);
      if (auto saved = save(); !saved) return forward_error(saved);
      if (options_.after_epoch) options_.after_epoch(*report);
    }
    if (!data_.test.images.empty()) result_.test_accuracy = score(data_.test);
    result_.network = learner_.network();
    progress_.finish(remark());
    return std::move(result_);
  }

 private:
  [[nodiscard]] std::size_t images_per_epoch() const {
    return steps_per_epoch_ * static_cast<std::size_t>(recipe_.batch);
  }

  /// What must agree for a checkpoint to be continued.
  [[nodiscard]] std::string identity() const { return sha256(to_toml(recipe_) + data_.train.sha256 + start_sha256_); }

  Result<void> resume() {
    if (options_.checkpoint.empty() || !std::filesystem::exists(options_.checkpoint)) return {};
    const std::string name = options_.checkpoint.string();
    const auto bytes = read_text_file(options_.checkpoint);
    if (!bytes) return forward_error(bytes);
    const auto stored = learner_.restore(*bytes);
    if (!stored) return fail_in(name, stored);
    const json remark = json::parse(*stored, nullptr, false);
    if (remark.is_discarded() || remark.value("identity", "") != identity())
      return fail("{}: checkpoint of another recipe or data set; remove it or name another file", name);
    for (const json& epoch : remark.at("epochs")) result_.epochs.push_back(epoch_from(epoch));
    result_.resumed_epochs = static_cast<int>(result_.epochs.size());
    return {};
  }

  Result<void> save() {
    if (options_.checkpoint.empty()) return {};
    json epochs = json::array();
    for (const EpochReport& report : result_.epochs) epochs.push_back(epoch_json(report));
    const json stored{{"identity", identity()}, {"epochs", epochs}};
    return write_file_atomically(options_.checkpoint, learner_.save(stored.dump()));
  }

  /// One pass over the images in an order of its own; those that do not fill a last batch are left out.
  Result<EpochReport> learn(int epoch) {
    const auto start = std::chrono::steady_clock::now();
    const auto pass = static_cast<std::uint64_t>(epoch - 1);
    const auto steps = static_cast<std::uint64_t>(recipe_.epochs) * steps_per_epoch_;
    const std::vector<std::size_t> order = shuffled(pass);
    const std::uint64_t augmentation_seed = derive_seed(derive_seed(recipe_.seed, kAugmentationStream), pass);
    const auto batch_size = static_cast<std::size_t>(recipe_.batch);
    EpochReport report;
    report.epoch = epoch;
    double loss = 0.0;
    std::int64_t correct = 0;
    for (std::size_t step = 0; step < steps_per_epoch_; ++step) {
      report.learning_rate =
          learning_rate_at(recipe_.optimizer, pass * steps_per_epoch_ + step, steps, steps_per_epoch_);
      const Batch batch = make_batch(data_.train, preprocessing_, order, step * batch_size, batch_size,
                                     recipe_.augmentation, augmentation_seed);
      const StepResult done = learner_.step(batch, report.learning_rate);
      if (!std::isfinite(done.loss))
        return fail("epoch {}, step {}: the loss is no longer finite; lower optimizer.learning_rate", epoch, step + 1);
      loss += done.loss;
      correct += done.correct;
      report.loss = loss / static_cast<double>(step + 1);
      report.train_accuracy = static_cast<double>(correct) / static_cast<double>((step + 1) * batch_size);
      progress_.update(pass * images_per_epoch() + (step + 1) * batch_size, remark(report));
    }
    report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return report;
  }

  [[nodiscard]] std::vector<std::size_t> shuffled(std::uint64_t pass) const {
    std::vector<std::size_t> order(data_.train.images.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    Random random{derive_seed(derive_seed(recipe_.seed, kOrderStream), pass)};
    random.shuffle(order);
    return order;
  }

  /// Top-1 accuracy in evaluation mode.
  [[nodiscard]] double score(const Dataset& data) {
    std::vector<std::size_t> order(data.images.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::size_t correct = 0;
    for (std::size_t first = 0; first < order.size(); first += kScoringBatch) {
      const std::size_t count = std::min(kScoringBatch, order.size() - first);
      const Batch batch = make_batch(data, preprocessing_, order, first, count, {false, 0}, 0);
      const std::vector<float> logits = learner_.logits(batch);
      const std::size_t classes = logits.size() / count;
      for (std::size_t i = 0; i < count; ++i) {
        const auto row = logits.begin() + static_cast<std::ptrdiff_t>(i * classes);
        const auto best = std::max_element(row, row + static_cast<std::ptrdiff_t>(classes)) - row;
        correct += best == batch.labels[i] ? 1 : 0;
      }
    }
    return static_cast<double>(correct) / static_cast<double>(data.images.size());
  }

  /// "epoch 3/12, loss 0.412, accuracy 85.3 %, validation 88.1 %"
  [[nodiscard]] std::string remark(const EpochReport& report) const {
    std::string text = fmt::format("epoch {}/{}, loss {:.3f}, accuracy {:.1f} %", report.epoch, recipe_.epochs,
                                   report.loss, 100.0 * report.train_accuracy);
    if (!result_.epochs.empty() && result_.epochs.back().validation_accuracy)
      text += fmt::format(", validation {:.1f} %", 100.0 * *result_.epochs.back().validation_accuracy);
    return text;
  }
  [[nodiscard]] std::string remark() const {
    std::string text = result_.epochs.empty() ? "" : remark(result_.epochs.back());
    if (result_.test_accuracy) text += fmt::format(", test {:.2f} %", 100.0 * *result_.test_accuracy);
    return text;
  }

  const TrainingData& data_;
  const TrainingRecipe& recipe_;
  const TrainingOptions& options_;
  Preprocessing preprocessing_;
  std::string start_sha256_;
  std::size_t steps_per_epoch_;
  Learner learner_;
  Progress progress_;
  TrainingResult result_;
};

}  // namespace

double TrainingResult::images_per_second() const {
  double seconds = 0.0;
  const auto own = epochs.begin() + resumed_epochs;
  for (auto report = own; report != epochs.end(); ++report) seconds += report->seconds;
  return seconds > 0.0 ? static_cast<double>(train_images) * static_cast<double>(epochs.end() - own) / seconds : 0.0;
}

Result<TrainingResult> train_on(const TrainingData& data, const TrainingRecipe& recipe, const TrainingOptions& options,
                                const Network* start) {
  if (data.train.images.size() < static_cast<std::size_t>(recipe.batch))
    return fail("{}: {} images do not fill a batch of {}", data.train.name, data.train.images.size(), recipe.batch);
  const Shape shape = start != nullptr ? start->tensors[start->input].shape
                                       : Shape{3, data.train.images.front().height, data.train.images.front().width};
  if (shape.channels != 3) return fail("{}: {} input channels, expected 3", start->name, shape.channels);
  for (const Dataset* set : {&data.train, &data.validation, &data.test})
    if (auto checked = check_images(*set, shape, data.train.classes); !checked) return forward_error(checked);
  const std::uint64_t seed = derive_seed(recipe.seed, kWeightStream);
  const auto architecture = start != nullptr ? continue_network(*start, data.train.classes, recipe.new_head, seed)
                                             : make_architecture(recipe.architecture, shape, data.train.classes, seed);
  if (!architecture) return forward_error(architecture);
  return TrainingRun{data, recipe, options, *architecture}.run();
}

json to_json(const TrainingResult& result) {
  json epochs = json::array();
  for (const EpochReport& report : result.epochs) epochs.push_back(epoch_json(report));
  return {{"epochs", epochs},
          {"test_accuracy", result.test_accuracy ? json(*result.test_accuracy) : json()},
          {"train_images", result.train_images},
          {"train_sha256", result.train_sha256},
          {"images_per_second", result.images_per_second()}};
}

}  // namespace axvp
