#pragma once

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <string>

namespace axvp::testing {

struct ShellOutcome {
  int exit_code = -1;  ///< 128 + signal of a command that a signal ended.
  std::string output;  ///< Of standard output and standard error.
};

/// Runs a shell command and waits for its end.
inline ShellOutcome shell(const std::string& command) {
  std::FILE* pipe = ::popen(("{ " + command + "\n} 2>&1").c_str(), "r");
  ShellOutcome outcome;
  std::array<char, 65536> buffer{};
  while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe))
    outcome.output.append(buffer.data(), count);
  const int status = ::pclose(pipe);
  outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return outcome;
}

}  // namespace axvp::testing
