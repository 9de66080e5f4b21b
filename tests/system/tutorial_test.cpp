// Every command of docs/tutorial.md, one after the other, as a reader would type them.
#include <gtest/gtest.h>

#include <filesystem>

#include "axvp/common/file.h"
#include "axvp/common/text.h"
#include "project_folders.h"
#include "shell.h"
#include "temporary_folder.h"

namespace axvp {
namespace {

class Tutorial : public testing::TemporaryFolder {};

/// Lines of the fenced blocks marked `sh`; a backslash at the end continues one.
std::vector<std::string> commands_of(const std::string& markdown) {
  std::vector<std::string> commands;
  bool is_inside = false, is_continued = false;
  for (const std::string& line : split(markdown, '\n')) {
    if (line.rfind("```", 0) == 0)
      is_inside = line == "```sh";
    else if (is_inside && is_continued)
      commands.back() += "\n" + line;
    else if (is_inside)
      commands.push_back(line);
    is_continued = is_inside && !line.empty() && line.back() == '\\';
  }
  return commands;
}

TEST_F(Tutorial, EveryCommandRuns) {
  const auto commands = commands_of(read_text_file(AXVP_SOURCE_DIR "/docs/tutorial.md").value());
  ASSERT_GT(commands.size(), 9u);
  for (const char* name : {"docs", "power", "rtl", "sim"})
    std::filesystem::create_directory_symlink(std::filesystem::path{AXVP_SOURCE_DIR} / name, folder_ / name);
  std::filesystem::create_directories(folder_ / "build" / "tutorial");
  const std::string program = std::filesystem::path{AXVP_PROGRAM}.parent_path().string();
  for (const std::string& command : commands) {
    const auto outcome =
        testing::shell("cd " + folder_.string() + " && export PATH=" + program + ":$PATH && " + command);
    ASSERT_EQ(outcome.exit_code, 0) << command << "\n" << outcome.output;
  }
  for (const char* made : {"runs.html", "exploration.html", "exploration/front.csv", "power/layers.csv", "points.html"})
    EXPECT_TRUE(std::filesystem::exists(folder_ / "build" / "tutorial" / made)) << made;
}

}  // namespace
}  // namespace axvp
