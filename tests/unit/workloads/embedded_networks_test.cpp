#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "axvp/workloads/float_executor.h"
#include "axvp/workloads/onnx_import.h"
#include "axvp/workloads/synth10.h"
#include "project_folders.h"

namespace axvp {
namespace {

constexpr std::size_t kImages = 200;  // tests/system takes all 2,000

/// Right answers of the float executor on the first test images; training measured with Torch.
int right_answers(const char* file) {
  const std::filesystem::path path = std::filesystem::path{AXVP_SOURCE_DIR} / "workloads/networks" / file;
  EXPECT_LT(std::filesystem::file_size(path), 3u << 20);
  const auto network = import_onnx(path);
  EXPECT_TRUE(network) << network.error().message;
  if (!network) return -1;
  int right = 0;
  for (const Image& image : synth10(Synth10Split::Test, kImages).images) {
    const auto logits = run_float_logits(*network, preprocess(image, network->preprocessing));
    right += std::max_element(logits.begin(), logits.end()) - logits.begin() == image.label;
  }
  return right;
}

// Within two standard errors of what training measured on all 2,000.
TEST(EmbeddedNetworksTest, Resnet8AnswersAsTrainingMeasured) {
  EXPECT_NEAR(right_answers("resnet8_synth10.onnx"), 0.9565 * kImages, 6);
}

TEST(EmbeddedNetworksTest, MobileNetV2AnswersAsTrainingMeasured) {
  EXPECT_NEAR(right_answers("mobilenet_v2_synth10.onnx"), 0.9335 * kImages, 7);
}

}  // namespace
}  // namespace axvp
