#include "axvp/common/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/resource.h>

#include <csignal>
#include <cstdlib>
#include <fstream>

#include "axvp/common/hash.h"

namespace axvp {
namespace {

using ::testing::HasSubstr;

class FileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "axvp_file_XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path folder_;
};

TEST_F(FileTest, WritesAndReplacesWholeFiles) {
  const auto path = folder_ / "deep" / "result.json";
  ASSERT_TRUE(write_file_atomically(path, "one"));
  ASSERT_TRUE(write_file_atomically(path, "two"));
  EXPECT_EQ(read_text_file(path).value(), "two");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator{path.parent_path()}, {}), 1) << "no temporary file left";
}

TEST_F(FileTest, AFullDiskLeavesTheOldFile) {
  const auto path = folder_ / "result.json";
  ASSERT_TRUE(write_file_atomically(path, "old"));
  // A limit on the file size makes write() fail half-way, as a full disk does.
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit small = before;
  small.rlim_cur = 4096;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const auto written = write_file_atomically(path, std::string(100000, 'x'));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error().message, HasSubstr("an older file stays as it was"));
  EXPECT_EQ(read_text_file(path).value(), "old");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator{folder_}, {}), 1) << "no temporary file left";
}

TEST_F(FileTest, FilesThatBelongTogetherAreReplacedTogether) {
  ASSERT_TRUE(write_files_atomically({{folder_ / "a", "old a"}, {folder_ / "b", "old b"}}));
  std::filesystem::create_directory(folder_ / "taken");
  const auto written = write_files_atomically({{folder_ / "a", "new a"}, {folder_ / "taken", "new"}});
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error().message, HasSubstr("is a folder"));
  EXPECT_EQ(read_text_file(folder_ / "a").value(), "old a") << "the second file failed, the first stays";
  ASSERT_TRUE(write_files_atomically({{folder_ / "a", "new a"}, {folder_ / "b", "new b"}}));
  EXPECT_EQ(read_text_file(folder_ / "a").value() + ", " + read_text_file(folder_ / "b").value(), "new a, new b");
}

TEST_F(FileTest, RefusesToReplaceAFolder) {
  EXPECT_THAT(write_file_atomically(folder_, "x").error().message, HasSubstr("is a folder"));
}

TEST_F(FileTest, SaysWhatCannotBeRead) {
  EXPECT_THAT(read_text_file(folder_ / "none").error().message, HasSubstr("no such file"));
  EXPECT_THAT(read_text_file(folder_).error().message, HasSubstr("not a regular file"));
  std::ofstream{folder_ / "big"} << "12345";
  EXPECT_THAT(read_binary_file(folder_ / "big", 4).error().message, HasSubstr("5 bytes, at most 4"));
}

TEST(Hash, MatchesThePublishedVector) {
  // FIPS 180-2, appendix B.1.
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace axvp
