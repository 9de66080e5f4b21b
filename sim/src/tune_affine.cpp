#include "tune_affine.h"

#include <fmt/format.h>

#include "axvp/qos/affine_tuning.h"
#include "command.h"
#include "workload.h"

namespace axvp::sim {
namespace {

struct Options {
  std::string config, operating_points, out;
  AffineTuningOptions tuning;
  bool quiet = false;
};

/// All training images; the workload's own hold only as many as quantisation needs.
Result<Dataset> training_images(const RunConfig& config, const Workload& workload, ProgressStyle progress) {
  const auto name = config.workload.calibration_data.empty() ? training_images_of(config.workload.data)
                                                             : Result<std::string>{config.workload.calibration_data};
  if (!name) return forward_error(name);
  auto images = open_dataset(*name, {0, fitting_of(workload.network), progress});
  if (images && images->sha256 == workload.data.sha256 && images->name == workload.data.name)
    return fail("{}: the same images to tune and to measure with", *name);
  return images;
}

int run(const Options& options) {
  const auto config = load_run_config(options.config);
  if (!config) return report(config.error());
  const ProgressStyle progress = progress_style(options.quiet);
  auto workload = prepare_workload(*config, options.operating_points, progress);
  if (!workload) return report(workload.error());
  const auto images = training_images(*config, *workload, progress);
  if (!images) return report(images.error());
  AffineTuningOptions settings = options.tuning;
  settings.seed = config->seed;
  settings.progress = progress;
  for (std::size_t p = 0; p < workload->points.size(); ++p) {
    const auto tuned = tune_affine(workload->quantisation, workload->points[p], workload->tables[p], *images, settings);
    if (!tuned) return report(tuned.error(), kRunFailed);
    workload->points[p] = tuned->point;
    fmt::print("{}: divergence {:.5f} to {:.5f} nats\n", tuned->point.name, tuned->first_loss, tuned->last_loss);
  }
  workload->provenance.inputs["tuning data"] = images->sha256;
  workload->provenance.tools["threads"] = std::to_string(settings.threads);
  const OperatingPointFile file = points_file(*workload, "tune", config->seed);
  if (const auto saved = save_operating_points(file, options.out); !saved) return report(saved.error());
  fmt::print("{}: {} operating points of {}\n", options.out, file.points.size(), workload->quantisation.network.name);
  return kDone;
}

}  // namespace

int run_tune_affine(int argc, char** argv) {
  Options options;
  CLI::App app{"Tune scales and offsets of operating points by gradient descent", "axvp tune --method affine"};
  app.add_option("--config", options.config)->required();
  app.add_option("--operating-points", options.operating_points);
  app.add_option("--out", options.out)->required();
  app.add_option("--steps", options.tuning.steps);
  app.add_option("--threads", options.tuning.threads);
  app.add_flag("--quiet", options.quiet);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kInputWrong;
  }
  return run(options);
}

}  // namespace axvp::sim
