// The networks of AXVP_DATA against logits that another evaluator made (see the data's README).
#include <gtest/gtest.h>

#include <cstring>

#include "axvp/common/file.h"
#include "axvp/workloads/dataset.h"
#include "axvp/workloads/float_executor.h"
#include "axvp/workloads/network_file.h"
#include "axvp/workloads/onnx_import.h"
#include "project_folders.h"
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
  const std::string model = "weights/" + c.network + ".onnx", logits_file = "weights/reference/" + c.reference;
  AXVP_NEEDS_DATA(model, logits_file, "cifar10/" + c.images);
  const auto network = import_onnx(data_folder() / model);
  ASSERT_TRUE(network) << network.error().message;
  const auto images = open_dataset("cifar10:cifar10/" + c.images, kImages);
  ASSERT_TRUE(images) << images.error().message;
  const std::vector<float> reference = read_floats(data_folder() / logits_file);
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

/// MobileNetV2, whose inputs are resized, or decoded from JPEG, on the way.
struct FittedCase {
  std::string name;
  std::string network;
  std::string description;  ///< Preprocessing, if it is not the default.
  int side;
  std::string reference;
  std::string images_file;  ///< That `data` opens.
  std::string data;
  std::size_t images;
};

std::ostream& operator<<(std::ostream& stream, const FittedCase& c) {
  return stream << c.name;
}

class EveryFittedReference : public ::testing::TestWithParam<FittedCase> {};

TEST_P(EveryFittedReference, LogitsAgreeTo1e3) {
  const FittedCase& c = GetParam();
  const std::string model = "weights/" + c.network, logits_file = "weights/reference/" + c.reference;
  AXVP_NEEDS_DATA(model, logits_file, c.images_file);
  auto network = import_onnx(data_folder() / model, {c.side, c.side});
  ASSERT_TRUE(network) << network.error().message;
  if (!c.description.empty()) {
    const auto description =
        load_network_description(std::filesystem::path(AXVP_SOURCE_DIR) / "workloads/networks" / c.description);
    ASSERT_TRUE(description) << description.error().message;
    network->preprocessing = description->preprocessing.value();
  }
  DatasetOptions options;
#ifdef __SANITIZE_ADDRESS__
  options.limit = 1;
#endif
  options.fitting = fitting_of(*network);
  const auto images = open_dataset(c.data, options);
  ASSERT_TRUE(images) << images.error().message;
  const std::vector<float> reference = read_floats(data_folder() / logits_file);
  const std::size_t classes = network->tensors[network->output].shape.size();
  ASSERT_EQ(reference.size(), c.images * classes);
  for (std::size_t i = 0; i < images->images.size(); ++i) {
    const auto logits = run_float_logits(*network, preprocess(images->images[i], network->preprocessing));
    for (std::size_t k = 0; k < classes; ++k)
      ASSERT_NEAR(logits[k], reference[i * classes + k], 1e-3) << "image " << i << ", class " << k;
  }
}

INSTANTIATE_TEST_SUITE_P(
    MobileNetV2, EveryFittedReference,
    ::testing::Values(FittedCase{"cifar10_at_224", "mobilenet_v2_cifar10.onnx", "", 224,
                                 "mobilenet_v2_cifar10_224.test_exact_0-15.f32", "cifar10/test_exact.bin",
                                 "cifar10:cifar10/test_exact.bin@:16", 16},
                      FittedCase{"cifar10_at_128", "mobilenet_v2_cifar10.onnx", "", 128,
                                 "mobilenet_v2_cifar10_128.test_exact_0-15.f32", "cifar10/test_exact.bin",
                                 "cifar10:cifar10/test_exact.bin@:16", 16},
                      FittedCase{"imagenet_at_224", "mobilenet_v2_imagenet.onnx", "mobilenet_v2_imagenet.toml", 224,
                                 "mobilenet_v2_imagenet.tiny_val_0-15.f32", "tiny-imagenet-200/ilsvrc_index.txt",
                                 "tiny-imagenet:tiny-imagenet-200@:16", 16},
                      FittedCase{"tinyimagenet", "mobilenet_v2_tinyimagenet.onnx", "", 64,
                                 "mobilenet_v2_tinyimagenet.tiny_val_0-99.f32", "tiny-imagenet-200/val",
                                 "tiny-imagenet:tiny-imagenet-200@:100", 100}),
    [](const auto& c) { return c.param.name; });

TEST(MobileNetV2, CifarImageIsResizedToTheReferencesBytes) {
  const std::string resized = "weights/reference/resized224_test_exact_0.u8";
  AXVP_NEEDS_DATA(resized, "cifar10/test_exact.bin");
  const auto pixels = read_binary_file(data_folder() / resized);
  const auto images = open_dataset("cifar10:cifar10/test_exact.bin", 1);
  ASSERT_TRUE(pixels && images);
  EXPECT_EQ(resize_bilinear(images->images[0], 224, 224).pixels, *pixels);
}

TEST(MobileNetV2, AllFilesImportWithTheirMacs) {
  struct File {
    const char* name;
    int side;
    double mega_macs;  // published for width 1.0 at 224: 300 with 1000 classes (Sandler et al. 2018); data README: 24.7
    double tolerance;
  };
  const auto path = [](const std::string& name) { return "weights/" + name + ".onnx"; };
  const File imagenet{"mobilenet_v2_imagenet", 224, 300.0, 3.0}, tiny{"mobilenet_v2_tinyimagenet", 64, 24.7, 0.1};
  AXVP_NEEDS_DATA(path(imagenet.name), path(tiny.name));
  for (const File& file : {imagenet, tiny}) {
    const auto network = import_onnx(data_folder() / path(file.name), {file.side, file.side});
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
