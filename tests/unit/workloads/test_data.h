#pragma once

#include <cstdlib>
#include <filesystem>

namespace axvp {

/// The folder of real data and networks; a test that needs it skips where it is absent.
inline std::filesystem::path data_folder() {
  const char* folder = std::getenv("AXVP_DATA");
  return folder != nullptr ? std::filesystem::path(folder)
                           : std::filesystem::path(AXVP_SOURCE_DIR) / ".." / "shared" / "data";
}

}  // namespace axvp
