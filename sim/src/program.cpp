#include "program.h"

#include <fmt/format.h>

#include <exception>

#include "axvp/common/provenance.h"
#include "axvp/common/text.h"
#include "command.h"
#include "explore_command.h"

namespace axvp::sim {
namespace {

constexpr const char* kFooter = R"(Examples:
  axvp simulate                                     the embedded network, data and operating points
  axvp simulate --network net.onnx --data cifar10:test_batch.bin --out run1
  axvp tune --config points.toml --out operating_points.json
  axvp qos --out net_qos                            operating points of a network, from search to accuracy
  axvp report run1                                  one HTML page of it
  axvp explore sweep.toml --output exploration
  axvp multipliers list
  axvp verify dadda_trunc-k7c
  axvp SUBCOMMAND --help                            options and examples of one subcommand
Exit codes: 0 done, 1 the run failed, 2 the input is wrong.)";

/// Index of the first argument that is no option; `argc` without one.
int first_word(int argc, char** argv) {
  int i = 1;
  while (i < argc && argv[i][0] == '-') ++i;
  return i;
}

/// The first word that names no subcommand where one is expected. Options of the program itself take no values.
Result<void> check_subcommands(const CLI::App& program, int argc, char** argv) {
  const CLI::App* app = &program;
  std::string path = "axvp";
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (!word.empty() && word[0] == '-') continue;
    std::vector<std::string> names;
    const CLI::App* chosen = nullptr;
    for (const CLI::App* sub : app->get_subcommands([](const CLI::App*) { return true; })) {
      names.push_back(sub->get_name());
      if (sub->get_name() == word) chosen = sub;
    }
    if (names.empty()) return {};
    if (chosen == nullptr) return fail("{} has no subcommand `{}`{}", path, word, suggestion(word, names));
    app = chosen;
    path += " " + word;
  }
  return {};
}

}  // namespace

int run_program(int argc, char** argv) {
  CLI::App app{"axvp: a virtual prototype of a neural accelerator with approximate multipliers", "axvp"};
  app.footer(kFooter);
  app.set_version_flag("--version", fmt::format("axvp {}", version()));
  app.require_subcommand(1);
  app.fallthrough();
  GlobalOptions global;
  app.add_flag("--quiet", global.quiet, "No progress on standard error");
  const int first = first_word(argc, argv);
  if (first < argc && std::string_view{argv[first]} == "train") return run_train(argc - first - 1, argv + first + 1);
  Command command;
  add_simulate(app, global, command);
  add_evaluate(app, global, command);
  add_tune(app, global, command);
  add_search(app, global, command);
  add_cascade(app, global, command);
  add_qos(app, global, command);
  add_import(app, global, command);
  add_multipliers(app, global, command);
  add_verify(app, global, command);
  add_rtl(app, command);
  add_power(app, global, command);
  add_report(app, command);
  add_explore(app, global, command);
  add_scalesim(app, command);
  app.add_subcommand("train", "Train a network from a recipe and write it as ONNX");  // run_train, above
  if (const auto known = check_subcommands(app, argc, argv); !known) return report(known.error());
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    return report(Error{fmt::format("{}; --help lists the options", error.what())});
  }
  try {
    return command();
  } catch (const std::exception& error) {
    return report(Error{fmt::format("internal error: {}", error.what())}, kRunFailed);
  }
}

}  // namespace axvp::sim
