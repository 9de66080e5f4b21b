#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <numeric>
#include <set>

#include "axvp/common/field_reader.h"
#include "axvp/common/file.h"
#include "axvp/common/text.h"
#include "axvp/common/toml_writer.h"
#include "cascade_report.h"
#include "checkpoints.h"
#include "child_process.h"
#include "command.h"
#include "point_targets.h"
#include "program.h"
#include "qos_report.h"
#include "sources.h"
#include "workload.h"
#include "workload_options.h"

namespace axvp::sim {
namespace {

namespace fs = std::filesystem;

struct Options {
  WorkloadOptions workload;
  std::string validation_data, metric, root;
  std::string method = "match", rule = "T_99", out = "qos";
  PointTargets points;
  int instances = 4, evaluations = 0, steps = 150, threads = 2;
  double rerun = 0.15;
};

/// The three sets of images, and the configuration that all stages read.
struct Job {
  RunConfig config;
  std::string training, validation;
  std::size_t validation_images = 0;
  nlohmann::json settings;  ///< Everything that the results depend on.
};

/// A subcommand, run in a process of its own.
struct Stage {
  std::string name;
  std::vector<std::string> words;
  std::vector<fs::path> outputs;  ///< Files that it writes.
  double weight = 1.0;            ///< Its share of the time, for the time left.
};

fs::path absolute_if_file(const std::string& name) {
  const fs::path found = find_data_file(name);
  std::error_code error;
  return fs::exists(found, error) ? fs::absolute(found) : fs::path{name};
}

/// Paths as a configuration in another folder needs them.
void make_paths_absolute(RunConfig& config) {
  config.workload.network = absolute_if_file(config.workload.network).string();
  if (!config.energy_table.empty()) config.energy_table = fs::absolute(config.energy_table).string();
  for (UserMultiplier& multiplier : config.multipliers) multiplier.table = fs::absolute(multiplier.table);
  if (!config.library) return;
  config.library->tables = fs::absolute(config.library->tables);
  config.library->costs = fs::absolute(config.library->costs);
}

Result<std::string> validation_of(const Options& options, const RunConfig& config) {
  if (!options.validation_data.empty()) return options.validation_data;
  if (config.workload.data.rfind("synth10:", 0) == 0) return std::string{"synth10:validation"};
  return fail("{}: name other images to search and to calibrate margins with: --validation-data", config.workload.data);
}

Result<Job> make_job(const Options& options, ProgressStyle progress) {
  SearchOptions search;
  search.evaluations = static_cast<std::size_t>(options.evaluations);
  if (auto targets = options.points.apply_to(search); !targets) return forward_error(targets);
  auto config = options.workload.read();
  if (!config) return forward_error(config);
  if (auto single = check_cascaded_batch(config->platform); !single) return forward_error(single);
  Job job{std::move(*config), {}, {}, 0, {}};
  job.config.controller.reset();
  job.config.points.clear();
  make_paths_absolute(job.config);
  WorkloadConfig& workload = job.config.workload;
  auto training = workload.calibration_data.empty() ? training_images_of(workload.data)
                                                    : Result<std::string>{workload.calibration_data};
  if (!training) return forward_error(training);
  job.training = workload.calibration_data = *training;
  const auto validation = validation_of(options, job.config);
  if (!validation) return forward_error(validation);
  job.validation = *validation;
  const auto network = open_network(workload.network);
  if (!network) return forward_error(network);
  std::set<std::string> seen;
  nlohmann::json inputs{{"network", network->sha256}};
  for (const auto& [use, name] :
       {std::pair{"data", workload.data}, {"training data", job.training}, {"validation data", job.validation}}) {
    const bool is_test = name == workload.data;
    const auto images = open_dataset(name, {is_test ? workload.images : 0, fitting_of(network->network), progress});
    if (!images) return forward_error(images);
    if (!seen.insert(images->sha256).second)
      return fail("{}: training, validation and test images must differ: {} has been named before", name, use);
    inputs[use] = images->sha256;
    if (std::string_view{use} == "validation data") job.validation_images = images->images.size();
  }
  job.settings = {{"version", version()},
                  {"configuration", to_json(job.config)},
                  {"inputs", inputs},
                  {"save", options.points.saved},
                  {"instances", options.instances},
                  {"evaluations", options.evaluations},
                  {"metric", options.metric},
                  {"method", options.method},
                  {"steps", options.steps},
                  {"threads", options.threads},
                  {"rule", options.rule},
                  {"rerun", options.rerun}};
  if (!options.points.losses.empty()) job.settings["loss"] = options.points.losses;
  return job;
}

class Pipeline {
 public:
  Pipeline(const Options& options, const GlobalOptions& global, Job job, fs::path root, Checkpoints checkpoints)
      : options_(options),
        global_(global),
        job_(std::move(job)),
        root_(std::move(root)),
        checkpoints_(std::move(checkpoints)),
        out_(options.out) {}

  int run() {
    if (const auto written = write_config({}); !written) return report(written.error());
    plan();
    if (const int code = execute(search()); code != kDone) return code;
    if (options_.method == "affine")
      if (const int code = tune(); code != kDone) return code;
    if (const auto joined = join_points(); !joined) return report(joined.error(), kRunFailed);
    if (const int code = execute(power()); code != kDone) return code;
    const auto costs = read_costs(out_ / "power" / "power.json");
    if (!costs) return report(costs.error(), kRunFailed);
    if (const int code = execute(cascade(*costs)); code != kDone) return code;
    if (const int code = execute(evaluate()); code != kDone) return code;
    const auto summary = summarise_qos(out_, options_.rule, options_.rerun);
    if (!summary) return report(summary.error(), kRunFailed);
    if (const auto written = write_config(summary->controller); !written) return report(written.error(), kRunFailed);
    if (const auto written = write_file_atomically(out_ / "qos.json", dump_json(qos_json(*summary, job_.settings)));
        !written)
      return report(written.error(), kRunFailed);
    fmt::print(
        "{}\nwritten: {}/run.toml, operating_points.json, qos.json; of the stages: search, power, cascade.json, "
        "accuracy.json\n"
        "Then:    axvp simulate --config {}/run.toml --operating-points {}/operating_points.json\n",
        qos_text(*summary), options_.out, options_.out, options_.out);
    return kDone;
  }

 private:
  Result<void> write_config(const nlohmann::json& controller) const {
    nlohmann::json config = to_json(job_.config);
    if (!controller.is_null()) config["controller"] = controller;
    return write_file_atomically(out_ / "run.toml", "# Written by `axvp qos`.\n" + format_toml(config));
  }

  [[nodiscard]] std::vector<std::string> words(
      const std::string& subcommand, std::initializer_list<std::pair<const char*, std::string>> options) const {
    std::vector<std::string> result{"axvp"};
    if (global_.quiet) result.emplace_back("--quiet");
    result.insert(result.end(), {subcommand, "--config", (out_ / "run.toml").string()});
    for (const auto& [name, value] : options) result.insert(result.end(), {name, value});
    return result;
  }
  [[nodiscard]] double tune_weight() const { return kStepWeight * options_.steps; }
  [[nodiscard]] std::string points() const { return (out_ / "operating_points.json").string(); }
  [[nodiscard]] fs::path untuned() const { return out_ / "search" / "operating_points.json"; }
  [[nodiscard]] fs::path tuned(const std::string& point) const { return out_ / "tune" / (point + ".json"); }

  [[nodiscard]] Stage search() const {
    Stage stage{"search",
                words("search", {{"--data", job_.validation},
                                 {"--calibration-data", job_.training},
                                 {"--images", std::to_string(job_.validation_images)},
                                 {"--instances", std::to_string(options_.instances)},
                                 {"--evaluations", std::to_string(options_.evaluations)},
                                 {"--root", root_.string()},
                                 {"--out", (out_ / "search").string()}}),
                {untuned(), out_ / "search" / "search.json"},
                kSearchWeight};
    const auto targets = options_.points.words();
    stage.words.insert(stage.words.end(), targets.begin(), targets.end());
    if (!options_.metric.empty()) stage.words.insert(stage.words.end(), {"--metric", options_.metric});
    return stage;
  }

  [[nodiscard]] Stage tune_point(const std::string& point) const {
    return {"tune " + point,
            words("tune", {{"--method", "affine"},
                           {"--operating-points", (out_ / "tune" / (point + ".untuned.json")).string()},
                           {"--steps", std::to_string(options_.steps)},
                           {"--threads", std::to_string(options_.threads)},
                           {"--out", tuned(point).string()}}),
            {tuned(point)},
            tune_weight()};
  }

  [[nodiscard]] Stage power() const {
    return {"power",
            words("power", {{"--data", job_.validation},
                            {"--operating-points", points()},
                            {"--root", root_.string()},
                            {"--out", (out_ / "power").string()}}),
            {out_ / "power" / "power.json"},
            kPowerWeight};
  }

  [[nodiscard]] Stage cascade(const std::vector<double>& costs) const {
    std::vector<std::string> cells;
    for (const double cost : costs) cells.push_back(shortest(cost));
    return {"cascade",
            words("cascade", {{"--operating-points", points()},
                              {"--margin-data", job_.validation},
                              {"--costs", join(cells, ",")},
                              {"--rerun", shortest(options_.rerun)},
                              {"--out", (out_ / "cascade.json").string()}}),
            {out_ / "cascade.json"},
            kEvaluateWeight};
  }

  [[nodiscard]] Stage evaluate() const {
    return {"evaluate",
            words("evaluate", {{"--operating-points", points()}, {"--out", (out_ / "accuracy.json").string()}}),
            {out_ / "accuracy.json"},
            kEvaluateWeight};
  }

  int tune() {
    const auto found = load_operating_points(untuned());
    if (!found) return report(found.error(), kRunFailed);
    for (const OperatingPoint& point : found->points) {
      OperatingPointFile alone = *found;
      alone.points = {point};
      if (const auto saved = save_operating_points(alone, out_ / "tune" / (point.name + ".untuned.json")); !saved)
        return report(saved.error(), kRunFailed);
      if (const int code = execute(tune_point(point.name)); code != kDone) return code;
    }
    return kDone;
  }

  /// The tuned points in one file; without tuning those that the search has matched.
  [[nodiscard]] Result<void> join_points() const {
    auto file = load_operating_points(untuned());
    if (!file) return forward_error(file);
    if (options_.method == "affine")
      for (std::size_t p = 0; p < file->points.size(); ++p) {
        auto alone = load_operating_points(tuned(file->points[p].name));
        if (!alone) return forward_error(alone);
        file->points[p] = std::move(alone->points.at(0));
        file->provenance.tools.insert(alone->provenance.tools.begin(), alone->provenance.tools.end());
        file->provenance.inputs.insert(alone->provenance.inputs.begin(), alone->provenance.inputs.end());
      }
    file->provenance.inputs.erase("operating points");
    file->provenance.command = "qos";
    return save_operating_points(*file, points());
  }

  /// Names and weights of the stages, so that the first one knows how many follow.
  void plan() {
    planned_.emplace_back("search", kSearchWeight);
    if (options_.method == "affine")
      for (const std::string& point : options_.points.names()) planned_.emplace_back("tune " + point, tune_weight());
    planned_.insert(planned_.end(),
                    {{"power", kPowerWeight}, {"cascade", kEvaluateWeight}, {"evaluate", kEvaluateWeight}});
  }

  void announce(const std::string& stage) const {
    if (global_.quiet) return;
    double seconds = 0.0, done = 0.0, left = 0.0;
    std::size_t number = 0;
    for (std::size_t s = 0; s < planned_.size(); ++s) {
      const auto& [name, weight] = planned_[s];
      if (name == stage) number = s + 1;
      (checkpoints_.has(name) ? done : left) += weight;
      if (checkpoints_.has(name)) seconds += checkpoints_.seconds(name);
    }
    std::fprintf(
        stderr, "%s\n",
        fmt::format(
            "stage {}/{}: {}{}", number, planned_.size(), stage,
            done > 0.0 ? fmt::format(", {:.0f} s so far, about {:.0f} s left", seconds, seconds / done * left) : "")
            .c_str());
  }

  int execute(const Stage& stage) {
    const auto is_there = [](const fs::path& file) {
      std::error_code error;
      return fs::exists(file, error);
    };
    if (checkpoints_.has(stage.name) && std::all_of(stage.outputs.begin(), stage.outputs.end(), is_there)) return kDone;
    announce(stage.name);
    std::vector<std::string> text = stage.words;
    std::vector<char*> arguments;
    for (std::string& word : text) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    std::string log = stage.name;
    std::replace(log.begin(), log.end(), ' ', '-');
    const auto begin = std::chrono::steady_clock::now();
    const auto code = run_in_child([&] { return run_program(static_cast<int>(text.size()), arguments.data()); },
                                   out_ / (log + ".txt"));
    if (!code) return report(Error{fmt::format("stage {}: its process died", stage.name)}, kRunFailed);
    if (*code != kDone) return *code;
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    if (const auto noted = checkpoints_.add(stage.name, seconds); !noted) return report(noted.error(), kRunFailed);
    return kDone;
  }

  // Measured on the embedded network; of `affine` a step.
  static constexpr double kSearchWeight = 100.0, kStepWeight = 6.0, kPowerWeight = 50.0, kEvaluateWeight = 35.0;

  const Options& options_;
  const GlobalOptions& global_;
  Job job_;
  fs::path root_;
  Checkpoints checkpoints_;
  fs::path out_;
  std::vector<std::pair<std::string, double>> planned_;
};

int run(const Options& options, const GlobalOptions& global) {
  auto root = find_sources(options.root);
  if (!root) return report(root.error());
  if (const auto writable = check_writable(options.out); !writable) return report(writable.error());
  auto job = make_job(options, global.progress());
  if (!job) return report(job.error());
  auto checkpoints = Checkpoints::open(fs::path{options.out} / "checkpoint.json", job->settings);
  if (!checkpoints) return report(checkpoints.error());
  return Pipeline{options, global, std::move(*job), std::move(*root), std::move(*checkpoints)}.run();
}

}  // namespace

void add_qos(CLI::App& app, const GlobalOptions& global, Command& command) {
  auto options = std::make_shared<Options>();
  CLI::App* sub = app.add_subcommand(
      "qos", "From a network to operating points: search, tuning, energy, margins and accuracy in one run");
  options->workload.add_to(*sub);
  sub->add_option("--validation-data", options->validation_data,
                  "Images that points are searched and margins calibrated with; only --loss uses their labels; "
                  "synth10:validation for --data synth10");
  options->points.add_to(*sub);
  sub->add_option("--instances", options->instances, "Different selectables over all operating points")
      ->check(CLI::Range(1, 8))
      ->capture_default_str();
  sub->add_option("--metric", options->metric, "Of the search; see `axvp search --help`")
      ->check(CLI::IsMember({"traces", "uniform", "library"}));
  sub->add_option("--evaluations", options->evaluations, "Of the search: networks that are tuned and measured a point")
      ->check(CLI::Range(0, 100000))
      ->capture_default_str();
  sub->add_option("--method", options->method, "Tuning: match, or affine, which goes on by gradient descent (LibTorch)")
      ->check(CLI::IsMember({"match", "affine"}))
      ->capture_default_str();
  sub->add_option("--steps", options->steps, "Of affine, a point")->check(CLI::Range(1, 100000))->capture_default_str();
  sub->add_option("--threads", options->threads, "Of affine; another number gives slightly other sets")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  sub->add_option("--rule", options->rule, "Thresholds of the cascade from the last point to the first in run.toml")
      ->check(CLI::IsMember({"T_M", "T_99", "T_99.9", "budget"}))
      ->capture_default_str();
  sub->add_option("--rerun", options->rerun, "Fraction of images that the budget reruns")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  sub->add_option(
      "--root", options->root,
      "Folder with rtl/ and power/ of the sources; the present one, or where the program was built, without "
      "it");
  sub->add_option("--out", options->out, "Folder for all results; a run that was killed goes on in it")
      ->capture_default_str();
  sub->footer(
      "Examples:\n  axvp qos                                 the embedded network and data\n"
      "  axvp qos --network net.onnx --data cifar10:test.bin --validation-data cifar10:validation.bin \\\n"
      "    --calibration-data cifar10:train.bin --save 71.5,81,86 --out net_qos\n"
      "Then:\n  axvp simulate --config net_qos/run.toml --operating-points net_qos/operating_points.json\n"
      "Each stage is a subcommand of its own: search, tune (a point each), power, cascade, evaluate; what they print "
      "is\n"
      "in STAGE.txt of the folder.");
  sub->callback([options, &global, &command] { command = [options, &global] { return run(*options, global); }; });
}

}  // namespace axvp::sim
