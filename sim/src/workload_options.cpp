#include "workload_options.h"

#include <fmt/format.h>

namespace axvp::sim {

void WorkloadOptions::add_to(CLI::App& command) {
  command.add_option("--config", config, "Run configuration (TOML); the embedded default without it");
  command.add_option("--network", network, "ONNX file, network description (TOML) or embedded network");
  command.add_option("--data", data, "Data set, e.g. cifar10:test_batch.bin or synth10:test");
  command.add_option("--calibration-data", calibration_data,
                     "Images for quantisation and tuning; the training images beside --data without it");
  command
      .add_option("--images", images,
                  "Only the first so many; without it all of --data, or as many as the configuration says")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{10'000'000}));
}

Result<RunConfig> WorkloadOptions::read() const {
  auto run = load_run_config(config);
  if (!run) return run;
  const bool is_other_network = !network.empty() && network != run->workload.network;
  if (config.empty() && is_other_network && run->controller) {
    run->controller.reset();
    run->remarks.push_back(fmt::format(
        "no controller: the default configuration's budgets are those of {}; a configuration with a [controller] for "
        "this network adds one (--config)",
        run->workload.network));
  }
  if (!network.empty()) run->workload.network = network;
  if (!data.empty()) run->workload.data = data;
  if (!calibration_data.empty()) run->workload.calibration_data = calibration_data;
  constexpr std::size_t kAll = 0;
  if (images != 0)
    run->workload.images = images;
  else if (config.empty() && !data.empty())  // the default configuration's number belongs to its own data
    run->workload.images = kAll;
  return run;
}

}  // namespace axvp::sim
