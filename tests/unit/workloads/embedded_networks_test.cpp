#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "axvp/workloads/float_executor.h"
#include "axvp/workloads/onnx_import.h"
#include "axvp/workloads/synth10.h"

namespace axvp {
namespace {

// Training measured the accuracy with Torch; the float executor, on the file it wrote, is an implementation of its own.
TEST(EmbeddedNetworksTest, Resnet8ReachesTheAccuracyThatTrainingMeasured) {
  const std::filesystem::path path = std::filesystem::path{AXVP_SOURCE_DIR} / "workloads/networks/resnet8_synth10.onnx";
  ASSERT_LT(std::filesystem::file_size(path), 3u << 20);
  const auto network = import_onnx(path);
  ASSERT_TRUE(network) << network.error().message;
  const Dataset test = synth10(Synth10Split::Test);
  int correct = 0;
  for (const Image& image : test.images) {
    const auto logits = run_float_logits(*network, preprocess(image, network->preprocessing));
    correct += std::max_element(logits.begin(), logits.end()) - logits.begin() == image.label;
  }
  EXPECT_NEAR(correct, 1913, 1);  // 95.65 % of 2,000; two logits may lie closer than the executors' rounding
}

TEST(EmbeddedNetworksTest, MobileNetV2AnswersAsTrainingMeasured) {
  const std::filesystem::path path =
      std::filesystem::path{AXVP_SOURCE_DIR} / "workloads/networks/mobilenet_v2_synth10.onnx";
  ASSERT_LT(std::filesystem::file_size(path), 3u << 20);
  const auto network = import_onnx(path);
  ASSERT_TRUE(network) << network.error().message;
  // 93.35 % of all 2,000; of the first 200 within two standard errors of that (1.8 points each).
  const Dataset test = synth10(Synth10Split::Test, 200);
  int correct = 0;
  for (const Image& image : test.images) {
    const auto logits = run_float_logits(*network, preprocess(image, network->preprocessing));
    correct += std::max_element(logits.begin(), logits.end()) - logits.begin() == image.label;
  }
  EXPECT_NEAR(correct, 0.9335 * 200, 7);
}

}  // namespace
}  // namespace axvp
