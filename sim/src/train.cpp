#include "train_program.h"

#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "command.h"

namespace axvp::sim {
namespace {

/// The program beside this one.
Result<std::string> train_program() {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error).parent_path() / "axvp-train";
  if (error || !std::filesystem::exists(program, error))
    return fail("{}: not there: this build cannot train; configure with -DAXVP_WITH_TRAINING=ON", program.string());
  return program.string();
}

}  // namespace

int run_train(int count, char** arguments) {
  const auto program = train_program();
  if (!program) return report(program.error());
  std::string name = "axvp train";
  std::vector<char*> argv{name.data()};
  argv.insert(argv.end(), arguments, arguments + count);
  argv.push_back(nullptr);
  ::execv(program->c_str(), argv.data());
  return report(Error{fmt::format("{}: cannot start: {}", *program, std::strerror(errno))}, kRunFailed);
}

Result<void> run_train_and_wait(const std::vector<std::string>& arguments) {
  const auto program = train_program();
  if (!program) return forward_error(program);
  std::vector<std::string> words{"axvp train"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  pid_t child = 0;
  if (const int failed = ::posix_spawn(&child, program->c_str(), nullptr, nullptr, argv.data(), environ); failed != 0)
    return fail("{}: cannot start: {}", *program, std::strerror(failed));
  int status = 0;
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return fail("{}: lost: {}", *program, std::strerror(errno));
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return fail("{}: did not end well", *program);
  return {};
}

}  // namespace axvp::sim
