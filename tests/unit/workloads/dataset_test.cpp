#include "axvp/workloads/dataset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "axvp/common/file.h"
#include "axvp/common/hash.h"
#include "test_data.h"

namespace axvp {
namespace {

using ::testing::HasSubstr;

class Cifar10File : public ::testing::Test {
 protected:
  void SetUp() override {
    path_ = std::filesystem::temp_directory_path() /
            (std::string("axvp_") + ::testing::UnitTest::GetInstance()->current_test_info()->name() + ".bin");
  }
  void TearDown() override { std::filesystem::remove(path_); }

  /// A record whose byte at (plane, row, column) is 100 * plane + row + column.
  static std::string record(int label) {
    std::string bytes(1, static_cast<char>(label));
    for (int plane = 0; plane < 3; ++plane)
      for (int row = 0; row < 32; ++row)
        for (int column = 0; column < 32; ++column) bytes.push_back(static_cast<char>(100 * plane + row + column));
    return bytes;
  }
  Result<Dataset> open(const std::string& bytes, std::size_t limit = 0) {
    EXPECT_TRUE(write_file_atomically(path_, bytes));
    return open_dataset("cifar10:" + path_.string(), limit);
  }
  static void expect_error(const Result<Dataset>& result, const std::string& message) {
    ASSERT_FALSE(result);
    EXPECT_THAT(result.error().message, HasSubstr(message));
  }

  std::filesystem::path path_;
};

TEST_F(Cifar10File, PlanesBecomePixels) {
  const std::string bytes = record(3) + record(9);
  const auto dataset = open(bytes);
  ASSERT_TRUE(dataset) << dataset.error().message;
  EXPECT_EQ(dataset->classes, 10);
  EXPECT_EQ(dataset->sha256, sha256(bytes));
  ASSERT_EQ(dataset->images.size(), 2u);
  EXPECT_EQ(dataset->images[0].label, 3);
  EXPECT_EQ(dataset->images[1].label, 9);
  const Image& image = dataset->images[1];
  ASSERT_EQ(image.pixels.size(), 32u * 32u * 3u);
  for (std::size_t row : {0u, 5u, 31u})
    for (std::size_t column : {0u, 7u, 31u})
      for (std::size_t plane = 0; plane < 3; ++plane)
        EXPECT_EQ(image.pixels[(row * 32 + column) * 3 + plane], static_cast<std::uint8_t>(100 * plane + row + column));
}

TEST_F(Cifar10File, LimitKeepsTheFirst) {
  const auto dataset = open(record(3) + record(9) + record(1), 2);
  ASSERT_TRUE(dataset) << dataset.error().message;
  ASSERT_EQ(dataset->images.size(), 2u);
  EXPECT_EQ(dataset->images[1].label, 9);
}

TEST_F(Cifar10File, TruncatedFileIsRefused) {
  expect_error(open((record(3) + record(9)).substr(0, 6000)), "6000 bytes are not whole records of 3073");
}

TEST_F(Cifar10File, LabelOutOfRangeNamesTheRecord) {
  expect_error(open(record(3) + record(10)), "record 1 has label 10, expected 0 to 9");
}

TEST_F(Cifar10File, LabelBeyondTheLimitIsStillChecked) {
  expect_error(open(record(3) + record(255), 1), "record 1 has label 255");
}

TEST_F(Cifar10File, EmptyFileIsRefused) {
  expect_error(open(""), "empty");
}

TEST_F(Cifar10File, PlusPutsDataSetsBehindOneAnother) {
  ASSERT_TRUE(write_file_atomically(path_, record(3) + record(9) + record(4)));
  const std::string name = "cifar10:" + path_.string();
  const auto labels = [](const Result<Dataset>& data) {
    std::vector<int> result;
    for (const Image& image : data->images) result.push_back(image.label);
    return result;
  };
  const auto both = open_dataset(name + "@2:+" + name + "@0:2");
  ASSERT_TRUE(both) << both.error().message;
  EXPECT_EQ(labels(both), (std::vector<int>{4, 3, 9}));
  EXPECT_EQ(labels(open_dataset(name + "@2:+" + name, 2)), (std::vector<int>{4, 3}));
  EXPECT_EQ(labels(open_dataset(name + "@2:+" + name, 1)), (std::vector<int>{4}));
  const std::string of_file = open_dataset(name)->sha256;
  EXPECT_EQ(both->sha256, sha256(of_file + of_file));
  expect_error(open_dataset(name + "+synth10:tset"), "tset");
}

TEST(OpenDataset, MissingFileIsNamed) {
  const auto dataset = open_dataset("cifar10:/no/such/file.bin");
  ASSERT_FALSE(dataset);
  EXPECT_THAT(dataset.error().message, HasSubstr("/no/such/file.bin"));
}

TEST(OpenDataset, UnknownKindSuggestsTheNearest) {
  const auto dataset = open_dataset("cifar1:x");
  ASSERT_FALSE(dataset);
  EXPECT_THAT(dataset.error().message, HasSubstr("unknown kind `cifar1`, did you mean `cifar10`?"));
}

TEST(OpenDataset, KindAloneIsNotEnough) {
  for (const char* specification : {"", "cifar10", "cifar10:"}) {
    const auto dataset = open_dataset(specification);
    ASSERT_FALSE(dataset);
    EXPECT_THAT(dataset.error().message, HasSubstr("expected KIND:ARGUMENT")) << specification;
  }
}

TEST(OpenDataset, Synth10TakesItsSplits) {
  for (const char* specification : {"synth10:train", "synth10:validation", "synth10:test"}) {
    const auto dataset = open_dataset(specification, 3);
    ASSERT_TRUE(dataset) << dataset.error().message;
    EXPECT_EQ(dataset->images.size(), 3u);
  }
  const auto unknown = open_dataset("synth10:tests");
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().message, HasSubstr("no split `tests`, did you mean `test`?"));
}

TEST(OpenDataset, TestExactHasTheCountsOfItsReadme) {
  AXVP_NEEDS_DATA("cifar10/test_exact.bin");
  const auto dataset = open_dataset("cifar10:cifar10/test_exact.bin");
  ASSERT_TRUE(dataset) << dataset.error().message;
  EXPECT_EQ(dataset->name, "cifar10:test_exact");
  EXPECT_EQ(dataset->images.size(), 1000u);
  EXPECT_EQ(dataset->images[0].label, 3);  // the official test batch begins with a cat
}

TEST(CheckClasses, DataOfOtherClassesThanTheNetworksAreRefused) {
  Dataset data;
  data.name = "photos";
  data.classes = 200;
  EXPECT_TRUE(check_classes(data, 200));
  EXPECT_EQ(check_classes(data, 10).error().message,
            "photos: images of 200 classes, but the network tells 10 apart: their labels mean something else to it");
  EXPECT_FALSE(check_classes(data, 1000)) << "which of the thousand they are nobody knows";
  data.labels_are_numbers = true;
  EXPECT_TRUE(check_classes(data, 1000)) << "a label file numbers the network's classes";
  EXPECT_FALSE(check_classes(data, 199));
}

TEST(Preprocess, NormalisesEachChannel) {
  const Image image{1, 2, {0, 51, 255, 255, 102, 0}, 0};
  const Preprocessing preprocessing{255.0, {0.0, 0.5, 1.0}, {1.0, 0.5, 0.25}};
  const std::vector<float> tensor = preprocess(image, preprocessing);
  const std::vector<float> expected{0.0F, 1.0F, -0.6F, -0.2F, 0.0F, -4.0F};
  EXPECT_THAT(tensor, ::testing::Pointwise(::testing::FloatEq(), expected));
}

}  // namespace
}  // namespace axvp
