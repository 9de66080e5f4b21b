#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <initializer_list>
#include <string>

#include "project_folders.h"

namespace axvp {

/// The folder of real data and networks: AXVP_DATA, else `../shared/data` beside the source folder.
inline std::filesystem::path data_folder() {
  const char* folder = std::getenv("AXVP_DATA");
  return folder != nullptr ? std::filesystem::path(folder)
                           : std::filesystem::path(AXVP_SOURCE_DIR) / ".." / "shared" / "data";
}

/// Lets the product find relative paths in the data folder too. Returns the first of `paths` (relative to that folder)
/// which is absent; empty: all are there.
inline std::string absent_data(std::initializer_list<std::filesystem::path> paths) {
  setenv("AXVP_DATA", data_folder().c_str(), 1);
  for (const auto& path : paths)
    if (!std::filesystem::exists(data_folder() / path)) return (data_folder() / path).string();
  return {};
}

}  // namespace axvp

/// Ends the test as skipped unless each of the files and folders that it opens is in the data folder.
#define AXVP_NEEDS_DATA(...)                                                                    \
  if (const std::string absent_path = ::axvp::absent_data({__VA_ARGS__}); !absent_path.empty()) \
  GTEST_SKIP() << absent_path << " is absent; AXVP_DATA names the data folder"
