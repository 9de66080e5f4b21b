// Whole networks on the SystemC platform: on every image and at every operating point the logits are the plain
// executor's, bit for bit, and the counts are the network's.
#include <gtest/gtest.h>

#include "axvp/multipliers/catalogue.h"
#include "axvp/power/energy_table.h"
#include "axvp/sc_models/platform.h"
#include "axvp/workloads/int8_executor.h"
#include "axvp/workloads/match.h"
#include "axvp/workloads/network_file.h"
#include "axvp/workloads/quantise.h"
#include "project_folders.h"
#include "test_data.h"

namespace axvp {
namespace {

constexpr std::size_t kCalibrationImages = 64;

struct RealNetwork {
  std::filesystem::path file;  ///< ONNX, or a description.
  std::string calibration, test;
  std::size_t images;
  ImportOptions size{};  ///< Where the file leaves it open.
  DepthwiseMapping depthwise = DepthwiseMapping::Naive;
};

/// Quantises, tunes three points (exact, truncated, one reconfigurable mode), runs all images at each and compares.
void expect_the_executors_logits(const RealNetwork& real) {
  const auto imported = load_network(real.file, real.size);
  ASSERT_TRUE(imported) << imported.error().message;
  const auto fitting = fitting_of(imported->network);
  const auto calibration = open_dataset(real.calibration, {kCalibrationImages, fitting, ProgressStyle::Quiet});
  const auto data = open_dataset(real.test, {real.images, fitting, ProgressStyle::Quiet});
  ASSERT_TRUE(calibration && data);
  const auto quantisation = quantise(imported->network, *calibration);
  ASSERT_TRUE(quantisation) << quantisation.error().message;
  const QuantizedNetwork& network = quantisation->network;
  const std::size_t layers = network.layers().size();

  PlatformSetup setup;
  std::vector<OperatingPoint> points;
  std::vector<Int8Executor> executors;
  for (const char* id : {"dadda-exact", "dadda_trunc-k8c", "gated_dadda-468/m3"}) {
    const auto selectable = Catalogue::built_in().find(id);
    ASSERT_TRUE(selectable);
    const std::vector<TruthTable> tables(layers, selectable->table);
    auto point = match_moments(*quantisation, id, std::vector<std::string>(layers, id), tables, *calibration);
    ASSERT_TRUE(point);
    auto executor = Int8Executor::create(network, *point, tables);
    ASSERT_TRUE(executor);
    executors.push_back(std::move(*executor));
    points.push_back(std::move(*point));
    setup.pool.ids.emplace_back(id);
    setup.pool.tables.push_back(selectable->table);
  }
  const auto energy = load_energy_table(AXVP_SOURCE_DIR "/power/tables/osu018.json");
  ASSERT_TRUE(energy) << energy.error().message;
  setup.energy = *energy;
  setup.config.array.depthwise = real.depthwise;
  auto program = compile(network, points, setup.pool, setup.config);
  ASSERT_TRUE(program) << program.error().message;
  setup.program = std::move(*program);

  std::vector<PlatformPhase> phases(points.size());
  for (std::size_t p = 0; p < points.size(); ++p) {
    phases[p].policy.fixed_point = p;
    for (const Image& image : data->images) phases[p].inputs.push_back(quantise_image(network, image));
  }
  const auto results = run_platform(setup, phases);
  ASSERT_TRUE(results) << results.error().message;
  for (std::size_t p = 0; p < points.size(); ++p) {
    const auto& inferences = (*results)[p].inferences;
    ASSERT_EQ(inferences.size(), data->images.size());
    for (std::size_t i = 0; i < inferences.size(); ++i)
      ASSERT_EQ(inferences[i].logits.front(), executors[p].run(phases[p].inputs[i]))
          << "point " << points[p].name << ", image " << i;
    std::uint64_t macs = 0;
    for (std::size_t l = 0; l < layers; ++l) macs += network.macs_of_layer(l);
    EXPECT_EQ((*results)[p].counts.macs(), macs * inferences.size());
  }
}

TEST(RealNetworksOnThePlatform, EmbeddedResNet8GivesTheExecutorsLogits) {
  expect_the_executors_logits(
      {AXVP_SOURCE_DIR "/workloads/networks/resnet8_synth10.onnx", "synth10:train", "synth10:test", 200});
}

TEST(RealNetworksOnThePlatform, EmbeddedMobileNetV2GivesTheExecutorsLogits) {
  expect_the_executors_logits(
      {AXVP_SOURCE_DIR "/workloads/networks/mobilenet_v2_synth10.onnx", "synth10:train", "synth10:test", 40});
}

TEST(RealNetworksOnThePlatform, EmbeddedMobileNetV2GivesThemWithItsDepthwiseLayersMappedDiagonally) {
  expect_the_executors_logits({AXVP_SOURCE_DIR "/workloads/networks/mobilenet_v2_synth10.onnx",
                               "synth10:train",
                               "synth10:test",
                               40,
                               {},
                               DepthwiseMapping::Diagonal});
}

TEST(RealNetworksOnThePlatform, EmbeddedMobileNetV2GivesThemWithItsDepthwiseLayersOnLanes) {
  expect_the_executors_logits({AXVP_SOURCE_DIR "/workloads/networks/mobilenet_v2_synth10.onnx",
                               "synth10:train",
                               "synth10:test",
                               40,
                               {},
                               DepthwiseMapping::Vector});
}

TEST(RealNetworksOnThePlatform, MobileNetV2GivesTheExecutorsLogitsOnTinyImageNet) {
  AXVP_NEEDS_DATA("weights/mobilenet_v2_tinyimagenet.onnx", "tiny-imagenet-200/train", "tiny-imagenet-200/val");
  const std::string images = "tiny-imagenet:tiny-imagenet-200";
  expect_the_executors_logits(
      {data_folder() / "weights/mobilenet_v2_tinyimagenet.onnx", images + ":train", images + ":val", 10, {64, 64}});
}

TEST(RealNetworksOnThePlatform, ResNet20GivesTheExecutorsLogitsOnAllThousandTestImages) {
  AXVP_NEEDS_DATA("weights/resnet20_cifar10.onnx", "cifar10/train_exact.bin", "cifar10/test_exact.bin");
  expect_the_executors_logits({data_folder() / "weights/resnet20_cifar10.onnx", "cifar10:cifar10/train_exact.bin",
                               "cifar10:cifar10/test_exact.bin", 1000});
}

}  // namespace
}  // namespace axvp
