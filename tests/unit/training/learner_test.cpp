#include "learner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "axvp/workloads/float_executor.h"
#include "axvp/workloads/synth10.h"

namespace axvp {
namespace {

using ::testing::HasSubstr;

const Augmentation kNone{false, 0};

Architecture small_resnet(std::uint64_t seed = 1) {
  return make_architecture({"resnet8", 4}, {3, 32, 32}, 10, seed).value();
}

Batch first_images(std::size_t count) {
  const Dataset data = synth10(Synth10Split::Train, count);
  std::vector<std::size_t> order(count);
  for (std::size_t i = 0; i < count; ++i) order[i] = i;
  return make_batch(data, {}, order, 0, count, kNone, 0);
}

TEST(LearnerTest, LossOfTheSameBatchFalls) {
  Learner learner{small_resnet(), {}, 1};
  const Batch batch = first_images(40);
  const double first = learner.step(batch, 0.05).loss;
  double last = first;
  for (int step = 0; step < 30; ++step) last = learner.step(batch, 0.05).loss;
  EXPECT_NEAR(first, std::log(10.0), 0.5);  // ten classes, nothing known
  EXPECT_LT(last, 0.8 * first);
}

TEST(LearnerTest, NetworkInTheFloatExecutorGivesTorchsLogits) {
  Learner learner{small_resnet(), {}, 1};
  const Batch batch = first_images(20);
  for (int step = 0; step < 20; ++step) static_cast<void>(learner.step(batch, 0.05));
  const std::vector<float> logits = learner.logits(batch);
  const Network network = learner.network();
  ASSERT_EQ(logits.size(), 200u);
  const std::size_t size = batch.shape.size();
  for (std::size_t i = 0; i < 20; ++i) {
    const auto first = batch.pixels.begin() + static_cast<std::ptrdiff_t>(i * size);
    const std::vector<float> own = run_float_logits(network, {first, first + static_cast<std::ptrdiff_t>(size)});
    ASSERT_EQ(own.size(), 10u);
    for (std::size_t c = 0; c < 10; ++c)
      EXPECT_NEAR(own[c], logits[i * 10 + c], 1e-4) << "image " << i << ", class " << c;
  }
}

TEST(LearnerTest, StepIsTheGradientDescentOfTheTextbook) {
  // One linear layer on 1x1 images, by hand: d loss / d logit = softmax - 1[class], averaged over the batch.
  Architecture architecture;
  Network& network = architecture.network;
  network.tensors = {{"input", {3, 1, 1}}, {"product", {2, 1, 1}}, {"logits", {2, 1, 1}}};
  Convolution convolution;
  convolution.output_channels = 2;
  convolution.weights = {0.5F, -0.25F, 1.0F, 0.0F, 0.75F, -1.0F};
  network.nodes = {{"linear", convolution, {0}, 1}, {"bias", ChannelAffine{{1, 1}, {0.1, -0.1}}, {1}, 2}};
  network.output = 2;
  OptimizerSettings settings;
  settings.momentum = 0.9;
  settings.weight_decay = 0.01;
  Learner learner{architecture, settings, 1};
  const Batch batch{{3, 1, 1}, {1.0F, 2.0F, -1.0F}, {1}};

  std::vector<double> weights{0.5, -0.25, 1.0, 0.0, 0.75, -1.0, 0.1, -0.1};
  std::vector<double> momenta(8, 0.0);
  const double x[3] = {1.0, 2.0, -1.0};
  for (int step = 0; step < 3; ++step) {
    double logits[2];
    for (std::size_t k = 0; k < 2; ++k) {
      logits[k] = weights[6 + k];
      for (std::size_t c = 0; c < 3; ++c) logits[k] += weights[3 * k + c] * x[c];
    }
    const double sum = std::exp(logits[0]) + std::exp(logits[1]);
    EXPECT_NEAR(learner.step(batch, 0.1).loss, std::log(sum) - logits[1], 1e-6) << "step " << step;
    for (std::size_t k = 0; k < 2; ++k) {
      const double slope = std::exp(logits[k]) / sum - (k == 1 ? 1.0 : 0.0);
      for (std::size_t c = 0; c < 4; ++c) {
        const std::size_t i = c < 3 ? 3 * k + c : 6 + k;
        momenta[i] = 0.9 * momenta[i] + slope * (c < 3 ? x[c] : 1.0) + 0.01 * weights[i];
        weights[i] -= 0.1 * momenta[i];
      }
    }
  }
  const Network trained = learner.network();
  const auto& stored = std::get<Convolution>(trained.nodes[0].operation).weights;
  for (std::size_t i = 0; i < 6; ++i) EXPECT_NEAR(stored[i], weights[i], 1e-6) << i;
  const auto& bias = std::get<ChannelAffine>(trained.nodes[1].operation);
  EXPECT_EQ(bias.scale, (std::vector<double>{1.0, 1.0}));
  for (std::size_t k = 0; k < 2; ++k) EXPECT_NEAR(bias.offset[k], weights[6 + k], 1e-6) << k;
}

TEST(LearnerTest, RestoredStateGoesOnAsIfNeverStopped) {
  const Batch batch = first_images(20);
  Learner whole{small_resnet(), {}, 1};
  for (int step = 0; step < 3; ++step) static_cast<void>(whole.step(batch, 0.05));
  const std::string state = whole.save("three steps");
  for (int step = 0; step < 3; ++step) static_cast<void>(whole.step(batch, 0.05));

  Learner resumed{small_resnet(2), {}, 1};  // other first weights: all of them must come from the state
  const auto remark = resumed.restore(state);
  ASSERT_TRUE(remark) << remark.error().message;
  EXPECT_EQ(*remark, "three steps");
  for (int step = 0; step < 3; ++step) static_cast<void>(resumed.step(batch, 0.05));
  EXPECT_EQ(resumed.logits(batch), whole.logits(batch));
}

TEST(LearnerTest, RefusesWhatIsNoCheckpoint) {
  Learner learner{small_resnet(), {}, 1};
  EXPECT_THAT(learner.restore("not an archive").error().message, HasSubstr("not a checkpoint"));
  const std::string state = learner.save("");
  EXPECT_THAT(learner.restore(state.substr(0, state.size() / 2)).error().message, HasSubstr("not a checkpoint"));
  Learner other{make_architecture({"resnet8", 8}, {3, 32, 32}, 10, 1).value(), {}, 1};
  EXPECT_THAT(other.restore(state).error().message, HasSubstr("not a checkpoint"));
}

}  // namespace
}  // namespace axvp
