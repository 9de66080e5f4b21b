#include <fmt/format.h>

#include "command.h"
#include "workload.h"

namespace axvp::sim {
namespace {

struct Options {
  std::string config;
  std::string out = "operating_points.json";
};

int run(const Options& options, const GlobalOptions& global) {
  const auto config = load_run_config(options.config);
  if (!config) return report(config.error());
  auto workload = prepare_workload(*config, "", global.progress());
  if (!workload) return report(workload.error());
  const OperatingPointFile file = points_file(*workload, "tune", config->seed);
  if (const auto saved = save_operating_points(file, options.out); !saved) return report(saved.error());
  fmt::print("{}: {} operating points of {}\n", options.out, file.points.size(), workload->quantisation.network.name);
  return kDone;
}

}  // namespace

void add_tune(CLI::App& app, const GlobalOptions& global, Command& command) {
  auto options = std::make_shared<Options>();
  CLI::App* sub = app.add_subcommand("tune", "Tune operating points once and write operating_points.json");
  sub->add_option("--config", options->config, "Run configuration (TOML) with its [[operating_point]] tables")
      ->required();
  sub->add_option("--out", options->out, "File to write")->capture_default_str();
  sub->footer(
      "Example: axvp tune --config run.toml --out operating_points.json\n"
      "Then:    axvp simulate --config run.toml --operating-points operating_points.json");
  sub->callback([options, &global, &command] { command = [options, &global] { return run(*options, global); }; });
}

}  // namespace axvp::sim
