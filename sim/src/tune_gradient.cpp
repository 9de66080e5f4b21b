#include "tune_gradient.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "axvp/common/field_reader.h"
#include "axvp/common/file.h"
#include "axvp/common/text.h"
#include "axvp/qos/gradient_tuning.h"
#include "axvp/qos/noise_search.h"
#include "axvp/workloads/evaluation.h"
#include "axvp/workloads/exact_network.h"
#include "command.h"
#include "sensitivity.h"
#include "workload.h"
#include "workload_options.h"

namespace axvp::sim {
namespace {

struct TuneOptions {
  std::string config, operating_points, method, out;
  GradientTuningOptions tuning;
  bool quiet = false;
};

/// What points with weights of their own answer on the run's images, beside the exact network with the shared ones.
Result<void> print_full(const Workload& workload, const std::vector<GradientTuning>& tuned, std::size_t threads,
                        ProgressStyle progress) {
  std::vector<QuantizedNetwork> networks(tuned.size(), workload.quantisation.network);
  auto exact = exact_executor(workload.quantisation);
  if (!exact) return forward_error(exact);
  std::vector<Int8Executor> executors{*std::move(exact)};
  for (std::size_t p = 0; p < tuned.size(); ++p) {
    const auto nodes = networks[p].layers();
    for (std::size_t l = 0; l < nodes.size(); ++l)
      std::get<QuantizedConvolution>(networks[p].nodes[nodes[l]].operation).weights = tuned[p].weights[l];
    auto executor = Int8Executor::create(networks[p], tuned[p].point, workload.tables[p]);
    if (!executor) return forward_error(executor);
    executors.push_back(std::move(*executor));
  }
  std::vector<std::vector<std::string>> rows{{"operating point", "top-1 %", "loss points", "95 %", "top-5 loss", "KL"}};
  for (const PointEvaluation& e : evaluate(executors, workload.data, threads, progress)) {
    const Interval loss = e.against_exact.loss();
    rows.push_back({e.name, fmt::format("{:.2f}", 100.0 * wilson_interval(e.top1_right, e.images).value),
                    fmt::format("{:.2f}", 100.0 * loss.value),
                    fmt::format("{:.2f} to {:.2f}", 100.0 * loss.low, 100.0 * loss.high),
                    fmt::format("{:.2f}", 100.0 * e.against_exact.top5_loss().value),
                    fmt::format("{:.4f}", e.against_exact.mean_kl)});
  }
  fmt::print("\n{} on {}, weights trained for each point\n\n{}", workload.quantisation.network.name, workload.data.name,
             format_table(rows));
  return {};
}

int run(const TuneOptions& options) {
  const auto config = load_run_config(options.config);
  if (!config) return report(config.error());
  const ProgressStyle progress = progress_style(options.quiet);
  auto workload = prepare_workload(*config, options.operating_points, progress);
  if (!workload) return report(workload.error());
  const auto images = open_training_images(*config, *workload, 0, progress);  // all, the workload holds fewer
  if (!images) return report(images.error());
  GradientTuningOptions settings = options.tuning;
  settings.tuned = options.method == "full" ? Tuned::Full : Tuned::Affine;
  settings.seed = config->seed;
  settings.progress = progress;
  std::vector<GradientTuning> results;
  for (std::size_t p = 0; p < workload->points.size(); ++p) {
    auto tuned = tune_by_gradient(workload->quantisation, workload->points[p], workload->tables[p], *images, settings);
    if (!tuned) return report(tuned.error(), kRunFailed);
    workload->points[p] = tuned->point;
    fmt::print("{}: divergence {:.5f} to {:.5f} nats\n", tuned->point.name, tuned->first_loss, tuned->last_loss);
    results.push_back(std::move(*tuned));
  }
  if (settings.tuned == Tuned::Full) {
    const auto printed = print_full(*workload, results, static_cast<std::size_t>(settings.threads), progress);
    return printed ? kDone : report(printed.error(), kRunFailed);
  }
  workload->provenance.inputs["tuning data"] = images->sha256;
  workload->provenance.tools["threads"] = std::to_string(settings.threads);
  const OperatingPointFile file = points_file(*workload, "tune", config->seed);
  if (const auto saved = save_operating_points(file, options.out); !saved) return report(saved.error());
  fmt::print("{}: {} operating points of {}\n", options.out, file.points.size(), workload->quantisation.network.name);
  return kDone;
}

struct NoiseOptions {
  WorkloadOptions workload;
  std::string out;
  NoiseSearchOptions search;
  bool quiet = false;
};

int run(const NoiseOptions& options) {
  const auto config = exact_config(options.workload);
  if (!config) return report(config.error());
  const ProgressStyle progress = progress_style(options.quiet);
  const auto workload = prepare_workload(*config, "", progress);
  if (!workload) return report(workload.error());
  const auto images = open_training_images(*config, *workload, 0, progress);  // all, the workload holds fewer
  if (!images) return report(images.error());
  NoiseSearchOptions settings = options.search;
  settings.seed = config->seed;
  settings.progress = progress;
  const auto noise = search_noise(workload->quantisation, *images, settings);
  if (!noise) return report(noise.error(), kRunFailed);
  const auto written = write_file_atomically(options.out, dump_json({{"relative_sigma", noise->sigma}}));
  if (!written) return report(written.error(), kRunFailed);
  return kDone;
}

template <class Options>
int parse_and_run(CLI::App& app, int argc, char** argv, const Options& options) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kInputWrong;
  }
  return run(options);
}

}  // namespace

int run_tune_gradient(int argc, char** argv) {
  TuneOptions options;
  CLI::App app{"Tune operating points by gradient descent", "axvp tune"};
  app.add_option("--config", options.config)->required();
  app.add_option("--method", options.method)->required()->check(CLI::IsMember({"affine", "full"}));
  app.add_option("--operating-points", options.operating_points);
  app.add_option("--out", options.out)->required();
  app.add_option("--steps", options.tuning.steps);
  app.add_option("--learning-rate", options.tuning.learning_rate);
  app.add_option("--shift", options.tuning.shift_pixels);
  app.add_option("--threads", options.tuning.threads);
  app.add_flag("--quiet", options.quiet);
  return parse_and_run(app, argc, argv, options);
}

int run_noise(int argc, char** argv) {
  NoiseOptions options;
  CLI::App app{"Learn the noise that each layer bears", "axvp-train noise"};
  options.workload.add_to(app);
  app.add_option("--out", options.out)->required();
  app.add_option("--steps", options.search.steps);
  app.add_option("--threads", options.search.threads);
  app.add_flag("--quiet", options.quiet);
  return parse_and_run(app, argc, argv, options);
}

}  // namespace axvp::sim
