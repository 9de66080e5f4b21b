#include "axvp/training/train.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "axvp/common/file.h"
#include "axvp/workloads/float_executor.h"
#include "axvp/workloads/synth10.h"

namespace axvp {
namespace {

using ::testing::HasSubstr;

TrainingRecipe small_recipe() {
  TrainingRecipe recipe;
  recipe.architecture.width = 4;
  recipe.train = "synth10:train";
  recipe.epochs = 3;
  recipe.batch = 32;
  return recipe;
}

TrainingData small_data() {
  return {synth10(Synth10Split::Train, 200), synth10(Synth10Split::Validation, 50), synth10(Synth10Split::Test, 70)};
}

std::vector<float> all_weights(const Network& network) {
  std::vector<float> weights;
  for (const Node& node : network.nodes)
    if (const auto* convolution = std::get_if<Convolution>(&node.operation))
      weights.insert(weights.end(), convolution->weights.begin(), convolution->weights.end());
  return weights;
}

/// A file that goes with the test.
class CheckpointFile {
 public:
  CheckpointFile() { std::filesystem::remove(path_); }
  ~CheckpointFile() { std::filesystem::remove(path_); }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_ =
      std::filesystem::path{::testing::TempDir()} /
      (std::string{"axvp_"} + ::testing::UnitTest::GetInstance()->current_test_info()->name() + ".checkpoint");
};

TEST(TrainTest, SameRecipeGivesTheSameNetwork) {
  const TrainingData data = small_data();
  const auto first = train_on(data, small_recipe(), {});
  const auto second = train_on(data, small_recipe(), {});
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(all_weights(first->network), all_weights(second->network));
  TrainingRecipe other = small_recipe();
  other.seed = 2;
  EXPECT_NE(all_weights(train_on(data, other, {})->network), all_weights(first->network));
}

TEST(TrainTest, ScoresAreThoseOfTheFloatExecutor) {
  const TrainingData data = small_data();
  const auto result = train_on(data, small_recipe(), {});
  ASSERT_TRUE(result) << result.error().message;
  ASSERT_EQ(result->epochs.size(), 3u);
  ASSERT_TRUE(result->test_accuracy);
  int correct = 0;
  for (const Image& image : data.test.images) {
    const auto logits = run_float_logits(result->network, preprocess(image, result->network.preprocessing));
    correct += std::max_element(logits.begin(), logits.end()) - logits.begin() == image.label;
  }
  EXPECT_DOUBLE_EQ(*result->test_accuracy, correct / 70.0);
}

TEST(TrainTest, RunThatWasKilledEndsWithTheSameNetwork) {
  const TrainingData data = small_data();
  const auto whole = train_on(data, small_recipe(), {});
  const CheckpointFile file;
  // What a kill after two epochs leaves is the checkpoint of that time.
  TrainingOptions options;
  options.checkpoint = file.path();
  std::vector<std::string> checkpoints;
  options.after_epoch = [&](const EpochReport&) { checkpoints.push_back(read_text_file(file.path()).value()); };
  ASSERT_TRUE(train_on(data, small_recipe(), options));
  ASSERT_EQ(checkpoints.size(), 3u);
  ASSERT_TRUE(write_file_atomically(file.path(), checkpoints[1]));
  options.after_epoch = {};
  const auto resumed = train_on(data, small_recipe(), options);
  ASSERT_TRUE(resumed) << resumed.error().message;
  EXPECT_EQ(resumed->resumed_epochs, 2);
  EXPECT_EQ(resumed->epochs.size(), 3u);
  EXPECT_EQ(all_weights(resumed->network), all_weights(whole->network));
}

/// A trained network, as an ONNX file would give it: BatchNorms are scales and offsets.
Network trained() {
  return train_on(small_data(), small_recipe(), {})->network;
}

Network untrained() {
  return make_architecture(small_recipe().architecture, {3, 32, 32}, 10, 1)->network;
}

TEST(TrainTest, FineTuningStartsFromTheNetworkAndReplacesItsHead) {
  const Network start = untrained();
  const auto architecture = continue_network(start, 4, true, 9);
  ASSERT_TRUE(architecture) << architecture.error().message;
  const Network& network = architecture->network;
  EXPECT_EQ(network.tensors[network.output].shape.channels, 4);
  const std::vector<float> before = all_weights(start), after = all_weights(network);
  const std::size_t body = before.size() - 10 * 16;  // 16 channels into the classifier
  ASSERT_EQ(after.size(), body + 4 * 16);
  EXPECT_TRUE(std::equal(before.begin(), before.begin() + static_cast<std::ptrdiff_t>(body), after.begin()));
  for (std::size_t i = body; i < after.size(); ++i) EXPECT_LE(std::abs(after[i]), 0.25F);  // 1 / sqrt(16)
}

TEST(TrainTest, FineTuningWithoutAStepKeepsTheLogits) {
  const Network start = trained();
  TrainingRecipe recipe = small_recipe();
  recipe.start = "start.onnx";
  recipe.new_head = false;
  recipe.epochs = 1;
  recipe.optimizer.learning_rate = 1e-30;
  const TrainingData data = small_data();
  const auto result = train_on(data, recipe, {}, &start);
  ASSERT_TRUE(result) << result.error().message;
  const auto pixels = preprocess(data.test.images[0], start.preprocessing);
  const auto before = run_float_logits(start, pixels), after = run_float_logits(result->network, pixels);
  for (std::size_t c = 0; c < before.size(); ++c) EXPECT_NEAR(before[c], after[c], 1e-4) << c;
}

TEST(TrainTest, FineTuningLearns) {
  const Network start = trained();
  TrainingRecipe recipe = small_recipe();
  recipe.start = "start.onnx";
  recipe.optimizer.learning_rate = 0.02;
  recipe.epochs = 4;
  const auto result = train_on(small_data(), recipe, {}, &start);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_LT(result->epochs.back().loss, result->epochs.front().loss);
}

TEST(TrainTest, FineTuningRefusesWhatDoesNotFit) {
  const Network start = untrained();
  EXPECT_THAT(continue_network(start, 4, false, 1).error().message, HasSubstr("10 outputs for 4 classes; `new_head"));
  EXPECT_THAT(continue_network(start, 1, true, 1).error().message, HasSubstr("1 classes, at least 2 expected"));
}

TEST(TrainTest, CheckpointOfAnotherRecipeIsRefused) {
  const TrainingData data = small_data();
  const CheckpointFile file;
  TrainingOptions options;
  options.checkpoint = file.path();
  TrainingRecipe recipe = small_recipe();
  recipe.epochs = 1;
  ASSERT_TRUE(train_on(data, recipe, options));
  recipe.optimizer.learning_rate = 0.2;
  EXPECT_THAT(train_on(data, recipe, options).error().message, HasSubstr("checkpoint of another recipe"));
}

TEST(TrainTest, DivergenceIsAnErrorNotANetwork) {
  TrainingRecipe recipe = small_recipe();
  recipe.optimizer.learning_rate = 100.0;
  recipe.optimizer.weight_decay = 1.0;
  recipe.epochs = 40;
  EXPECT_THAT(train_on(small_data(), recipe, {}).error().message, HasSubstr("lower optimizer.learning_rate"));
}

TEST(TrainTest, BadDataAreRefused) {
  TrainingData data = small_data();
  TrainingRecipe recipe = small_recipe();
  recipe.batch = 500;
  EXPECT_THAT(train_on(data, recipe, {}).error().message, HasSubstr("200 images do not fill a batch of 500"));
  data.validation.images[3].height = 16;
  EXPECT_THAT(train_on(data, small_recipe(), {}).error().message, HasSubstr("synth10:validation: image 3 has 16x32"));
  data.validation.images.clear();
  data.test.images[1].label = 10;
  EXPECT_THAT(train_on(data, small_recipe(), {}).error().message, HasSubstr("image 1 has class 10"));
  recipe = small_recipe();
  recipe.train = "synth11:train";
  EXPECT_FALSE(train(recipe, {}));
}

}  // namespace
}  // namespace axvp
