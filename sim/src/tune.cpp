#include <fmt/format.h>

#include <memory>

#include "command.h"
#include "workload.h"

namespace axvp::sim {
namespace {

struct Options {
  std::string config, operating_points, method;
  std::string out = "operating_points.json";
  int steps = 150, shift = 0, threads = 2;
  double learning_rate = 2e-4;
};

/// Gradients are LibTorch's, which is the other program's: becomes `axvp-train tune ...`.
int run_gradient(const Options& options, const GlobalOptions& global) {
  std::vector<std::string> words{"tune", "--config", options.config, "--method", options.method, "--out", options.out};
  if (!options.operating_points.empty()) words.insert(words.end(), {"--operating-points", options.operating_points});
  words.insert(words.end(), {"--steps", std::to_string(options.steps), "--shift", std::to_string(options.shift)});
  words.insert(words.end(), {"--learning-rate", fmt::format("{}", options.learning_rate)});
  words.insert(words.end(), {"--threads", std::to_string(options.threads)});
  if (global.quiet) words.emplace_back("--quiet");
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  return run_train(static_cast<int>(arguments.size()), arguments.data());
}

int run(const Options& options, const GlobalOptions& global) {
  if (options.method == "affine" || options.method == "full") return run_gradient(options, global);
  auto config = load_run_config(options.config);
  if (!config) return report(config.error());
  if (!options.method.empty()) config->tuning.method = *tuning_method(options.method);
  auto workload = prepare_workload(*config, options.operating_points, global.progress());
  if (!workload) return report(workload.error());
  if (!options.operating_points.empty()) {
    const auto images = open_training_images(*config, *workload, config->tuning.images, global.progress());
    if (!images) return report(images.error());
    if (const auto tuned = tune_points(config->tuning.method, *images, global.progress(), *workload); !tuned)
      return report(tuned.error());
    workload->provenance.inputs["tuning data"] = images->sha256;
  }
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
  sub->add_option(
         "--method", options->method,
         "none; match: moments of the exact network; statistics: those that BatchNormalizations were trained with, as "
         "the papers do it; affine: match, then scales and offsets by gradient descent; full: weights, too, to compare "
         "with: prints what that brings on the run's images and writes no file. Default: the configuration's")
      ->check(CLI::IsMember({"none", "match", "statistics", "affine", "full"}));
  sub->add_option("--operating-points", options->operating_points,
                  "Points of `axvp search` or `axvp tune` to tune anew, instead of the configuration's");
  sub->add_option("--steps", options->steps, "Of affine and full, a point")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  sub->add_option("--learning-rate", options->learning_rate, "Of affine and full: Adam's at the first step")
      ->check(CLI::Range(1e-8, 1.0))
      ->capture_default_str();
  sub->add_option("--shift", options->shift, "Of affine and full: pixels that images are moved by at most")
      ->check(CLI::Range(0, 64))
      ->capture_default_str();
  sub->add_option("--threads", options->threads, "Of affine and full; another number gives slightly other sets")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  sub->add_option("--out", options->out, "File to write")->capture_default_str();
  sub->footer(
      "Example: axvp tune --config run.toml --out operating_points.json\n"
      "         axvp tune --config run.toml --method affine --operating-points search/operating_points.json\n"
      "Then:    axvp simulate --config run.toml --operating-points operating_points.json");
  sub->callback([options, &global, &command] { command = [options, &global] { return run(*options, global); }; });
}

}  // namespace axvp::sim
