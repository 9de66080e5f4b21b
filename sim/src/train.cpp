#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "command.h"

namespace axvp::sim {

int run_train(int count, char** arguments) {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error).parent_path() / "axvp-train";
  if (error || !std::filesystem::exists(program, error))
    return report(Error{fmt::format("{}: not there: this build cannot train; configure with -DAXVP_WITH_TRAINING=ON",
                                    program.string())});
  std::string name = "axvp train";
  std::vector<char*> argv{name.data()};
  argv.insert(argv.end(), arguments, arguments + count);
  argv.push_back(nullptr);
  ::execv(program.c_str(), argv.data());
  return report(Error{fmt::format("{}: cannot start: {}", program.string(), std::strerror(errno))}, kRunFailed);
}

}  // namespace axvp::sim
