#include "sources.h"

namespace axvp::sim {
namespace {

bool has_sources(const std::filesystem::path& folder) {
  std::error_code error;
  return std::filesystem::is_directory(folder / "rtl" / "multipliers", error);
}

}  // namespace

Result<std::filesystem::path> find_sources(const std::string& root) {
  if (!root.empty()) {
    if (has_sources(root)) return root;
    return fail("{}: no folder rtl/multipliers in it; name the folder of axvp's sources with --root", root);
  }
  for (const char* folder : {".", AXVP_SOURCES})
    if (has_sources(folder)) return folder;
  return fail(
      "{}: the program was built there, but there is no folder rtl/multipliers in it any more; name the folder "
      "of axvp's sources with --root",
      AXVP_SOURCES);
}

}  // namespace axvp::sim
