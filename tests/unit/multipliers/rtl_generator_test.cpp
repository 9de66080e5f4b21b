#include "axvp/multipliers/rtl_generator.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <set>
#include <string>

#include "axvp/common/file.h"
#include "project_folders.h"

namespace axvp {
namespace {

const std::filesystem::path kRoot{AXVP_SOURCE_DIR};

std::size_t count(const std::string& text, const std::string& word) {
  std::size_t n = 0;
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++n;
  return n;
}

TEST(RtlGenerator, CommittedFilesAreUpToDate) {
  for (const GeneratedFile& file : generate_multiplier_rtl()) {
    const auto committed = read_text_file(kRoot / file.path);
    ASSERT_TRUE(committed) << committed.error().message;
    EXPECT_EQ(*committed, file.content) << file.path << " differs: run `axvp_generate_rtl .` in the project's root";
  }
}

TEST(RtlGenerator, EveryCommittedMultiplierIsGenerated) {
  std::set<std::filesystem::path> generated;
  for (const GeneratedFile& file : generate_multiplier_rtl()) generated.insert(kRoot / file.path);
  for (const auto& entry : std::filesystem::directory_iterator(kRoot / "rtl/multipliers")) {
    if (entry.path().filename().string().rfind("ax_mul_", 0) != 0) continue;
    EXPECT_TRUE(generated.count(entry.path())) << entry.path() << " belongs to no built-in multiplier";
  }
}

TEST(RtlGenerator, ExactTreeHasDaddasNumberOfAdders) {
  // Dadda 1965, for N bits: N^2 - 4N + 3 full adders and N - 1 half adders, then a carry-propagate adder over 2N - 2
  // columns, whose lowest is a half adder: 35 + 13 and 7 + 1 for N = 8.
  const std::string text = generate_rtl({"dadda-exact", "dadda", "", DaddaParameters{}});
  EXPECT_EQ(count(text, "ax_fa u_"), 48u);
  EXPECT_EQ(count(text, "ax_ha u_"), 8u);
}

TEST(RtlGenerator, ConstantsNeverReachAnAdderCellOfADesign) {
  for (const GeneratedFile& file : generate_multiplier_rtl()) {
    if (file.path.filename().string().rfind("ax_mul_evolved", 0) == 0) continue;  // a search decides, synthesis folds
    for (const char* port : {"_i(1", "_i()", "_i(0"}) EXPECT_EQ(count(file.content, port), 0u) << file.path;
  }
}

}  // namespace
}  // namespace axvp
