#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <systemc>

#include "axvp/common/provenance.h"
#include "command.h"

namespace axvp::sim {
namespace {

constexpr const char* kFooter = R"(Examples:
  axvp simulate                                     the embedded network, data and operating points
  axvp simulate --network net.onnx --data cifar10:test_batch.bin --out run1
  axvp tune --config points.toml --out operating_points.json
  axvp multipliers list
  axvp verify dadda_trunc-k7c
  axvp SUBCOMMAND --help                            options and examples of one subcommand
Exit codes: 0 done, 1 the run failed, 2 the input is wrong.)";

int run(int argc, char** argv) {
  CLI::App app{"axvp: a virtual prototype of a neural accelerator with approximate multipliers", "axvp"};
  app.footer(kFooter);
  app.set_version_flag("--version", fmt::format("axvp {}", version()));
  app.require_subcommand(1);
  app.fallthrough();
  GlobalOptions global;
  app.add_flag("--quiet", global.quiet, "No progress on standard error");
  if (argc > 1 && std::string_view{argv[1]} == "train") return run_train(argc - 2, argv + 2);
  Command command;
  add_simulate(app, global, command);
  add_evaluate(app, global, command);
  add_tune(app, global, command);
  add_import(app, global, command);
  add_multipliers(app, global, command);
  add_verify(app, global, command);
  add_power(app, global, command);
  app.add_subcommand("train", "Train a network from a recipe and write it as ONNX");  // run_train, above
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kInputWrong;
  }
  try {
    return command();
  } catch (const std::exception& error) {
    return report(Error{fmt::format("internal error: {}", error.what())}, kRunFailed);
  }
}

}  // namespace
}  // namespace axvp::sim

/// The kernel's entry; its own main() would print a banner before every command.
int sc_main(int argc, char** argv) {
  return axvp::sim::run(argc, argv);
}

int main(int argc, char** argv) {
  ::setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 0);
  return sc_core::sc_elab_and_sim(argc, argv);
}
