#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "axvp/common/file.h"
#include "axvp/workloads/float_executor.h"
#include "axvp/workloads/onnx_import.h"
#include "onnx_model_builder.h"

namespace axvp {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A model whose only weights, (2, 3), lie in `weights.bin` behind four other bytes.
class ExternalData : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() /
              (std::string("axvp_external_") + ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
    const float weights[] = {2, 3};
    ASSERT_TRUE(write_file_atomically(folder_ / "weights.bin",
                                      "head" + std::string(reinterpret_cast<const char*>(weights), sizeof weights)));
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  Result<Network> import(const std::vector<std::pair<std::string, std::string>>& entries) {
    OnnxModelBuilder model;
    model.input("x", {-1, 2, 1, 1}).output("y").floats("w", {1, 2, 1, 1}, {}).node("Conv", {"x", "w"}, "y");
    model.initialiser(0).set_data_location(onnx::TensorProto::EXTERNAL);
    for (const auto& [key, value] : entries) {
      auto* entry = model.initialiser(0).add_external_data();
      entry->set_key(key);
      entry->set_value(value);
    }
    EXPECT_TRUE(write_file_atomically(folder_ / "model.onnx", model.bytes()));
    return import_onnx(folder_ / "model.onnx");
  }
  void expect_error(const std::vector<std::pair<std::string, std::string>>& entries, const std::string& message) {
    const auto network = import(entries);
    ASSERT_FALSE(network);
    EXPECT_THAT(network.error().message, HasSubstr("initialiser `w`: external data"));
    EXPECT_THAT(network.error().message, HasSubstr(message));
  }

  std::filesystem::path folder_;
};

TEST_F(ExternalData, IsReadFromItsOffset) {
  const auto network = import({{"location", "weights.bin"}, {"offset", "4"}, {"length", "8"}});
  ASSERT_TRUE(network) << network.error().message;
  EXPECT_THAT(run_float_logits(*network, {10, 1}), ElementsAre(23));
}

TEST_F(ExternalData, MissingFileIsNamed) {
  expect_error({{"location", "other.bin"}}, "`other.bin`: No such file");
}

TEST_F(ExternalData, MissingLocationIsAnError) {
  expect_error({{"offset", "4"}}, "the location is missing");
}

TEST_F(ExternalData, FolderMayNotBeLeft) {
  ASSERT_TRUE(write_file_atomically(folder_ / "secret.bin", "12345678"));
  std::filesystem::create_directories(folder_ / "inner");
  expect_error({{"location", "../secret.bin"}}, "`../secret.bin` lies outside the model's folder");
  expect_error({{"location", "inner/../../secret.bin"}}, "lies outside the model's folder");
  expect_error({{"location", "/etc/passwd"}}, "`/etc/passwd` lies outside the model's folder");
  std::filesystem::create_symlink("/etc/passwd", folder_ / "link.bin");
  expect_error({{"location", "link.bin"}}, "`link.bin` lies outside the model's folder");
}

TEST_F(ExternalData, RangeHasToLieInTheFile) {
  expect_error({{"location", "weights.bin"}, {"offset", "5"}}, "8 bytes from 5 on do not lie in a file of 12 bytes");
  expect_error({{"location", "weights.bin"}, {"offset", "18446744073709551615"}}, "do not lie in a file of 12 bytes");
  expect_error({{"location", "weights.bin"}, {"length", "12"}}, "12 bytes, 8 expected");
  expect_error({{"location", "weights.bin"}, {"offset", "-4"}}, "offset is `-4`, expected a number");
}

TEST_F(ExternalData, FolderIsNoFile) {
  expect_error({{"location", "."}}, "");
}

}  // namespace
}  // namespace axvp
