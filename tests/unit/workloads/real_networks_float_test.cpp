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

struct Case {
  std::string network;
  std::string reference;
  std::string images;
  std::size_t count;
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
  const auto images = open_dataset("cifar10:" + (data_folder() / "cifar10" / c.images).string(), c.count);
  ASSERT_TRUE(images) << images.error().message;
  const auto bytes = read_binary_file(data_folder() / "weights" / "reference" / c.reference);
  ASSERT_TRUE(bytes) << bytes.error().message;
  const std::size_t classes = network->tensors[network->output].shape.size();
  std::vector<float> reference(c.count * classes);
  ASSERT_EQ(bytes->size(), reference.size() * sizeof(float));
  std::memcpy(reference.data(), bytes->data(), bytes->size());
  for (std::size_t i = 0; i < c.count; ++i) {
    const auto logits = run_float_logits(*network, preprocess(images->images[i], network->preprocessing));
    for (std::size_t k = 0; k < classes; ++k)
      ASSERT_NEAR(logits[k], reference[i * classes + k], 1e-3) << c.network << ", image " << i << ", class " << k;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Cifar10, EveryReference,
    ::testing::Values(Case{"resnet20_cifar10", "resnet20_cifar10.test_exact_0-99.f32", "test_exact.bin", 100},
                      Case{"resnet32_cifar10", "resnet32_cifar10.test_exact_0-99.f32", "test_exact.bin", 100},
                      Case{"resnet56_cifar10", "resnet56_cifar10.test_exact_0-99.f32", "test_exact.bin", 100},
                      Case{"resnet20_cifar10jpeg", "resnet20_cifar10jpeg.test_jpeg_0-99.f32", "test_jpeg.bin", 100}),
    [](const auto& c) { return c.param.network; });

}  // namespace
}  // namespace axvp
