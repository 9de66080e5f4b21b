// The policy `margin` on the platform against the plain executor's logits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>

#include "axvp/accel/register_map.h"
#include "axvp/qos/cascade.h"
#include "axvp/sc_models/platform.h"
#include "child_run.h"
#include "platform_bench.h"
#include "small_network.h"

namespace axvp {
namespace {

using ::testing::ElementsAre;
using testing::executor_logits;
using ::testing::HasSubstr;
using testing::make_point;
using testing::NetworkBuilder;
using testing::PlatformBench;
using testing::random_input;
using testing::square_window;

constexpr double kStep = 0.125;  // exact in binary, so that thresholds can be met exactly

/// One convolution, then a classifier over what is left of the image.
QuantizedNetwork classifier_network(int classes, int side) {
  NetworkBuilder b{5};
  const TensorId features = b.convolution(b.input({3, 8, 8}, ElementType::Signed8), 12, square_window(3, 1, 1));
  auto network = b.classifier(b.average_pool(features, square_window(8 / side, 8 / side, 0)), classes);
  network.tensors[network.output].scale = kStep;
  return network;
}

std::uint32_t margin_of(std::vector<std::int32_t> logits) {
  std::sort(logits.rbegin(), logits.rend());
  return static_cast<std::uint32_t>(std::int64_t{logits[0]} - logits[1]);
}

class PlatformMargin : public ::testing::Test {
 protected:
  explicit PlatformMargin(QuantizedNetwork network = classifier_network(10, 1)) : network_(std::move(network)) {
    config_.dram.size_mb = 1;
    points_ = {make_point(network_, "exact", {"exact"}, 1), make_point(network_, "middle", {"coarse", "exact"}, 2),
               make_point(network_, "eco", {"shifted"}, 3)};
  }

  [[nodiscard]] PlatformInputs inputs(std::size_t images, std::vector<MarginStage> cascade) const {
    PlatformInputs inputs;
    inputs.config = config_;
    inputs.pool = testing::small_pool();
    inputs.energy = testing::small_energy_table();
    inputs.program = *compile(network_, points_, inputs.pool, config_);
    inputs.policy.kind = PolicyKind::Margin;
    inputs.policy.cascade = std::move(cascade);
    for (std::size_t i = 0; i < images; ++i) inputs.inputs.push_back(random_input(network_, i));
    return inputs;
  }
  /// Of the plain executor.
  [[nodiscard]] std::vector<std::int32_t> logits(std::size_t point, std::size_t image) const {
    return executor_logits(network_, points_[point], testing::small_pool(), random_input(network_, image));
  }
  [[nodiscard]] std::vector<PointAnswer> answers(std::size_t point, std::size_t images) const {
    std::vector<PointAnswer> answers;
    for (std::size_t i = 0; i < images; ++i) answers.push_back(answer_of(logits(point, i), kStep));
    return answers;
  }
  /// Margin of image `image` at a point, in float units.
  [[nodiscard]] double margin(std::size_t point, std::size_t image) const {
    return kStep * margin_of(logits(point, image));
  }

  QuantizedNetwork network_;
  std::vector<OperatingPoint> points_;
  PlatformConfig config_;
};

/// A threshold that no margin exceeds: every stage of every image runs and leaves its margin.
constexpr double kEveryMargin = 1e12;

void expect_every_margin(const PlatformResult& result, const std::vector<std::size_t>& points, std::size_t images,
                         const std::function<std::vector<std::int32_t>(std::size_t, std::size_t)>& logits) {
  ASSERT_EQ(result.inferences.size(), points.size() * images);
  for (std::size_t i = 0; i < result.inferences.size(); ++i) {
    const InferenceRecord& record = result.inferences[i];
    const std::size_t image = i / points.size(), stage = i % points.size();
    EXPECT_EQ(record.index, image);
    EXPECT_EQ(record.point, points[stage]);
    const auto expected = logits(record.point, image);
    EXPECT_EQ(record.is_answer, stage + 1 == points.size());
    if (record.is_answer)
      EXPECT_THAT(record.logits, ElementsAre(expected)) << "image " << image;
    else
      EXPECT_EQ(record.margin, margin_of(expected)) << "image " << image << " at point " << record.point;
  }
}

TEST_F(PlatformMargin, RegisterHoldsTheLogitsMarginOfEveryImage) {
  const std::vector<std::size_t> order{2, 1, 0};
  const auto result = run_platform(inputs(12, {{2, kEveryMargin}, {1, kEveryMargin}, {0}}));
  ASSERT_TRUE(result) << result.error().message;
  expect_every_margin(*result, order, 12, [&](std::size_t p, std::size_t i) { return logits(p, i); });
}

TEST_F(PlatformMargin, RegisterHoldsTheLeastMarginOfABatch) {
  config_.batch = 3;
  const auto result = run_platform(inputs(12, {{2, kEveryMargin}, {0}}));
  ASSERT_TRUE(result) << result.error().message;
  ASSERT_EQ(result->inferences.size(), 8u);
  std::set<std::size_t> places;  // of the least within its batch
  for (std::size_t i = 0; i < 4; ++i) {
    const InferenceRecord &first = result->inferences[2 * i], &second = result->inferences[2 * i + 1];
    std::vector<std::uint32_t> margins;
    for (std::size_t image = 3 * i; image < 3 * i + 3; ++image) margins.push_back(margin_of(logits(2, image)));
    const auto least = std::min_element(margins.begin(), margins.end());
    places.insert(static_cast<std::size_t>(least - margins.begin()));
    EXPECT_EQ(first.margin, *least);
    EXPECT_TRUE(first.logits.empty());
    EXPECT_THAT(second.logits, ElementsAre(logits(0, 3 * i), logits(0, 3 * i + 1), logits(0, 3 * i + 2)));
  }
  EXPECT_GT(places.size(), 1u) << "images whose least margin is not always the first one's";
}

class PlatformMarginOfManyClasses : public PlatformMargin {
 protected:
  PlatformMarginOfManyClasses() : PlatformMargin(classifier_network(200, 1)) {
    config_.array = {8, 8};
    config_.scratchpads.weight_kb = 1;  // the classifier's channels come in groups
  }
};

TEST_F(PlatformMarginOfManyClasses, RegisterComparesAllGroupsOfChannels) {
  const auto result = run_platform(inputs(6, {{2, kEveryMargin}, {0}}));
  ASSERT_TRUE(result) << result.error().message;
  expect_every_margin(*result, {2, 0}, 6, [&](std::size_t p, std::size_t i) { return logits(p, i); });
}

class PlatformMarginOfAnImage : public PlatformMargin {
 protected:
  PlatformMarginOfAnImage() : PlatformMargin(classifier_network(3, 8)) {
    config_.scratchpads.activation_kb = 1;  // the output comes in tiles of rows
  }
};

TEST_F(PlatformMarginOfAnImage, RegisterComparesAllTilesOfTheOutput) {
  const auto run = inputs(6, {{2, kEveryMargin}, {0}});
  ASSERT_GT(tile_count(run.program.descriptors.back()), 1);
  const auto result = run_platform(run);
  ASSERT_TRUE(result) << result.error().message;
  expect_every_margin(*result, {2, 0}, 6, [&](std::size_t p, std::size_t i) { return logits(p, i); });
}

TEST_F(PlatformMargin, DecidesAsTheCascadePredictsAndPaysForEveryStage) {
  constexpr std::size_t kImages = 30;
  // Thresholds that are margins themselves: "at most" includes them.
  std::vector<double> eco, middle;
  for (std::size_t i = 0; i < kImages; ++i) {
    eco.push_back(margin(2, i));
    middle.push_back(margin(1, i));
  }
  std::sort(eco.begin(), eco.end());
  std::sort(middle.begin(), middle.end());
  const double low = eco[kImages / 2], high = middle[kImages / 3];
  const auto run = inputs(kImages, {{2, low}, {1, high}, {0}});
  const auto result = run_platform(run);
  ASSERT_TRUE(result) << result.error().message;

  const auto a = answers(2, kImages), b = answers(1, kImages), c = answers(0, kImages);
  const auto predicted = run_cascade({{&a, 0.0, low}, {&b, 0.0, high}, {&c, 0.0, 0.0}}, std::vector<int>(kImages, 0));
  ASSERT_TRUE(predicted);
  std::vector<double> reached(3, 0.0);
  std::size_t image = 0;
  std::vector<std::size_t> switched_to;
  std::size_t before = 99;
  for (const InferenceRecord& record : result->inferences) {
    reached[2 - record.point] += 1.0 / kImages;
    if (record.point != before) switched_to.push_back(record.point);
    before = record.point;
    EXPECT_EQ(record.index, image);
    const double threshold = record.point == 2 ? low : record.point == 1 ? high : -1.0;
    EXPECT_EQ(record.is_answer, margin(record.point, image) > threshold) << "image " << image;
    if (!record.is_answer) continue;
    EXPECT_THAT(record.logits, ElementsAre(logits(record.point, image))) << "image " << image;
    ++image;
  }
  EXPECT_EQ(image, kImages);
  for (std::size_t s = 0; s < 3; ++s) EXPECT_NEAR(reached[s], predicted->reached[s], 1e-12) << "stage " << s;
  EXPECT_GT(reached[1], 0.0);
  EXPECT_GT(reached[1], reached[2]);
  EXPECT_GT(reached[2], 0.0);

  // A switch wherever the point changes, with its tables' bytes, time and energy within the inference's.
  ASSERT_EQ(result->switches.size(), switched_to.size());
  Energy of_inferences, of_nodes;
  for (const auto& record : result->inferences) of_inferences += record.energy.total();
  for (const auto& point : result->nodes)
    for (const auto& node : point) of_nodes += node.energy.total();
  EXPECT_TRUE(of_inferences == result->energy.total());
  EXPECT_TRUE(of_nodes == result->energy.total());
  Bytes tables =
      kPointHeaderBytes + kPointRecordHeadBytes + 2 * kPointRecordLayerBytes + 2;  // header, record, selectors
  for (const auto& set : points_[0].requantisation) tables += 9 * set.size();
  for (std::size_t s = 0; s < result->switches.size(); ++s) {
    const SwitchRecord& change = result->switches[s];
    EXPECT_EQ(change.to, switched_to[s]);
    EXPECT_EQ(change.bytes, tables);
    EXPECT_GT(change.cycles, tables / 8);
    EXPECT_GT(change.energy.total().to_picojoules().value, 0.0);
    const auto owner =
        std::find_if(result->inferences.begin(), result->inferences.end(),
                     [&](const InferenceRecord& r) { return r.begin <= change.begin && change.begin < r.end; });
    ASSERT_NE(owner, result->inferences.end());
    EXPECT_EQ(owner->point, change.to);
    EXPECT_GT(owner->cycles(), change.cycles);
    EXPECT_FALSE(owner->energy.dram < change.energy.dram);
  }
  EXPECT_EQ(result->switches[1].reason.rfind("margin ", 0), 0u) << result->switches[1].reason;
}

TEST_F(PlatformMargin, RerunCostsWhatThePointAloneCostsAndTheSwitch) {
  // Every image runs eco, then exact; alone, exact has no switches but the first. Which row of DRAM the one before
  // leaves open plays no part.
  config_.dram.row_miss_cycles = 0;
  const auto cost = [&](const PolicyConfig& policy) {
    auto run = inputs(3, {{2, kEveryMargin}, {0}});
    run.policy = policy;
    return run_platform(run);
  };
  const auto alone = [&](std::size_t point) {
    return testing::run_in_child([&] {
      PolicyConfig fixed;
      fixed.fixed_point = point;
      const auto result = cost(fixed);
      std::string text;
      for (const auto& r : result->inferences)
        text += std::to_string(r.cycles() - (r.index == 0 ? result->switches[0].cycles : 0)) + " ";
      return text;
    });
  };
  const std::string eco = alone(2), exact = alone(0);
  const auto both = cost(inputs(1, {{2, kEveryMargin}, {0}}).policy);
  ASSERT_TRUE(both) << both.error().message;
  ASSERT_EQ(both->switches.size(), 6u);
  std::string eco_of_cascade, exact_of_cascade;
  for (std::size_t i = 0; i < both->inferences.size(); ++i) {
    const auto& record = both->inferences[i];
    (record.point == 2 ? eco_of_cascade : exact_of_cascade) +=
        std::to_string(record.cycles() - both->switches[i].cycles) + " ";
  }
  EXPECT_EQ(eco_of_cascade, eco);
  EXPECT_EQ(exact_of_cascade, exact);
}

TEST_F(PlatformMargin, TieIsAMarginOfZeroAndRunsAgainAtAThresholdOfZero) {
  auto& weights = std::get<QuantizedConvolution>(network_.nodes.back().operation).weights;
  const std::size_t fan_in = weights.size() / 10;
  for (int c = 1; c < 10; ++c)
    std::copy_n(weights.begin(), fan_in, weights.begin() + static_cast<std::ptrdiff_t>(c * fan_in));
  for (auto& entry : points_[2].requantisation.back()) entry = points_[2].requantisation.back()[0];
  const auto result = run_platform(inputs(3, {{2, 0.0}, {0}}));
  ASSERT_TRUE(result) << result.error().message;
  ASSERT_EQ(result->inferences.size(), 6u);
  EXPECT_EQ(result->inferences[0].margin, 0u);
  EXPECT_EQ(result->inferences[1].point, 0u);
}

TEST_F(PlatformMargin, NothingRunsAgainWhereEveryMarginExceedsTheThreshold) {
  double least = margin(2, 0);
  for (std::size_t i = 0; i < 5; ++i) least = std::min(least, margin(2, i));
  ASSERT_GT(least, 0.0);
  const auto result = run_platform(inputs(5, {{2, least - kStep}, {0}}));
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->inferences.size(), 5u);
  EXPECT_EQ(result->switches.size(), 1u);
}

class PlatformMarginOfOneClass : public PlatformMargin {
 protected:
  PlatformMarginOfOneClass() : PlatformMargin(classifier_network(1, 1)) {}
};

TEST_F(PlatformMarginOfOneClass, HasNoMarginToDecideBy) {
  EXPECT_EQ(run_platform(inputs(1, {{2, 1.0}, {0}})).error().message,
            "controller: the policy margin compares the two largest outputs, but the network has 1");
}

TEST_F(PlatformMarginOfOneClass, RegisterReadsAllOnes) {
  PlatformBench bench{"bench", network_, points_, config_, [&](PlatformBench& b) {
                        (void)b.infer(random_input(network_, 1), 0);
                        EXPECT_EQ(b.read_register(registers::kMargin), 0xFFFFFFFFu);
                      }};
  sc_core::sc_start();
  EXPECT_TRUE(bench.script_ended());
}

TEST_F(PlatformMargin, RegisterKeepsTheLastGoodMarginAndForgetsItAtAReset) {
  const std::uint32_t expected = margin_of(logits(1, 1));
  PlatformBench bench{"bench", network_, points_, config_, [&](PlatformBench& b) {
                        (void)b.infer(random_input(network_, 1), 1);
                        EXPECT_EQ(b.read_register(registers::kMargin), expected);
                        b.start(7);  // no such operating point
                        EXPECT_TRUE(b.wait_for_interrupt());
                        EXPECT_EQ(b.read_register(registers::kMargin), expected);
                        b.write_register(registers::kCtrl, registers::kCtrlReset);
                        b.wait_cycles(10);
                        EXPECT_EQ(b.read_register(registers::kMargin), 0xFFFFFFFFu);
                      }};
  sc_core::sc_start();
  EXPECT_TRUE(bench.script_ended());
}

}  // namespace
}  // namespace axvp
