#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "axvp/multipliers/npy.h"
#include "kernel_cases.h"
#include "test_data.h"

namespace axvp::test {
namespace {

namespace fs = std::filesystem;

/// The truth tables of EvoApproxLib's 8x8 circuits (data only), beside the data folder.
constexpr const char* kArchive = "../reference/evoapprox8_luts.tar.xz";

class EvoApproxTables : public testing::Test {
 protected:
  void SetUp() override {
    AXVP_NEEDS_DATA(kArchive);
    folder_ = fs::temp_directory_path() /
              ("axvp_evoapprox_" + std::to_string(testing::UnitTest::GetInstance()->random_seed()) + "_" +
               std::to_string(getpid()));
    fs::create_directories(folder_);
    const std::string command = "tar -xJf '" + (data_folder() / kArchive).string() + "' -C '" + folder_.string() + "'";
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path folder_;
};

TEST_F(EvoApproxTables, EveryKernelEqualsTheReferenceOnEachTableInBothEncodings) {
  Random random{99};
  const KernelCase c = matrix_case(21, 35, 13, random);
  int tables = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder_)) {
    if (entry.path().extension() != ".npy") continue;
    const auto table = read_npy_table(entry.path());
    ASSERT_TRUE(table) << table.error().message;
    ++tables;
    const std::string name = entry.path().stem().string();
    expect_equal_on_all_tiers(c, {name + " as sm8", GatedProducts{*table, Encoding::SignMagnitude, false}});
    expect_equal_on_all_tiers(c, {name + " as signed sm8", GatedProducts{*table, Encoding::SignMagnitude, true}});
    expect_equal_on_all_tiers(c, {name + " as s8", GatedProducts{*table, Encoding::TwosComplement, true}});
    if (HasFatalFailure()) return;
  }
  EXPECT_EQ(tables, 99);
}

}  // namespace
}  // namespace axvp::test
