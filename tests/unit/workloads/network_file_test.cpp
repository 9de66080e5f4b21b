#include "axvp/workloads/network_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "axvp/common/file.h"
#include "axvp/common/hash.h"
#include "axvp/workloads/float_executor.h"
#include "axvp/workloads/onnx_export.h"
#include "small_networks.h"

namespace axvp {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

/// input 3x2x2 -> pool -> 1x1 convolution to 4 classes -> bias -> clamp.
Network classifier() {
  Network network;
  network.name = "classifier";
  network.tensors = {{"input", {3, 2, 2}},
                     {"pooled", {3, 1, 1}},
                     {"product", {4, 1, 1}},
                     {"biased", {4, 1, 1}},
                     {"logits", {4, 1, 1}}};
  AveragePool pool;
  pool.window.kernel_height = pool.window.kernel_width = 2;
  Convolution convolution;
  convolution.output_channels = 4;
  for (int i = 0; i < 12; ++i) convolution.weights.push_back(static_cast<float>(i * i % 7) - 3.0F);
  network.nodes = {{"pool", pool, {0}, 1},
                   {"linear", convolution, {1}, 2},
                   {"linear.bias", ChannelAffine{{1, 2, 1, 1}, {0.5, -1, 0, 2}}, {2}, 3},
                   {"clamp", Clamp{-100, 100}, {3}, 4}};
  network.output = 4;
  return network;
}

class NetworkFile : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() /
              (std::string("axvp_network_") + ::testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
    write("net.onnx", export_onnx(classifier()));
  }
  void TearDown() override { fs::remove_all(folder_); }
  void write(const std::string& name, const std::string& text) const {
    ASSERT_TRUE(write_file_atomically(folder_ / name, text));
  }
  [[nodiscard]] Result<LoadedNetwork> load(const std::string& text) const {
    write("net.toml", text);
    return load_network(folder_ / "net.toml");
  }
  void expect_error(const std::string& text, const std::string& message) const {
    const auto loaded = load(text);
    ASSERT_FALSE(loaded) << text;
    EXPECT_THAT(loaded.error().message, HasSubstr(message));
  }
  fs::path folder_;
};

const std::vector<float> kInput{1, 2, 3, 4, -1, 0.5F, 2, 7, 3, 3, -3, 1};

TEST_F(NetworkFile, OnnxFilesAreImportedAsTheyAre) {
  const auto loaded = load_network(folder_ / "net.onnx");
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->network.name, "net");
  EXPECT_EQ(loaded->sha256, *sha256_of_file(folder_ / "net.onnx"));
}

TEST_F(NetworkFile, DescriptionSetsPreprocessingAndOutputs) {
  write("classes.txt", "cat 2\r\ndog\t0\n\n");
  const std::string text = R"(model = "net.onnx"
[preprocessing]
divisor = 127.5
mean = [1.0, 1.0, 1.0]
deviation = [1.0, 2.0, 1.0]
shorter_side = 3
[classes]
file = "classes.txt"
offset = 1
)";
  const auto loaded = load(text);
  ASSERT_TRUE(loaded) << loaded.error().message;
  const Network& network = loaded->network;
  EXPECT_EQ(network.preprocessing.divisor, 127.5);
  EXPECT_EQ(network.preprocessing.deviation[1], 2.0);
  EXPECT_EQ(network.preprocessing.shorter_side, 3);
  EXPECT_EQ(loaded->sha256, sha256(*sha256_of_file(folder_ / "net.onnx") + text));
  const auto all = run_float_logits(classifier(), kInput), chosen = run_float_logits(network, kInput);
  EXPECT_EQ(chosen, (std::vector<float>{all[3], all[1]}));
  // Written and read back, the network is complete without its description.
  const auto again = import_onnx_bytes(export_onnx(network), "again");
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->preprocessing.shorter_side, 3);
  EXPECT_EQ(run_float_logits(*again, kInput), chosen);
}

TEST_F(NetworkFile, OutputsMayStandInTheFile) {
  const auto loaded = load("model = \"net.onnx\"\n[classes]\noutputs = [1, 1]\n");
  ASSERT_TRUE(loaded) << loaded.error().message;
  const auto all = run_float_logits(classifier(), kInput);
  EXPECT_EQ(run_float_logits(loaded->network, kInput), (std::vector<float>{all[1], all[1]}));
}

TEST_F(NetworkFile, RefusesWrongDescriptions) {
  expect_error("height = 3", "model");
  expect_error("model = \"net.toml\"", "expected an ONNX file");
  expect_error("model = \"absent.onnx\"", "absent.onnx");
  expect_error("model = \"net.onnx\"\nhieght = 3", "height");
  expect_error("model = \"net.onnx\"\nheight = 0", "line 2");
  expect_error("model = \"net.onnx\"\nheight = 3", "input height 3 is wanted");
  expect_error("model = \"net.onnx\"\n[preprocessing]\ndivisor = 0.0", "line 3");
  expect_error("model = \"net.onnx\"\n[preprocessing]\ndivisor = 1.0\nmean = [0.0]\ndeviation = [1.0, 1.0, 1.0]",
               "mean holds 1 numbers");
  expect_error("model = \"net.onnx\"\n[classes]", "`outputs` or `file`");
  expect_error("model = \"net.onnx\"\n[classes]\noutputs = [4]", "output 4 is not in [0, 4)");
  expect_error("model = \"net.onnx\"\n[classes]\nfile = \"none.txt\"", "none.txt");
  write("classes.txt", "cat 1\ndog x\n");
  expect_error("model = \"net.onnx\"\n[classes]\nfile = \"classes.txt\"", "line 2: `x` is not an output's number");
  write("classes.txt", "cat 0\n");
  expect_error("model = \"net.onnx\"\n[classes]\nfile = \"classes.txt\"\noffset = -1", "output -1");
}

TEST(SelectOutputsTest, NeedsAConvolutionAtTheEnd) {
  Network network = classifier();
  network.nodes.resize(1);
  network.output = 1;
  EXPECT_THAT(select_outputs(network, {0}).error().message, HasSubstr("convolution or Gemm"));
  network = classifier();
  EXPECT_THAT(select_outputs(network, {}).error().message, HasSubstr("no outputs"));
}

}  // namespace
}  // namespace axvp
