// The networks of AXVP_DATA against logits that another evaluator made (see the data's README).
#include <gtest/gtest.h>

#include <cstring>

#include "axvp/common/file.h"
#include "axvp/workloads/dataset.h"
#include "axvp/workloads/float_executor.h"
#include "axvp/workloads/onnx_import.h"
#include "test_data.h"

namespace axvp {
namespace {

std::vector<float> read_floats(const std::filesystem::path& path) {
  const auto bytes = read_binary_file(path);
  EXPECT_TRUE(bytes) << bytes.error().message;
  std::vector<float> values(bytes ? bytes->size() / sizeof(float) : 0);
  if (!values.empty()) std::memcpy(values.data(), bytes->data(), values.size() * sizeof(float));
  return values;
}

#ifdef __SANITIZE_ADDRESS__
constexpr std::size_t kImages = 5;  // 20 times slower, and it is the memory that counts there
#else
constexpr std::size_t kImages = 100;
#endif

struct Case {
  std::string network;
  std::string reference;
  std::string images;
};

std::ostream& operator<<(std::ostream& stream, const Case& c) {
  return stream << c.network;
}

class EveryReference : public ::testing::TestWithParam<Case> {};

TEST_P(EveryReference, LogitsAgreeTo1e3) {
  const Case& c = GetParam();
  const auto model = data_folder() / "weights" / (c.network + ".onnx");
  if (!std::filesystem::exists(model)) GTEST_SKIP() << model << " is absent; AXVP_DATA names the data folder";
  const auto network = import_onnx(model);
  ASSERT_TRUE(network) << network.error().message;
  const auto images = open_dataset("cifar10:" + (data_folder() / "cifar10" / c.images).string(), kImages);
  ASSERT_TRUE(images) << images.error().message;
  const std::vector<float> reference = read_floats(data_folder() / "weights" / "reference" / c.reference);
  const std::size_t classes = network->tensors[network->output].shape.size();
  ASSERT_EQ(reference.size(), 100 * classes);
  for (std::size_t i = 0; i < kImages; ++i) {
    const auto logits = run_float_logits(*network, preprocess(images->images[i], network->preprocessing));
    for (std::size_t k = 0; k < classes; ++k)
      ASSERT_NEAR(logits[k], reference[i * classes + k], 1e-3) << c.network << ", image " << i << ", class " << k;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Cifar10, EveryReference,
    ::testing::Values(Case{"resnet20_cifar10", "resnet20_cifar10.test_exact_0-99.f32", "test_exact.bin"},
                      Case{"resnet32_cifar10", "resnet32_cifar10.test_exact_0-99.f32", "test_exact.bin"},
                      Case{"resnet56_cifar10", "resnet56_cifar10.test_exact_0-99.f32", "test_exact.bin"},
                      Case{"resnet20_cifar10jpeg", "resnet20_cifar10jpeg.test_jpeg_0-99.f32", "test_jpeg.bin"}),
    [](const auto& c) { return c.param.network; });

TEST(MobileNetV2, FirstCifarImageAt224AgreesTo1e3) {
  const auto folder = data_folder() / "weights";
  const auto model = folder / "mobilenet_v2_cifar10.onnx";
  if (!std::filesystem::exists(model)) GTEST_SKIP() << model << " is absent; AXVP_DATA names the data folder";
  const auto network = import_onnx(model, {224, 224});
  ASSERT_TRUE(network) << network.error().message;
  auto pixels = read_binary_file(folder / "reference" / "resized224_test_exact_0.u8");
  ASSERT_TRUE(pixels) << pixels.error().message;
  const Image image{224, 224, std::move(*pixels), 0};
  ASSERT_EQ(image.pixels.size(), 224u * 224u * 3u);
  const auto logits = run_float_logits(*network, preprocess(image, network->preprocessing));
  const auto reference = read_floats(folder / "reference" / "mobilenet_v2_cifar10_224.test_exact_0-15.f32");
  ASSERT_EQ(logits.size(), 10u);
  ASSERT_EQ(reference.size(), 160u);
  for (std::size_t k = 0; k < logits.size(); ++k) EXPECT_NEAR(logits[k], reference[k], 1e-3) << "class " << k;
}

TEST(MobileNetV2, AllFilesImportWithTheirMacs) {
  struct File {
    const char* name;
    int side;
    double mega_macs;  // published for width 1.0 at 224: 300 with 1000 classes (Sandler et al. 2018); data README: 24.7
    double tolerance;
  };
  const auto folder = data_folder() / "weights";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << folder << " is absent; AXVP_DATA names the data folder";
  for (const File& file :
       {File{"mobilenet_v2_imagenet", 224, 300.0, 3.0}, File{"mobilenet_v2_tinyimagenet", 64, 24.7, 0.1}}) {
    const auto network = import_onnx(folder / (std::string(file.name) + ".onnx"), {file.side, file.side});
    ASSERT_TRUE(network) << network.error().message;
    std::uint64_t macs = 0;
    for (const Node& node : network->nodes)
      if (const auto* convolution = std::get_if<Convolution>(&node.operation))
        macs += count_macs(*convolution, network->tensors[node.inputs[0]].shape);
    EXPECT_NEAR(static_cast<double>(macs) / 1e6, file.mega_macs, file.tolerance) << file.name;
  }
}

}  // namespace
}  // namespace axvp
