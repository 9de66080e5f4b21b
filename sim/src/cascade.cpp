#include "axvp/qos/cascade.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <thread>

#include "axvp/common/text.h"
#include "axvp/qos/exact_network.h"
#include "axvp/workloads/int8_batch.h"
#include "command.h"
#include "workload.h"
#include "workload_options.h"

namespace axvp::sim {
namespace {

struct Options {
  WorkloadOptions workload;
  std::string operating_points, margin_data;
  std::vector<double> costs;
  double rerun = 0.15;
};

using Answers = std::vector<PointAnswer>;

/// Of every operating point: on the images that margins are calibrated with, and on those measured.
struct Measured {
  std::vector<Answers> calibration, test;  ///< [point][image]
  std::vector<int> labels;                 ///< Of `test`.
};

Result<std::vector<Answers>> answers_of(const Workload& workload, const Dataset& data) {
  const QuantizedNetwork& network = workload.quantisation.network;
  const auto inputs = stored_images(network, data);
  if (!inputs) return forward_error(inputs);
  std::vector<Answers> answers;
  for (std::size_t p = 0; p < workload.points.size(); ++p) {
    const auto executor = Int8Executor::create(network, workload.points[p], workload.tables[p]);
    if (!executor) return forward_error(executor);
    Answers& own = answers.emplace_back();
    for (const auto& logits : run_images(*executor, *inputs, std::max(1u, std::thread::hardware_concurrency())))
      own.push_back(answer_of(logits, network.tensors[network.output].scale));
  }
  return answers;
}

Result<Measured> measure(const Options& options, const Workload& workload, ProgressStyle progress) {
  const auto margins = open_dataset(options.margin_data, {0, fitting_of(workload.network), progress});
  if (!margins) return forward_error(margins);
  if (margins->sha256 == workload.data.sha256 && margins->name == workload.data.name)
    return fail("{}: margins are calibrated on other images than those measured", options.margin_data);
  auto calibration = answers_of(workload, *margins);
  if (!calibration) return forward_error(calibration);
  auto test = answers_of(workload, workload.data);
  if (!test) return forward_error(test);
  Measured result{std::move(*calibration), std::move(*test), {}};
  for (const Image& image : workload.data.images) result.labels.push_back(image.label);
  return result;
}

class Table {
 public:
  Table(const Options& options, const Measured& measured) : options_(options), measured_(measured) {}

  /// `thresholds` by stage but the last; `stages` are points, cheap ones first.
  Result<void> add(const std::string& name, const std::vector<std::size_t>& stages,
                   const std::vector<double>& thresholds) {
    std::vector<CascadeStage> cascade, all;
    for (std::size_t s = 0; s < stages.size(); ++s)
      cascade.push_back(
          {&measured_.test[stages[s]], options_.costs[stages[s]], s < thresholds.size() ? thresholds[s] : 0.0});
    for (std::size_t p = 0; p < measured_.test.size(); ++p) all.push_back({&measured_.test[p], options_.costs[p], 0.0});
    const auto result = run_cascade(cascade, measured_.labels);
    if (!result) return forward_error(result);
    const Interval loss = result->against_last.loss();
    const double mix = static_mix_accuracy(all, measured_.labels, result->cost);
    std::vector<std::string> margins, reruns;
    for (const double t : thresholds) margins.push_back(fmt::format("{:.3f}", t));
    for (std::size_t s = 1; s < result->reached.size(); ++s)
      reruns.push_back(fmt::format("{:.1f}", 100 * result->reached[s]));
    rows_.push_back({name, join(margins, ", "), join(reruns, ", "), fmt::format("{:.4f}", result->cost),
                     fmt::format("{:.2f}", 100 * result->accuracy), fmt::format("{:.2f}", 100 * loss.value),
                     fmt::format("{:.2f} to {:.2f}", 100 * loss.low, 100 * loss.high),
                     fmt::format("{:.2f}", 100 * mix)});
    return {};
  }
  [[nodiscard]] std::string text() const { return format_table(rows_); }

 private:
  const Options& options_;
  const Measured& measured_;
  std::vector<std::vector<std::string>> rows_{
      {"cascade", "margin", "rerun %", "mean cost", "top-1 %", "loss points", "95 %", "static mix %"}};
};

Result<std::string> cascades(const Options& options, const Workload& workload, const Measured& measured) {
  Table table{options, measured};
  const auto name = [&](std::size_t p) { return workload.points[p].name; };
  for (std::size_t p = 0; p < workload.points.size(); ++p)
    if (const auto added = table.add(name(p) + " alone", {p}, {}); !added) return forward_error(added);
  std::vector<MarginThresholds> margins;
  for (std::size_t p = 1; p < workload.points.size(); ++p) {
    margins.push_back(calibrate_margins(measured.calibration[p], measured.calibration[0]));
    const MarginThresholds& m = margins.back();
    const std::vector<std::pair<std::string, double>> rules{
        {"T_M", m.largest},
        {"T_99", m.t99},
        {"T_99.9", m.t999},
        {fmt::format("{:g} %", 100 * options.rerun), threshold_for_rerun(measured.calibration[p], options.rerun)}};
    for (const auto& [rule, threshold] : rules)
      if (const auto added = table.add(fmt::format("{}, {}: {}", name(p), name(0), rule), {p, 0}, {threshold}); !added)
        return forward_error(added);
  }
  if (workload.points.size() == 3) {
    const auto between = calibrate_margins(measured.calibration[2], measured.calibration[1]);
    const auto added =
        table.add(fmt::format("{}, {}, {}: T_99", name(2), name(1), name(0)), {2, 1, 0}, {between.t99, margins[0].t99});
    if (!added) return forward_error(added);
  }
  return table.text();
}

int run(const Options& options, const GlobalOptions& global) {
  const auto config = options.workload.read();
  if (!config) return report(config.error());
  const auto workload = prepare_workload(*config, options.operating_points, global.progress());
  if (!workload) return report(workload.error());
  if (workload->points.size() < 2)
    return report(Error{fmt::format("{}: a cascade needs two operating points", options.operating_points)});
  if (options.costs.size() != workload->points.size())
    return report(Error{
        fmt::format("--costs: {} values for {} operating points", options.costs.size(), workload->points.size())});
  const auto measured = measure(options, *workload, global.progress());
  if (!measured) return report(measured.error());
  const auto text = cascades(options, *workload, *measured);
  if (!text) return report(text.error());
  fmt::print(
      "{} on {} ({} images), margins of {} ({} images)\n\n{}\nLoss: against the last point of the cascade on the "
      "same images. Static mix: best accuracy of two points drawn by lot at the same mean cost.\n",
      workload->quantisation.network.name, workload->data.name, with_thousands(measured->labels.size()),
      options.margin_data, with_thousands(measured->calibration[0].size()), *text);
  return kDone;
}

}  // namespace

void add_cascade(CLI::App& app, const GlobalOptions& global, Command& command) {
  auto options = std::make_shared<Options>();
  CLI::App* sub =
      app.add_subcommand("cascade", "Run a cheap operating point first, a better one where its margin is small");
  options->workload.add_to(*sub);
  sub->add_option("--operating-points", options->operating_points,
                  "File of `axvp search` or `axvp tune`, the most accurate point first")
      ->required();
  sub->add_option("--margin-data", options->margin_data, "Images that margins are calibrated with; no labels are used")
      ->required();
  sub->add_option("--costs", options->costs, "Energy of an inference at each operating point, in any unit")
      ->delimiter(',')
      ->required();
  sub->add_option("--rerun", options->rerun, "Fraction of images that the budgeted margin reruns")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  sub->footer(
      "Example: axvp cascade --network net.onnx --data cifar10:test.bin --margin-data cifar10:validation.bin\n"
      "           --operating-points search/operating_points.json --costs 0.29,0.19,0.14");
  sub->callback([options, &global, &command] { command = [options, &global] { return run(*options, global); }; });
}

}  // namespace axvp::sim
