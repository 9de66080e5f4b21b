#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "axvp/accel/mapping.h"
#include "axvp/sc_models/platform.h"
#include "small_network.h"

namespace axvp {
namespace {

using ::axvp::testing::executor_logits;
using ::axvp::testing::make_point;
using ::axvp::testing::random_input;
using ::axvp::testing::small_energy_table;
using ::axvp::testing::small_pool;
using ::axvp::testing::small_residual_network;

struct Geometry {
  const char* name;
  int rows, columns;
  int activation_kb, weight_kb, accumulator_kb;
};

void PrintTo(const Geometry& geometry, std::ostream* stream) {
  *stream << geometry.name;
}

class PlatformExactness : public ::testing::TestWithParam<Geometry> {};

TEST_P(PlatformExactness, LogitsEqualTheExecutorsAtEveryOperatingPoint) {
  const Geometry& geometry = GetParam();
  const QuantizedNetwork network = small_residual_network();
  PlatformInputs inputs;
  inputs.pool = small_pool();
  inputs.energy = small_energy_table();
  const std::vector<OperatingPoint> points{make_point(network, "exact", {"exact"}, 1),
                                           make_point(network, "mixed", {"coarse", "shifted", "exact"}, 2),
                                           make_point(network, "eco", {"shifted"}, 3)};
  inputs.config.array = {geometry.rows, geometry.columns};
  inputs.config.scratchpads = {geometry.activation_kb, geometry.weight_kb, geometry.accumulator_kb, 16};
  inputs.config.dram.size_mb = 1;
  auto program = compile(network, points, inputs.pool, inputs.config);
  ASSERT_TRUE(program) << program.error().message;
  inputs.program = *program;
  inputs.policy.kind = PolicyKind::Schedule;
  // One inference takes about as long as the tilings were estimated to: the next begins at another point each time.
  Cycles estimate = 0;
  for (const Descriptor& d : program->descriptors) estimate += estimate_cycles(d, inputs.config);
  const double inference_ms = static_cast<double>(estimate) / (1e3 * inputs.config.clock_mhz);
  inputs.policy.schedule = {{0.0, 0}, {0.5 * inference_ms, 1}, {1.5 * inference_ms, 2}};
  for (std::uint64_t i = 0; i < 3; ++i) inputs.inputs.push_back(random_input(network, 10 + i));
  const auto result = run_platform(inputs);
  ASSERT_TRUE(result) << result.error().message;
  ASSERT_EQ(result->inferences.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(result->inferences[i].point, i);
    EXPECT_EQ(result->inferences[i].logits.front(), executor_logits(network, points[i], inputs.pool, inputs.inputs[i]))
        << "inference " << i;
  }
}

struct Batching {
  const char* name;
  int images, activation_kb, accumulator_kb;
  bool apart;  ///< Some layers are too large for tiles of several images.
};

void PrintTo(const Batching& batching, std::ostream* stream) {
  *stream << batching.name;
}

class PlatformBatch : public ::testing::TestWithParam<Batching> {};

TEST_P(PlatformBatch, EveryImageHasTheExecutorsLogits) {
  const QuantizedNetwork network = small_residual_network();
  PlatformInputs inputs;
  inputs.pool = small_pool();
  inputs.energy = small_energy_table();
  const OperatingPoint point = make_point(network, "mixed", {"coarse", "shifted", "exact"}, 2);
  inputs.config.batch = GetParam().images;
  inputs.config.scratchpads = {GetParam().activation_kb, 128, GetParam().accumulator_kb, 16};
  inputs.config.dram.size_mb = 1;
  auto program = compile(network, {point}, inputs.pool, inputs.config);
  ASSERT_TRUE(program) << program.error().message;
  inputs.program = *program;
  const auto has_tiles_of = [&](auto number) {
    return std::any_of(program->descriptors.begin(), program->descriptors.end(),
                       [&](const Descriptor& d) { return number(d.images_per_tile); });
  };
  EXPECT_TRUE(has_tiles_of([](int images) { return images > 1; }));
  if (GetParam().apart) {
    EXPECT_TRUE(has_tiles_of([](int images) { return images == 1; }));
  }
  for (int i = 0; i < 3 * GetParam().images; ++i)
    inputs.inputs.push_back(random_input(network, static_cast<std::uint64_t>(i)));
  const auto result = run_platform(inputs);
  ASSERT_TRUE(result) << result.error().message;
  ASSERT_EQ(result->inferences.size(), 3u);
  for (std::size_t i = 0; i < inputs.inputs.size(); ++i) {
    const InferenceRecord& record = result->inferences[i / program->images];
    EXPECT_EQ(record.index, i / program->images * program->images);
    EXPECT_EQ(record.logits.at(i % program->images), executor_logits(network, point, inputs.pool, inputs.inputs[i]))
        << "image " << i;
  }
}

TEST(PlatformBatches, WantsWholeOnes) {
  const QuantizedNetwork network = small_residual_network();
  PlatformInputs inputs;
  inputs.pool = small_pool();
  inputs.energy = small_energy_table();
  inputs.config.batch = 4;
  inputs.program = compile(network, {make_point(network, "exact", {"exact"}, 1)}, inputs.pool, inputs.config).value();
  for (std::uint64_t i = 0; i < 6; ++i) inputs.inputs.push_back(random_input(network, i));
  const auto result = run_platform(inputs);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "6 images in batches of 4: 2 are left over");
}

INSTANTIATE_TEST_SUITE_P(Batches, PlatformBatch,
                         ::testing::Values(Batching{"Two", 2, 256, 128, false}, Batching{"Seven", 7, 256, 128, false},
                                           Batching{"ThreeInLittleSpace", 3, 2, 1, true}),
                         [](const auto& batching) { return batching.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Geometries, PlatformExactness,
    ::testing::Values(Geometry{"Default16x16", 16, 16, 256, 128, 128}, Geometry{"One1x1", 1, 1, 256, 128, 128},
                      Geometry{"Primes7x5", 7, 5, 256, 128, 128}, Geometry{"Large64x32", 64, 32, 256, 128, 128},
                      Geometry{"TinyActivations", 16, 16, 2, 128, 128}, Geometry{"TinyWeights", 8, 8, 256, 3, 128},
                      Geometry{"TinyAccumulators", 8, 8, 256, 128, 1}, Geometry{"TinyEverything", 4, 4, 2, 1, 1}),
    [](const auto& geometry) { return geometry.param.name; });

}  // namespace
}  // namespace axvp
