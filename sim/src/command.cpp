#include "command.h"

#include <cstdio>
#include <filesystem>

#include "axvp/common/file.h"

namespace axvp::sim {

int report(const Error& error, ExitCode code) {
  std::fprintf(stderr, "axvp: %s\n", error.message.c_str());
  return code;
}

Result<void> check_writable(const std::string& folder) {
  const auto probe = std::filesystem::path{folder} / ".axvp-probe";
  const auto written = write_file_atomically(probe, "");
  if (!written) return fail("output folder {}: cannot write there: {}", folder, written.error().message);
  std::error_code ignored;
  std::filesystem::remove(probe, ignored);
  return {};
}

}  // namespace axvp::sim
