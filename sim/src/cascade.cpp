#include "axvp/qos/cascade.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "axvp/common/field_reader.h"
#include "axvp/common/file.h"
#include "axvp/common/text.h"
#include "axvp/workloads/exact_network.h"
#include "axvp/workloads/int8_batch.h"
#include "cascade_report.h"
#include "command.h"
#include "workload.h"
#include "workload_options.h"

namespace axvp::sim {
namespace {

struct Options {
  WorkloadOptions workload;
  std::string operating_points, margin_data, out;
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

Result<Measured> measure(const Options& options, Workload& workload, ProgressStyle progress) {
  const auto margins = open_dataset(options.margin_data, {0, fitting_of(workload.network), progress});
  if (!margins) return forward_error(margins);
  if (margins->sha256 == workload.data.sha256 && margins->name == workload.data.name)
    return fail("{}: margins are calibrated on other images than those measured", options.margin_data);
  workload.provenance.inputs["margin data"] = margins->sha256;
  auto calibration = answers_of(workload, *margins);
  if (!calibration) return forward_error(calibration);
  auto test = answers_of(workload, workload.data);
  if (!test) return forward_error(test);
  Measured result{std::move(*calibration), std::move(*test), {}};
  for (const Image& image : workload.data.images) result.labels.push_back(image.label);
  return result;
}

/// Points from cheap to dear, the rule by which the margins were calibrated, and what that gives.
struct Cascade {
  std::string rule;
  std::vector<std::size_t> points;
  std::vector<double> thresholds;  ///< Of each but the last.
  CascadeResult result;
  double mix = 0.0;  ///< Accuracy of the best static mix at the same mean cost.
};

class Study {
 public:
  Study(const Options& options, const Workload& workload, const Measured& measured)
      : options_(options), workload_(workload), measured_(measured) {}

  Result<std::vector<Cascade>> run() {
    const std::size_t points = workload_.points.size();
    for (std::size_t p = 0; p < points; ++p)
      if (const auto added = add("alone", {p}); !added) return forward_error(added);
    std::vector<std::vector<std::size_t>> chains;
    for (std::size_t p = 1; p < points; ++p) chains.push_back({p, 0});
    if (points == 3) chains.push_back({2, 1, 0});
    for (const auto& chain : chains)
      for (const std::string& rule : {std::string{"T_M"}, std::string{"T_99"}, std::string{"T_99.9"}, budget_rule()})
        if (const auto added = add(rule, chain); !added) return forward_error(added);
    return std::move(cascades_);
  }

 private:
  std::string budget_rule() const { return fmt::format("{:g} %", 100 * options_.rerun); }

  double threshold(const std::string& rule, std::size_t cheap, std::size_t dear) const {
    const MarginThresholds margins = calibrate_margins(measured_.calibration[cheap], measured_.calibration[dear]);
    const double value = rule == "T_M"      ? margins.largest
                         : rule == "T_99"   ? margins.t99
                         : rule == "T_99.9" ? margins.t999
                                            : threshold_for_rerun(measured_.calibration[cheap], options_.rerun);
    const QuantizedNetwork& network = workload_.quantisation.network;
    return between_steps(value, network.tensors[network.output].scale);
  }

  Result<void> add(const std::string& rule, std::vector<std::size_t> points) {
    Cascade cascade{rule, std::move(points), {}, {}, 0.0};
    std::vector<CascadeStage> stages, all;
    for (std::size_t s = 0; s < cascade.points.size(); ++s) {
      const std::size_t p = cascade.points[s];
      if (s + 1 < cascade.points.size()) cascade.thresholds.push_back(threshold(rule, p, cascade.points[s + 1]));
      stages.push_back(
          {&measured_.test[p], options_.costs[p], s < cascade.thresholds.size() ? cascade.thresholds[s] : 0.0});
    }
    for (std::size_t p = 0; p < measured_.test.size(); ++p) all.push_back({&measured_.test[p], options_.costs[p], 0.0});
    auto result = run_cascade(stages, measured_.labels);
    if (!result) return forward_error(result);
    cascade.mix = static_mix_accuracy(all, measured_.labels, result->cost);
    cascade.result = std::move(*result);
    cascades_.push_back(std::move(cascade));
    return {};
  }

  const Options& options_;
  const Workload& workload_;
  const Measured& measured_;
  std::vector<Cascade> cascades_;
};

std::string cascades_text(const std::vector<Cascade>& cascades, const Workload& workload) {
  std::vector<std::vector<std::string>> rows{
      {"cascade", "margin", "rerun %", "mean cost", "top-1 %", "loss points", "95 %", "static mix %"}};
  for (const Cascade& c : cascades) {
    std::vector<std::string> names, margins, reruns;
    for (const std::size_t p : c.points) names.push_back(workload.points[p].name);
    for (const double t : c.thresholds) margins.push_back(t < 0.0 ? "none" : fmt::format("{:.6g}", t));
    for (std::size_t s = 1; s < c.result.reached.size(); ++s)
      reruns.push_back(fmt::format("{:.1f}", 100 * c.result.reached[s]));
    const Interval loss = c.result.against_last.loss();
    rows.push_back({join(names, ", ") + (c.points.size() == 1 ? " " : ": ") + c.rule, join(margins, ", "),
                    join(reruns, ", "), fmt::format("{:.4f}", c.result.cost),
                    fmt::format("{:.2f}", 100 * c.result.accuracy), fmt::format("{:.2f}", 100 * loss.value),
                    fmt::format("{:.2f} to {:.2f}", 100 * loss.low, 100 * loss.high),
                    fmt::format("{:.2f}", 100 * c.mix)});
  }
  return format_table(rows);
}

/// `controller` is the table of a run configuration that has the platform decide so; none where a stage reruns nothing.
nlohmann::json cascades_json(const std::vector<Cascade>& cascades, const Workload& workload) {
  nlohmann::json list = nlohmann::json::array();
  for (const Cascade& c : cascades) {
    const Interval loss = c.result.against_last.loss();
    nlohmann::json entry{{"rule", c.rule},
                         {"points", nlohmann::json::array()},
                         {"thresholds", c.thresholds},
                         {"reached_fraction", c.result.reached},
                         {"mean_cost", c.result.cost},
                         {"top1_fraction", c.result.accuracy},
                         {"loss_fraction", loss.value},
                         {"loss_low_95", loss.low},
                         {"loss_high_95", loss.high},
                         {"static_mix_top1_fraction", c.mix}};
    nlohmann::json stages = nlohmann::json::array();
    for (std::size_t s = 0; s < c.points.size(); ++s) {
      const std::string& name = workload.points[c.points[s]].name;
      entry["points"].push_back(name);
      stages.push_back({{"point", name}});
      if (s < c.thresholds.size()) stages.back()["threshold"] = c.thresholds[s];
    }
    const bool reruns = std::all_of(c.thresholds.begin(), c.thresholds.end(), [](double t) { return t >= 0.0; });
    if (c.points.size() > 1 && reruns) entry["controller"] = {{"policy", "margin"}, {"cascade", std::move(stages)}};
    list.push_back(std::move(entry));
  }
  return list;
}

Result<void> write(const Options& options, const std::vector<Cascade>& cascades, Workload& workload) {
  if (options.out.empty()) return {};
  workload.provenance.command = "cascade";
  return write_file_atomically(options.out, dump_json({{"schema_version", 1},
                                                       {"provenance", to_json(workload.provenance)},
                                                       {"margin_data", options.margin_data},
                                                       {"costs", options.costs},
                                                       {"cascades", cascades_json(cascades, workload)}}));
}

int run(const Options& options, const GlobalOptions& global) {
  const auto config = options.workload.read();
  if (!config) return report(config.error());
  if (auto single = check_cascaded_batch(config->platform); !single) return report(single.error());
  auto workload = prepare_workload(*config, options.operating_points, global.progress());
  if (!workload) return report(workload.error());
  if (workload->points.size() < 2)
    return report(Error{fmt::format("{}: a cascade needs two operating points", options.operating_points)});
  if (options.costs.size() != workload->points.size())
    return report(Error{
        fmt::format("--costs: {} values for {} operating points", options.costs.size(), workload->points.size())});
  const QuantizedNetwork& network = workload->quantisation.network;
  if (network.tensors[network.output].shape.size() < 2)
    return report(Error{fmt::format("{}: a network of one output has no margin", network.name)});
  const auto measured = measure(options, *workload, global.progress());
  if (!measured) return report(measured.error());
  const auto cascades = Study{options, *workload, *measured}.run();
  if (!cascades) return report(cascades.error());
  fmt::print(
      "{} on {} ({} images), margins of {} ({} images)\n\n{}\nLoss: against the last point of the cascade on the "
      "same images. Static mix: best accuracy of two points drawn by lot at the same mean cost.\n",
      network.name, workload->data.name, with_thousands(measured->labels.size()), options.margin_data,
      with_thousands(measured->calibration[0].size()), cascades_text(*cascades, *workload));
  if (const auto written = write(options, *cascades, *workload); !written) return report(written.error());
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
  sub->add_option("--out", options->out,
                  "Write the result as JSON, with the [controller] of a run configuration for each cascade");
  sub->footer(
      "Example: axvp cascade --network net.onnx --data cifar10:test.bin --margin-data cifar10:validation.bin\n"
      "           --operating-points search/operating_points.json --costs 0.29,0.19,0.14");
  sub->callback([options, &global, &command] { command = [options, &global] { return run(*options, global); }; });
}

}  // namespace axvp::sim
