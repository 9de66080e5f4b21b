#include "axvp/qos/sensitivity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "axvp/qos/layer_divergence.h"
#include "axvp/qos/receptive_fields.h"
#include "axvp/qos/search.h"
#include "axvp/workloads/divergence.h"
#include "axvp/workloads/exact_network.h"
#include "axvp/workloads/match.h"
#include "qos_fixture.h"

namespace axvp {
namespace {

using test::truncated;

class SensitivityTest : public test::SmallNetworkTest {
 protected:
  Int8Executor exact_ = *exact_executor(q_);
  std::vector<StoredTensor> inputs_ = *stored_images(q_.network, images_);
  SampledErrors errors_{q_, *draw_receptive_fields(q_, images_, 200, 3)};

  [[nodiscard]] SensitivityInputs inputs(unsigned threads) const {
    return {&exact_, &errors_, &inputs_, 1, threads, ProgressStyle::Quiet};
  }
  [[nodiscard]] std::vector<double> real(const std::vector<std::int32_t>& logits) const {
    std::vector<double> result;
    for (const auto logit : logits) result.push_back(q_.network.tensors[q_.network.output].scale * logit);
    return result;
  }
};

TEST_F(SensitivityTest, DivergenceOfOneLayerEqualsThatOfTheWholeNetworkRunSo) {
  for (std::size_t l = 0; l < layers(); ++l) {
    const TruthTable table = truncated(8);
    std::vector<TruthTable> tables(layers(), exact_table(q_.network.encoding));
    tables[l] = table;
    OperatingPoint point{"p", std::vector<std::string>(layers(), "m"), q_.exact_requantisation};
    point.requantisation[l] = errors_.matched(l, table);
    const auto changed = *Int8Executor::create(q_.network, point, tables);
    double expected = 0.0;
    for (const auto& input : inputs_)
      expected +=
          kl_divergence(real(exact_.run(input)), real(changed.run(input))) / static_cast<double>(inputs_.size());
    EXPECT_NEAR(single_layer_divergences(inputs(2), {{l, table}})[0], expected, 1e-12) << "layer " << l;
    EXPECT_GT(expected, 0.0);
  }
}

TEST_F(SensitivityTest, NothingChangedDivergesByNothing) {
  for (std::size_t l = 0; l < layers(); ++l)
    EXPECT_EQ(single_layer_divergences(inputs(1), {{l, exact_table(q_.network.encoding)}})[0], 0.0);
}

TEST_F(SensitivityTest, CurvaturesArePositiveAndTheSameOnAnyNumberOfThreads) {
  const auto one = noise_curvatures(inputs(1));
  EXPECT_EQ(one, noise_curvatures(inputs(3)));
  for (const double h : one) EXPECT_GT(h, 0.0);
}

TEST_F(SensitivityTest, BudgetsFollowTheFixedPointOfTheNoiseLoss) {
  const auto budgets = relative_budgets({2.0, 0.5, 0.0}, {0.25, 0.5, 0.25}, 0.2, 0.15);
  EXPECT_DOUBLE_EQ(budgets[0], 0.2 * 0.25 / 2.0);
  EXPECT_DOUBLE_EQ(budgets[1], 0.15);  // 0.2 is beyond the largest
  EXPECT_DOUBLE_EQ(budgets[2], 0.15);  // nothing is felt
}

TEST_F(SensitivityTest, CurvaturesOfLearnedNoiseGiveItBack) {
  const std::vector<double> shares{0.25, 0.5, 0.25}, sigma{0.1, 0.02, 0.5};
  const auto again = relative_budgets(curvatures_of(sigma, shares, 0.2), shares, 0.2, 0.5);
  for (std::size_t l = 0; l < 3; ++l) EXPECT_NEAR(again[l], sigma[l], 1e-12);
  EXPECT_DOUBLE_EQ(curvatures_of({0.0}, {1.0}, 0.2)[0], 0.2 / 1e-4);
}

/// The exact multiplier and ever coarser ones; all layers cost the same.
SearchInputs truncated_candidates(const Quantisation& q, const Dataset& images) {
  SearchInputs inputs{&q, &images, &images, {"exact"}, {exact_table(q.network.encoding)}, {}};
  std::vector<double> relative{1.0};
  for (int columns = 3; columns <= 10; ++columns) {
    inputs.ids.push_back("t" + std::to_string(columns));
    inputs.tables.push_back(truncated(columns));
    relative.push_back(1.0 - 0.09 * columns);
  }
  const std::size_t layers = q.exact_requantisation.size();
  for (std::size_t l = 0; l < layers; ++l) {
    inputs.cost.emplace_back();
    for (const double cost : relative) inputs.cost.back().push_back(cost / static_cast<double>(layers));
  }
  return inputs;
}

SearchOptions options(unsigned threads) {
  SearchOptions options;
  options.instances = 3;
  options.savings = {0.4, 0.55, 0.7};
  options.fields = 64;
  options.sensitivity_images = 24;
  options.evaluations = 12;
  options.refinement_tuning = options.refinement_images = 16;
  options.threads = threads;
  return options;
}

class SearchTest : public SensitivityTest {
 protected:
  [[nodiscard]] SearchInputs search_inputs() const { return truncated_candidates(q_, images_); }
};

TEST_F(SearchTest, FindsPointsWithinPoolAndCosts) {
  const auto found = search_operating_points(search_inputs(), options(2));
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_LE(found->pool.size(), 3u);
  ASSERT_EQ(found->points.size(), 3u);
  for (std::size_t o = 0; o < 3; ++o) {
    EXPECT_LE(found->points[o].cost, 1.0 - options(2).savings[o] + 1e-12);
    EXPECT_LE(found->points[o].refined->divergence, found->points[o].refined->before);
    for (std::size_t l = 0; l < layers(); ++l) {
      EXPECT_NE(std::find(found->pool.begin(), found->pool.end(), found->points[o].choice[l]), found->pool.end());
      if (o > 0) {
        EXPECT_LE(found->problem.cost[l][found->points[o].choice[l]],
                  found->problem.cost[l][found->points[o - 1].choice[l]]);
      }
    }
  }
  for (const auto& row : compare_clusterings(*found, options(2), 4)) {
    EXPECT_TRUE(row.is_proven);
    EXPECT_GE(row.optimum, 0.0);
  }
}

TEST_F(SearchTest, IsTheSameOnAnyNumberOfThreads) {
  const auto one = search_operating_points(search_inputs(), options(1));
  const auto three = search_operating_points(search_inputs(), options(3));
  ASSERT_TRUE(one && three);
  EXPECT_EQ(one->pool, three->pool);
  EXPECT_EQ(one->problem.error, three->problem.error);
  EXPECT_EQ(one->curvatures, three->curvatures);
  for (std::size_t o = 0; o < 3; ++o) {
    EXPECT_EQ(one->points[o].choice, three->points[o].choice);
    EXPECT_EQ(one->points[o].predicted_divergence, three->points[o].predicted_divergence);
  }
}

TEST_F(SearchTest, GivenCurvaturesReplaceMeasuredOnes) {
  SearchOptions settings = options(2);
  settings.sensitivity = SensitivityMethod::Curvature;
  settings.evaluations = 0;
  const auto measured = measure_curvatures(search_inputs(), settings);
  ASSERT_TRUE(measured) << measured.error().message;
  EXPECT_EQ(search_operating_points(search_inputs(), settings)->curvatures, *measured);
  SearchInputs inputs = search_inputs();
  inputs.curvatures = *measured;
  inputs.curvatures[1] *= 1000.0;
  const auto found = search_operating_points(inputs, settings);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->points[0].choice[1], found->pool.front());  // the layer that bears least gets the most accurate one
  inputs.curvatures.pop_back();
  EXPECT_EQ(search_operating_points(inputs, settings).error().message, "curvatures of 5 layers, expected 6");
}

TEST_F(SearchTest, AnyNumberOfInstancesDivergesNoMoreThanAFew) {
  SearchOptions settings = options(2);
  settings.sensitivity = SensitivityMethod::Curvature;
  settings.evaluations = 0;
  const auto few = search_operating_points(search_inputs(), settings);
  settings.instances = 0;
  const auto any = search_operating_points(search_inputs(), settings);
  ASSERT_TRUE(few && any);
  for (std::size_t o = 0; o < 3; ++o) {
    EXPECT_LE(any->points[o].predicted_divergence, few->points[o].predicted_divergence);
    EXPECT_LE(any->points[o].cost, 1.0 - settings.savings[o] + 1e-12);
  }
}

TEST_F(SearchTest, RefusesSavingsThatDoNotAscend) {
  SearchOptions wrong = options(1);
  wrong.savings = {0.5, 0.4};
  const auto found = search_operating_points(search_inputs(), wrong);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().message, "savings must ascend between 0 and 1, found 0.4 after 0.5");
}

int answer_of(const Int8Executor& executor, const Image& image) {
  const auto logits = executor.run(quantise_image(executor.network(), image));
  return static_cast<int>(std::max_element(logits.begin(), logits.end()) - logits.begin());
}

/// Names four kinds of colours.
Network colour_network() {
  Random random{9};
  test::NetworkBuilder b{{3, 8, 8}, "colours"};
  auto x = b.relu(b.convolution(0, 8, test::square(3, 2, 1), random, "first"), "first_relu");
  x = b.relu(b.convolution(x, 8, test::square(1), random, "second"), "second_relu");
  b.convolution(x, 4, test::square(4), random, "classifier");
  return b.network();
}

/// Images of one colour each, whose labels are the exact network's answers; the coarsest candidate answers nothing.
class LossSearchTest : public ::testing::Test {
 protected:
  LossSearchTest() {
    Random random{4};
    for (Image& image : images_.images)
      for (std::size_t i = 0; i < image.pixels.size(); ++i)
        image.pixels[i] = i < 3 ? static_cast<std::uint8_t>(random.below(256)) : image.pixels[i - 3];
    q_ = *quantise(colour_network(), images_, {Encoding::SignMagnitude, 99.9, 40});
    const Int8Executor exact = *exact_executor(q_);
    for (Image& image : images_.images) image.label = answer_of(exact, image);
    inputs_ = truncated_candidates(q_, images_);
    inputs_.ids.emplace_back("none");
    inputs_.tables.push_back(TruthTable::from_function([](std::uint8_t, std::uint8_t) { return 0; }));
    for (auto& costs : inputs_.cost) costs.push_back(0.01 / static_cast<double>(inputs_.cost.size()));
  }

  Dataset images_ = test::random_images(64, 8);
  Quantisation q_;
  SearchInputs inputs_;
};

TEST_F(LossSearchTest, LossesAreMetByTheCheapestPointsThatABisectionFinds) {
  SearchOptions settings = options(2);
  settings.evaluations = 0;
  settings.losses = {0.05, 0.2, 0.4};
  const auto found = search_operating_points(inputs_, settings);
  ASSERT_TRUE(found) << found.error().message;
  for (std::size_t o = 0; o < 3; ++o) {
    const SearchedPoint& point = found->points[o];
    std::vector<TruthTable> tables;
    for (const std::size_t m : point.choice) tables.push_back(inputs_.tables[m]);
    const auto matched = match_moments(q_, "own", std::vector<std::string>(point.choice.size(), "own"), tables, images_,
                                       ProgressStyle::Quiet);
    const auto executor = Int8Executor::create(q_.network, *matched, tables);
    double wrong = 0.0;
    for (const Image& image : images_.images) wrong += answer_of(*executor, image) == image.label ? 0.0 : 1.0;
    EXPECT_DOUBLE_EQ(found->losses[o], wrong / static_cast<double>(images_.images.size()));
    EXPECT_LE(found->losses[o], settings.losses[o]);
    EXPECT_DOUBLE_EQ(found->savings[o], 1.0 - point.cost);
    if (o > 0) {
      EXPECT_LE(point.cost, found->points[o - 1].cost);
    }
  }
  EXPECT_LT(found->points[2].cost, found->points[0].cost);
  settings.threads = 1;
  EXPECT_EQ(search_operating_points(inputs_, settings)->savings, found->savings);
}

TEST_F(LossSearchTest, PointsThatMayLoseEverythingTakeTheCheapest) {
  SearchOptions settings = options(2);
  settings.evaluations = 0;
  settings.savings = {0.7, 0.8};
  settings.losses = {0.98, 0.99};
  const auto found = search_operating_points(inputs_, settings);
  ASSERT_TRUE(found) << found.error().message;
  for (const SearchedPoint& point : found->points) EXPECT_NEAR(point.cost, 0.01, 1e-12);
}

TEST_F(LossSearchTest, PoolsThatAreTooRoughGiveWayToDearerOnes) {
  SearchOptions settings = options(2);
  settings.evaluations = 0;
  settings.instances = 1;
  settings.savings = {0.98};  // the first pool holds the coarsest candidate alone
  settings.losses = {0.2};
  const auto found = search_operating_points(inputs_, settings);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_LE(found->losses[0], 0.2);
  EXPECT_GT(found->points[0].cost, 0.02);
}

TEST_F(LossSearchTest, LossesThatNoChoiceMeetsOrThatDoNotFitAreRefused) {
  SearchOptions settings = options(2);
  settings.evaluations = 0;
  settings.instances = 1;
  settings.savings = {0.98};
  settings.losses = {0.0};
  EXPECT_THAT(search_operating_points(inputs_, settings).error().message,
              testing::StartsWith("the most accurate choice of the pool loses "));
  settings.losses = {0.1, 0.2};
  EXPECT_EQ(search_operating_points(inputs_, settings).error().message, "2 losses for 1 operating points");
  settings.savings = {0.5, 0.6};
  settings.losses = {0.2, 0.1};
  EXPECT_EQ(search_operating_points(inputs_, settings).error().message,
            "losses must ascend from 0 to 1, found 0.1 after 0.2");
  settings.losses = {0.1, 0.1};
  EXPECT_EQ(search_operating_points(inputs_, settings).error().message,
            "losses must ascend from 0 to 1, found 0.1 after 0.1");
  settings.losses = {0.1, 0.2};
  settings.evaluations = 1;
  EXPECT_EQ(search_operating_points(inputs_, settings).error().message,
            "refinement lowers the divergence at a saving, it does not keep a loss");
}

}  // namespace
}  // namespace axvp
