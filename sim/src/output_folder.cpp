#include "output_folder.h"

#include <fmt/format.h>

#include <filesystem>

#include "command.h"

namespace axvp::sim {
namespace {

bool holds_results(const std::string& folder) {
  std::error_code error;
  return std::filesystem::exists(std::filesystem::path{folder} / "result.json", error);
}

}  // namespace

Result<OutputFolder> open_output_folder(const std::string& chosen, const std::string& name) {
  OutputFolder folder{chosen.empty() ? name : chosen, false};
  for (int n = 2; chosen.empty() && holds_results(folder.path); ++n) folder.path = fmt::format("{}-{}", name, n);
  if (const auto writable = check_writable(folder.path); !writable) return forward_error(writable);
  folder.holds_results = holds_results(folder.path);
  return folder;
}

}  // namespace axvp::sim
