#include "axvp/training/recipe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace axvp {
namespace {

using ::testing::HasSubstr;

Result<TrainingRecipe> parsed(const std::string& text) {
  const auto document = parse_toml(text, "recipe.toml");
  if (!document) return forward_error(document);
  return parse_recipe(*document);
}

TEST(RecipeTest, ReadsEveryField) {
  const auto recipe = parsed(R"(
network = "resnet20"
width = 8
train = "synth10:train"
validation = "synth10:validation"
test = "synth10:test"
epochs = 3
batch = 32
seed = 99
threads = 2
portable = true
[optimizer]
learning_rate = 0.05
schedule = "step"
warmup_epochs = 0.5
momentum = 0.8
weight_decay = 0.001
[augmentation]
flip = false
shift_pixels = 4
)");
  ASSERT_TRUE(recipe) << recipe.error().message;
  EXPECT_EQ(recipe->architecture.name, "resnet20");
  EXPECT_EQ(recipe->architecture.width, 8);
  EXPECT_EQ(recipe->train, "synth10:train");
  EXPECT_EQ(recipe->validation, "synth10:validation");
  EXPECT_EQ(recipe->test, "synth10:test");
  EXPECT_EQ(recipe->epochs, 3);
  EXPECT_EQ(recipe->batch, 32);
  EXPECT_EQ(recipe->seed, 99u);
  EXPECT_EQ(recipe->threads, 2);
  EXPECT_TRUE(recipe->portable);
  EXPECT_EQ(recipe->optimizer.learning_rate, 0.05);
  EXPECT_EQ(recipe->optimizer.schedule, LearningRateSchedule::Step);
  EXPECT_EQ(recipe->optimizer.warmup_epochs, 0.5);
  EXPECT_EQ(recipe->optimizer.momentum, 0.8);
  EXPECT_EQ(recipe->optimizer.weight_decay, 0.001);
  EXPECT_FALSE(recipe->augmentation.flip);
  EXPECT_EQ(recipe->augmentation.shift_pixels, 4);
}

TEST(RecipeTest, SizesAreThoseOfTheNetwork) {
  const auto recipe =
      parsed("network = \"mobilenet_v2\"\nwidth_multiplier = 0.5\nstem_stride = 1\ntrain = \"synth10:train\"");
  ASSERT_TRUE(recipe) << recipe.error().message;
  EXPECT_EQ(recipe->architecture.width_multiplier, 0.5);
  EXPECT_EQ(recipe->architecture.stem_stride, 1);
  const auto again = parsed(to_toml(*recipe));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(to_toml(*again), to_toml(*recipe));
  EXPECT_THAT(parsed("network = \"mobilenet_v2\"\nwidth = 16\ntrain = \"a\"").error().message, HasSubstr("width"));
  EXPECT_THAT(parsed("network = \"resnet8\"\nstem_stride = 1\ntrain = \"a\"").error().message,
              HasSubstr("stem_stride"));
}

TEST(RecipeTest, FineTuningNamesItsStart) {
  const auto recipe = parsed("start = \"net.onnx\"\nnew_head = false\ntrain = \"synth10:train\"");
  ASSERT_TRUE(recipe) << recipe.error().message;
  EXPECT_EQ(recipe->start, "net.onnx");
  EXPECT_FALSE(recipe->new_head);
  const auto again = parsed(to_toml(*recipe));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(to_toml(*again), to_toml(*recipe));
  EXPECT_THAT(parsed("start = \"a\"\nnetwork = \"resnet8\"\ntrain = \"a\"").error().message,
              HasSubstr("stands beside `start`"));
}

TEST(RecipeTest, WrittenRecipeReadsBackTheSame) {
  TrainingRecipe recipe;
  recipe.train = "cifar10:a \"quoted\" \\ path.bin";
  recipe.seed = 7;
  recipe.optimizer.learning_rate = 1.0;
  recipe.optimizer.schedule = LearningRateSchedule::Constant;
  recipe.optimizer.weight_decay = 1e-5;
  const auto again = parsed(to_toml(recipe));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->train, recipe.train);
  EXPECT_EQ(again->optimizer.schedule, LearningRateSchedule::Constant);
  EXPECT_EQ(to_toml(*again), to_toml(recipe));
}

struct BadRecipe {
  const char* text;
  const char* message;
};

class BadRecipeTest : public ::testing::TestWithParam<BadRecipe> {};

TEST_P(BadRecipeTest, IsRefusedWithItsPlace) {
  const auto recipe = parsed(GetParam().text);
  ASSERT_FALSE(recipe);
  EXPECT_THAT(recipe.error().message, HasSubstr(GetParam().message));
  EXPECT_THAT(recipe.error().message, HasSubstr("recipe.toml"));
}

INSTANTIATE_TEST_SUITE_P(
    Inputs, BadRecipeTest,
    ::testing::Values(BadRecipe{"epochs = 3", "train"}, BadRecipe{"train = \"a\"\nepoch = 3", "did you mean `epochs`"},
                      BadRecipe{"train = \"a\"\nnetwork = \"resnet21\"", "resnet20"},
                      BadRecipe{"train = \"a\"\nepochs = 0", "line 2"}, BadRecipe{"train = \"a\"\nseed = -1", "line 2"},
                      BadRecipe{"train = \"a\"\n[optimizer]\nlearning_rate = 0.0", "learning_rate"},
                      BadRecipe{"train = \"a\"\n[optimizer]\nschedule = \"cosinus\"", "cosine"},
                      BadRecipe{"train = \"a\"\n[augmentation]\nflip = 1", "flip"}));

TEST(LearningRateTest, FollowsItsSchedule) {
  OptimizerSettings settings;
  settings.learning_rate = 0.4;
  settings.schedule = LearningRateSchedule::Constant;
  EXPECT_DOUBLE_EQ(learning_rate_at(settings, 99, 100, 10), 0.4);
  settings.schedule = LearningRateSchedule::Step;
  EXPECT_DOUBLE_EQ(learning_rate_at(settings, 49, 100, 10), 0.4);
  EXPECT_DOUBLE_EQ(learning_rate_at(settings, 50, 100, 10), 0.04);
  EXPECT_DOUBLE_EQ(learning_rate_at(settings, 75, 100, 10), 0.004);
  settings.schedule = LearningRateSchedule::Cosine;
  EXPECT_DOUBLE_EQ(learning_rate_at(settings, 0, 100, 10), 0.4);
  EXPECT_DOUBLE_EQ(learning_rate_at(settings, 50, 100, 10), 0.2);
  EXPECT_NEAR(learning_rate_at(settings, 25, 100, 10), 0.2 * (1.0 + 0.70710678118654752), 1e-12);
}

TEST(LearningRateTest, RisesInAStraightLineAtFirst) {
  OptimizerSettings settings;
  settings.learning_rate = 1.0;
  settings.schedule = LearningRateSchedule::Constant;
  settings.warmup_epochs = 0.5;
  EXPECT_DOUBLE_EQ(learning_rate_at(settings, 0, 100, 8), 0.25);
  EXPECT_DOUBLE_EQ(learning_rate_at(settings, 2, 100, 8), 0.75);
  EXPECT_DOUBLE_EQ(learning_rate_at(settings, 3, 100, 8), 1.0);
  EXPECT_DOUBLE_EQ(learning_rate_at(settings, 4, 100, 8), 1.0);
}

}  // namespace
}  // namespace axvp
