#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <string_view>

#include "axvp/common/progress.h"
#include "axvp/common/result.h"

namespace axvp::sim {

/// Exit codes of the program.
enum ExitCode : int { kDone = 0, kRunFailed = 1, kInputWrong = 2 };

/// Options of every subcommand.
struct GlobalOptions {
  bool quiet = false;
  [[nodiscard]] ProgressStyle progress() const { return progress_style(quiet); }
};

/// What a subcommand returns: its exit code. Set by `add_...` as the callback of its CLI::App.
using Command = std::function<int()>;

/// Registers one subcommand: its options on `app`, its action in `command` when it is the chosen one.
void add_simulate(CLI::App& app, const GlobalOptions& global, Command& command);
void add_evaluate(CLI::App& app, const GlobalOptions& global, Command& command);
void add_tune(CLI::App& app, const GlobalOptions& global, Command& command);
void add_search(CLI::App& app, const GlobalOptions& global, Command& command);
void add_cascade(CLI::App& app, const GlobalOptions& global, Command& command);
void add_qos(CLI::App& app, const GlobalOptions& global, Command& command);
void add_import(CLI::App& app, const GlobalOptions& global, Command& command);
void add_multipliers(CLI::App& app, const GlobalOptions& global, Command& command);
/// Below `axvp multipliers`.
void add_multipliers_list(CLI::App& multipliers, Command& command);
void add_multipliers_compare(CLI::App& multipliers, const GlobalOptions& global, Command& command);
void add_multipliers_plot(CLI::App& multipliers, Command& command);
void add_multipliers_export(CLI::App& multipliers, Command& command);
void add_multipliers_import(CLI::App& multipliers, Command& command);
void add_multipliers_evolve(CLI::App& multipliers, const GlobalOptions& global, Command& command);
void add_multipliers_operands(CLI::App& multipliers, Command& command);
void add_multipliers_streams(CLI::App& multipliers, const GlobalOptions& global, Command& command);
void add_verify(CLI::App& app, const GlobalOptions& global, Command& command);
void add_rtl(CLI::App& app, Command& command);
void add_power(CLI::App& app, const GlobalOptions& global, Command& command);
void add_report(CLI::App& app, Command& command);

/// `axvp train ARGUMENTS`: becomes the program axvp-train beside this one, which links LibTorch and takes a third of a
/// second to load. Returns only if that fails.
int run_train(int count, char** arguments);

/// Prints "axvp: MESSAGE" to standard error and returns `code`.
int report(const Error& error, ExitCode code = kInputWrong);

/// Fails early where a result could not be written later: creates `folder` and tries a file in it.
[[nodiscard]] Result<void> check_writable(const std::string& folder);

}  // namespace axvp::sim
