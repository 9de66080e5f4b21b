#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <vector>

#include "command.h"

namespace axvp::sim {
namespace {

/// Becomes the program axvp-train beside this one: it links LibTorch, which takes a third of a second to load.
int run(std::vector<std::string> arguments, const GlobalOptions& global) {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error).parent_path() / "axvp-train";
  if (error || !std::filesystem::exists(program, error))
    return report(Error{fmt::format("{}: not there: this build cannot train; configure with -DAXVP_WITH_TRAINING=ON",
                                    program.string())});
  if (global.quiet) arguments.emplace_back("--quiet");
  std::vector<char*> argv{const_cast<char*>("axvp train")};
  for (auto& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  ::execv(program.c_str(), argv.data());
  return report(Error{fmt::format("{}: cannot start: {}", program.string(), std::strerror(errno))}, kRunFailed);
}

}  // namespace

void add_train(CLI::App& app, const GlobalOptions& global, Command& command) {
  CLI::App* sub = app.add_subcommand("train", "Train a network from a recipe and write it as ONNX");
  sub->prefix_command();
  sub->set_help_flag();  // axvp-train answers --help
  sub->callback([sub, &global, &command] {
    command = [arguments = sub->remaining(), &global] { return run(arguments, global); };
  });
}

}  // namespace axvp::sim
