// Accuracy of the int8 networks: ResNets on the 1,000 lossless test images of CIFAR-10 (the float figures, 915, 928 and
// 926 right, are those of the data's README), MobileNetV2 on samples; calibrated on training images.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "axvp/multipliers/catalogue.h"
#include "axvp/workloads/evaluation.h"
#include "axvp/workloads/int8_executor.h"
#include "axvp/workloads/match.h"
#include "axvp/workloads/network_file.h"
#include "axvp/workloads/onnx_import.h"
#include "axvp/workloads/quantise.h"
#include "project_folders.h"
#include "test_data.h"

namespace axvp {
namespace {

constexpr std::size_t kCalibrationImages = 512;

Dataset images(const char* file, std::size_t limit = 0) {
  const auto data = open_dataset(std::string("cifar10:cifar10/") + file, limit);
  if (!data) ADD_FAILURE() << data.error().message;
  return data.value_or(Dataset{});
}

std::size_t right_answers(const Int8Executor& executor, const Dataset& data) {
  std::size_t right = 0;
  for (const Image& image : data.images)
    right += top1(executor.run(quantise_image(executor.network(), image))) == static_cast<std::size_t>(image.label);
  return right;
}

Result<Quantisation> quantised(const std::string& network, const Dataset& calibration,
                               Encoding encoding = Encoding::SignMagnitude) {
  const auto model = import_onnx(data_folder() / "weights" / (network + ".onnx"));
  if (!model) return forward_error(model);
  QuantisationOptions options;
  options.encoding = encoding;
  return quantise(*model, calibration, options);
}

Int8Executor executor_of(const Quantisation& q, const OperatingPoint& point, const std::string& selectable) {
  const auto found = Catalogue::built_in().find(selectable);
  if (!found) ADD_FAILURE() << found.error().message;
  const auto executor =
      Int8Executor::create(q.network, point, std::vector<TruthTable>(q.exact_requantisation.size(), found->table));
  if (!executor) ADD_FAILURE() << executor.error().message;
  return *executor;
}

OperatingPoint untuned(const Quantisation& q, const std::string& selectable) {
  return {selectable, std::vector<std::string>(q.exact_requantisation.size(), selectable), q.exact_requantisation};
}

constexpr const char* kTraining = "cifar10/train_exact.bin";
constexpr const char* kTest = "cifar10/test_exact.bin";

struct Case {
  std::string network;
  std::size_t float_right;  ///< Of 1,000.
};

std::ostream& operator<<(std::ostream& out, const Case& c) {
  return out << c.network;
}

class EveryResNet : public ::testing::TestWithParam<Case> {};

TEST_P(EveryResNet, ExactInt8IsWithinThreeImagesOfFloatInTheBetterEncoding) {
  AXVP_NEEDS_DATA("weights/" + GetParam().network + ".onnx", kTraining, kTest);
  const Dataset calibration = images("train_exact.bin", kCalibrationImages), test = images("test_exact.bin");
  std::size_t best = 0;
  for (const Encoding encoding : {Encoding::SignMagnitude, Encoding::TwosComplement}) {
    const auto q = quantised(GetParam().network, calibration, encoding);
    ASSERT_TRUE(q) << q.error().message;
    const std::string exact{Catalogue::exact_id(encoding)};
    const std::size_t right = right_answers(executor_of(*q, untuned(*q, exact), exact), test);
    std::printf("%s, int8, exact products, %s: %zu of 1000 right\n", GetParam().network.c_str(),
                to_string(encoding).data(), right);
    EXPECT_GE(right + 10, GetParam().float_right);
    best = std::max(best, right);
  }
  EXPECT_GE(best + 3, GetParam().float_right);
}

INSTANTIATE_TEST_SUITE_P(Cifar10, EveryResNet,
                         ::testing::Values(Case{"resnet20_cifar10", 915}, Case{"resnet32_cifar10", 928},
                                           Case{"resnet56_cifar10", 926}),
                         [](const auto& instance) { return instance.param.network; });

/// A MobileNetV2 on a sample of the images that docs/results.md measures whole.
struct MobileNetCase {
  std::string name, data, calibration;
  std::size_t images;
};

std::ostream& operator<<(std::ostream& out, const MobileNetCase& c) {
  return out << c.name;
}

class EveryMobileNetV2 : public ::testing::TestWithParam<std::tuple<MobileNetCase, Encoding>> {};

// Without equalisation and bias correction the loss is 3 to 7 points and the divergence several times as large.
TEST_P(EveryMobileNetV2, ExactInt8IsNearFloat) {
  const auto& [c, encoding] = GetParam();
  AXVP_NEEDS_DATA("weights/" + c.name + ".onnx", kTraining, kTest, "tiny-imagenet-200/ilsvrc_index.txt",
                  "tiny-imagenet-200/train", "tiny-imagenet-200/val");
  const auto loaded = load_network(std::filesystem::path{AXVP_SOURCE_DIR} / "workloads/networks" / (c.name + ".toml"));
  ASSERT_TRUE(loaded) << loaded.error().message;
  const Network& network = loaded->network;
  const auto test = open_dataset(c.data, {c.images, fitting_of(network), ProgressStyle::Quiet});
  const auto calibration = open_dataset(c.calibration, {128, fitting_of(network), ProgressStyle::Quiet});
  ASSERT_TRUE(test && calibration);
  QuantisationOptions options;
  options.encoding = encoding;
  const auto q = quantise(network, *calibration, options);
  ASSERT_TRUE(q) << q.error().message;
  const std::string exact{Catalogue::exact_id(encoding)};
  const auto result =
      evaluate_with_float(network, {executor_of(*q, untuned(*q, exact), exact)}, *test, 2, ProgressStyle::Quiet);
  const PointEvaluation& point = result.points[0];
  std::printf("%s, %s, %zu images: float %zu and %zu right (top-1, top-5), int8 %zu and %zu, KL %.4f\n", c.name.c_str(),
              to_string(encoding).data(), static_cast<std::size_t>(point.images),
              static_cast<std::size_t>(result.float_network.top1_right),
              static_cast<std::size_t>(result.float_network.top5_right), static_cast<std::size_t>(point.top1_right),
              static_cast<std::size_t>(point.top5_right), point.against_float.mean_kl);
  EXPECT_LT(point.against_float.mean_kl, 0.08);
  // Two standard errors of a sample in which every tenth answer changes: 2 * sqrt(0.1 / images).
  const double allowed = 2.0 * std::sqrt(0.1 * static_cast<double>(point.images));
  EXPECT_GT(static_cast<double>(point.top1_right) + allowed, static_cast<double>(result.float_network.top1_right));
  EXPECT_GT(static_cast<double>(point.top5_right) + allowed, static_cast<double>(result.float_network.top5_right));
}

INSTANTIATE_TEST_SUITE_P(
    Sample, EveryMobileNetV2,
    ::testing::Combine(
        ::testing::Values(MobileNetCase{"mobilenet_v2_cifar10", "cifar10:cifar10/test_exact.bin",
                                        "cifar10:cifar10/train_exact.bin", 100},
                          MobileNetCase{"mobilenet_v2_imagenet", "tiny-imagenet:tiny-imagenet-200:val@5000:",
                                        "tiny-imagenet:tiny-imagenet-200:train", 100},
                          MobileNetCase{"mobilenet_v2_tinyimagenet", "tiny-imagenet:tiny-imagenet-200:val@5000:",
                                        "tiny-imagenet:tiny-imagenet-200:train", 400}),
        ::testing::Values(Encoding::SignMagnitude, Encoding::TwosComplement)),
    [](const auto& instance) {
      return std::get<0>(instance.param).name + "_" + std::string{to_string(std::get<1>(instance.param))};
    });

/// Images of 2,000 that the float executor answers right, on the file that training wrote.
std::size_t float_right_answers(const char* file) {
  const auto loaded = load_network(std::filesystem::path{AXVP_SOURCE_DIR} / "workloads/networks" / file);
  const auto test = open_dataset("synth10:test");
  EXPECT_TRUE(loaded && test);
  if (!loaded || !test) return 0;
  return evaluate_with_float(loaded->network, {}, *test, 2, ProgressStyle::Quiet).float_network.top1_right;
}

// Training measured 96.70 % and 95.20 % with Torch; the executor is an implementation of its own. Two logits may lie
// closer than the executors' rounding.
TEST(EmbeddedNetworks, ReachTheAccuracyThatTrainingMeasured) {
  EXPECT_NEAR(static_cast<double>(float_right_answers("resnet8_synth10.onnx")), 1934.0, 1.0);
  EXPECT_NEAR(static_cast<double>(float_right_answers("mobilenet_v2_synth10.onnx")), 1904.0, 1.0);
}

TEST(MatchAccuracyTest, TruncatedDaddaLosesAtMostOnePointOnResNet20) {
  AXVP_NEEDS_DATA("weights/resnet20_cifar10.onnx", kTraining, kTest);
  const Dataset calibration = images("train_exact.bin", kCalibrationImages);
  const auto q = quantised("resnet20_cifar10", calibration);
  ASSERT_TRUE(q) << q.error().message;
  const std::string exact{Catalogue::exact_id(Encoding::SignMagnitude)};
  const std::string truncated = "dadda_trunc-k8c";
  const Dataset test = images("test_exact.bin");
  const std::size_t layers = q->exact_requantisation.size();
  const auto matched =
      match_moments(*q, truncated, std::vector<std::string>(layers, truncated),
                    std::vector<TruthTable>(layers, Catalogue::built_in().find(truncated)->table), calibration);
  ASSERT_TRUE(matched) << matched.error().message;
  const std::size_t with_exact = right_answers(executor_of(*q, untuned(*q, exact), exact), test);
  const std::size_t with_matched = right_answers(executor_of(*q, *matched, truncated), test);
  const std::size_t without_match = right_answers(executor_of(*q, untuned(*q, truncated), truncated), test);
  std::printf("resnet20_cifar10, %s: %zu of 1000 right, %zu without match, %zu exact\n", truncated.c_str(),
              with_matched, without_match, with_exact);
  EXPECT_GE(with_matched + 10, with_exact);
  EXPECT_LT(without_match + 10, with_exact);  // why points are matched at all
}

}  // namespace
}  // namespace axvp
