// Data sets whose images are files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "axvp/common/file.h"
#include "axvp/common/hash.h"
#include "axvp/workloads/dataset.h"
#include "project_folders.h"
#include "test_data.h"

namespace axvp {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

class ImageFolder : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() /
              (std::string("axvp_folder_") + ::testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  static fs::path golden(const std::string& name) { return fs::path(AXVP_SOURCE_DIR) / "tests/golden/images" / name; }
  void copy(const std::string& image, const std::string& to) const {
    fs::create_directories((folder_ / to).parent_path());
    fs::copy_file(golden(image), folder_ / to);
  }
  void write(const std::string& name, const std::string& text) const {
    ASSERT_TRUE(write_file_atomically(folder_ / name, text));
  }
  [[nodiscard]] Result<Dataset> open(const std::string& kind, const std::string& suffix = "") const {
    return open_dataset(kind + ":" + folder_.string() + suffix);
  }
  static std::vector<int> labels(const Dataset& data) {
    std::vector<int> result;
    for (const Image& image : data.images) result.push_back(image.label);
    return result;
  }
  void expect_error(const std::string& kind, const std::string& suffix, const std::string& message) const {
    const auto data = open(kind, suffix);
    ASSERT_FALSE(data);
    EXPECT_THAT(data.error().message, HasSubstr(message));
  }
  /// Two classes of Tiny ImageNet's layout: b (0) with two training images, a (1) with one; three annotated ones.
  void make_tiny() const {
    write("wnids.txt", "b\na\n");
    copy("grey.jpg", "train/b/images/b_10.JPEG");
    copy("colour_420.jpg", "train/b/images/b_2.JPEG");
    copy("colour_420.jpg", "train/a/images/a_0.JPEG");
    copy("colour_420.jpg", "val/images/val_0.JPEG");
    copy("grey.jpg", "val/images/val_1.JPEG");
    copy("progressive.jpg", "val/images/val_2.JPEG");
    write("val/val_annotations.txt", "val_0.JPEG\ta\t0\t0\t1\t1\nval_1.JPEG\tb\t0\t0\t1\t1\r\nval_2.JPEG\ta\n");
  }

  fs::path folder_;
};

TEST_F(ImageFolder, ClassesAreTheFoldersAndTakeTurns) {
  copy("grey.png", "zebra/x_10.png");
  copy("colour_420.jpg", "zebra/x_2.JPG");
  copy("alpha.png", "ape/only.png");
  write("ape/notes.txt", "no image");
  write("README", "no folder");
  const auto data = open("imagefolder");
  ASSERT_TRUE(data) << data.error().message;
  EXPECT_EQ(data->classes, 2);
  EXPECT_THAT(labels(*data), ElementsAre(0, 1, 1));
  EXPECT_EQ(data->images[0].pixels, decode_image(*read_text_file(golden("alpha.png")), "")->pixels);
  EXPECT_EQ(data->images[1].pixels, decode_image(*read_text_file(golden("colour_420.jpg")), "")->pixels);
  EXPECT_EQ(data->name, "imagefolder:" + folder_.filename().string());
}

TEST_F(ImageFolder, HashCoversBytesAndClasses) {
  copy("grey.png", "a/1.png");
  copy("alpha.png", "b/1.png");
  const auto hash = [](const std::string& name) { return *sha256_of_file(golden(name)); };
  EXPECT_EQ(open("imagefolder")->sha256, sha256(hash("grey.png") + " 0\n" + hash("alpha.png") + " 1\n"));
}

TEST_F(ImageFolder, LabelFileNamesImagesAndClasses) {
  copy("grey.png", "first image.png");
  copy("alpha.png", "sub/2.png");
  write("labels.txt", "sub/2.png 3\n\nfirst image.png\t1\r\n");
  const auto data = open("imagefolder", ":labels.txt");
  ASSERT_TRUE(data) << data.error().message;
  EXPECT_EQ(data->classes, 4);
  EXPECT_THAT(labels(*data), ElementsAre(3, 1));
}

TEST_F(ImageFolder, ImagesAreFittedToTheNetwork) {
  copy("colour_420.jpg", "a/1.jpg");
  DatasetOptions options;
  options.fitting = ImageFitting{8, 6, 0};
  const auto data = open_dataset("imagefolder:" + folder_.string(), options);
  ASSERT_TRUE(data) << data.error().message;
  EXPECT_EQ(data->images[0].pixels,
            resize_bilinear(*decode_image(*read_text_file(golden("colour_420.jpg")), ""), 8, 6).pixels);
}

TEST_F(ImageFolder, BackgroundOpensTheSame) {
  copy("colour_420.jpg", "a/1.jpg");
  auto pending = open_dataset_in_background("imagefolder:" + folder_.string(), {});
  const auto data = pending.get();
  ASSERT_TRUE(data) << data.error().message;
  EXPECT_EQ(data->sha256, open("imagefolder")->sha256);
}

TEST_F(ImageFolder, RelativePathsAreLookedForInTheDataFolder) {
  copy("colour_420.jpg", "set/a/1.jpg");
  const char* const before = std::getenv("AXVP_DATA");
  const std::string kept = before != nullptr ? before : "";
  setenv("AXVP_DATA", folder_.c_str(), 1);
  const auto data = open_dataset("imagefolder:set");
  if (before != nullptr)
    setenv("AXVP_DATA", kept.c_str(), 1);
  else
    unsetenv("AXVP_DATA");
  ASSERT_TRUE(data) << data.error().message;
  EXPECT_EQ(data->name, "imagefolder:set");
}

TEST_F(ImageFolder, RefusesBrokenFoldersAndFiles) {
  expect_error("imagefolder", "", "No such file");
  write("notes.txt", "");
  expect_error("imagefolder", "", "no folder of a class");
  copy("grey.png", "a/1.png");
  fs::create_directories(folder_ / "b");
  expect_error("imagefolder", "", "b: no JPEG or PNG file in this class's folder");
  write("b/2.jpg", read_text_file(golden("colour_420.jpg"))->substr(0, 400));
  expect_error("imagefolder", "", "b/2.jpg: corrupt JPEG");
}

TEST_F(ImageFolder, RefusesBrokenLabelFiles) {
  copy("grey.png", "1.png");
  expect_error("imagefolder", ":labels.txt", "labels.txt");
  write("labels.txt", "\n");
  expect_error("imagefolder", ":labels.txt", "no lines");
  write("labels.txt", "1.png 0\n2.png 1\n");
  expect_error("imagefolder", ":labels.txt", "line 2: there is no file `2.png`");
  for (const char* line : {"1.png", "1.png x", "1.png -1", "1.png 1048576", " 1"}) {
    write("labels.txt", line);
    expect_error("imagefolder", ":labels.txt", "line 1: ");
  }
}

TEST_F(ImageFolder, TinyImagenetHasClassesInTheOrderOfWnids) {
  make_tiny();
  const auto train = open("tiny-imagenet", ":train");
  ASSERT_TRUE(train) << train.error().message;
  EXPECT_EQ(train->classes, 2);
  EXPECT_THAT(labels(*train), ElementsAre(0, 1, 0));
  EXPECT_EQ(train->images[0].pixels, train->images[1].pixels);  // b_2 before b_10
  for (const char* split : {"", ":val"}) {
    const auto val = open("tiny-imagenet", split);
    ASSERT_TRUE(val) << val.error().message;
    EXPECT_THAT(labels(*val), ElementsAre(1, 0, 1));
  }
}

TEST_F(ImageFolder, SelectionsAreHalfOpen) {
  make_tiny();
  EXPECT_THAT(labels(*open("tiny-imagenet", ":val@1:3")), ElementsAre(0, 1));
  EXPECT_THAT(labels(*open("tiny-imagenet", "@:1")), ElementsAre(1));
  EXPECT_THAT(labels(*open("tiny-imagenet", "@2:")), ElementsAre(1));
  EXPECT_EQ(open("tiny-imagenet", ":val@1:3")->name, "tiny-imagenet:" + folder_.filename().string() + ":val@1:3");
  expect_error("tiny-imagenet", "@1:4", "images 1 to 4 are asked for, but there are 3");
  expect_error("tiny-imagenet", "@2:2", "images 2 to 2 are asked for, but there are 3");
  expect_error("tiny-imagenet", "@2", "expected @FIRST:END");
  expect_error("tiny-imagenet", "@a:2", "`a` is not a number");
}

TEST_F(ImageFolder, RefusesBrokenTinyImagenet) {
  expect_error("tiny-imagenet", "", "wnids.txt");
  make_tiny();
  expect_error("tiny-imagenet", ":test", "no split `test`");
  write("val/val_annotations.txt", "val_0.JPEG\tc\n");
  expect_error("tiny-imagenet", "", "line 1: class `c` is not in wnids.txt");
  write("val/val_annotations.txt", "val_0.JPEG\n");
  expect_error("tiny-imagenet", "", "line 1: expected a file and its class");
  write("val/val_annotations.txt", "val_7.JPEG\ta\n");
  expect_error("tiny-imagenet", "", "val_7.JPEG");
  write("wnids.txt", "b\nb\n");
  expect_error("tiny-imagenet", "", "class `b` stands twice");
}

TEST(TinyImagenet, EveryFileDecodes) {
  AXVP_NEEDS_DATA("tiny-imagenet-200/wnids.txt", "tiny-imagenet-200/train", "tiny-imagenet-200/val");
  for (const std::string split : {"train", "val"}) {
    const auto data = open_dataset("tiny-imagenet:tiny-imagenet-200:" + split);
    ASSERT_TRUE(data) << data.error().message;
    EXPECT_EQ(data->images.size(), 10000u);
    std::vector<int> count(200, 0);
    for (const Image& image : data->images) {
      ASSERT_EQ(image.pixels.size(), 64u * 64u * 3u);
      ++count.at(static_cast<std::size_t>(image.label));
    }
    EXPECT_EQ(count, std::vector<int>(200, 50)) << split;
  }
}

}  // namespace
}  // namespace axvp
