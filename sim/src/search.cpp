#include "axvp/qos/search.h"

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "axvp/common/field_reader.h"
#include "axvp/common/file.h"
#include "axvp/workloads/match.h"
#include "command.h"
#include "error_report.h"
#include "point_targets.h"
#include "search_costs.h"
#include "search_report.h"
#include "sensitivity.h"
#include "workload.h"
#include "workload_options.h"

namespace axvp::sim {
namespace {

struct Options {
  WorkloadOptions workload;
  std::string metric, out = "search", sensitivity = "measured";
  PointTargets points;
  bool clusterings = false, error_models = false;
  SearchOptions search;
  CostOptions costs;
};

CostMetric metric_of(const Options& options, const RunConfig& config) {
  if (options.metric == "uniform") return CostMetric::Uniform;
  if (options.metric == "library" || (options.metric.empty() && config.library)) return CostMetric::Library;
  return CostMetric::Traces;
}

Result<void> check_sources(const Options& options) {
  std::error_code error;
  if (options.costs.metric != CostMetric::Traces) return {};
  if (std::filesystem::is_directory(std::filesystem::path{options.costs.root} / "rtl" / "multipliers", error))
    return {};
  return fail(
      "{}: no folder rtl/multipliers in it; name the folder of axvp's sources with --root, or take --metric uniform",
      options.costs.root);
}

/// `match` for every point found, in place of the exact one.
Result<void> tune(const SearchResult& result, const std::vector<std::string>& names, const PricedCandidates& candidates,
                  const Dataset& images, ProgressStyle progress, Workload& workload) {
  workload.points.clear();
  workload.tables.clear();
  const auto matcher = MomentMatcher::create(workload.quantisation, images);
  if (!matcher) return forward_error(matcher);
  for (const SearchedPoint& point : result.points) {
    std::vector<std::string> ids;
    std::vector<TruthTable> tables;
    for (const std::size_t m : point.choice) {
      ids.push_back(candidates.ids[m]);
      tables.push_back(candidates.tables[m]);
    }
    auto matched = matcher->match(names[workload.points.size()], ids, tables, progress);
    if (!matched) return forward_error(matched);
    workload.points.push_back(std::move(*matched));
    workload.tables.push_back(std::move(tables));
  }
  return {};
}

Result<void> write(const std::filesystem::path& folder, const SearchReport& report, const RunConfig& config,
                   const Workload& workload) {
  const OperatingPointFile file = points_file(workload, "search", config.seed);
  nlohmann::json json = search_json(report);
  json["schema_version"] = 1;
  json["provenance"] = to_json(file.provenance);
  return write_files_atomically({{folder / "operating_points.json", format_operating_points(file)},
                                 {folder / "search.json", dump_json(json)},
                                 {folder / "assignment.svg", assignment_svg(report)}});
}

/// Predicted against measured errors of every candidate: fields are drawn from the tuning images but the last eighth,
/// which is measured on.
Result<void> write_error_models(const std::filesystem::path& folder, const Workload& workload,
                                const PricedCandidates& candidates, const Dataset& tuning,
                                const SearchOptions& options) {
  Dataset drawn = tuning, held_out = tuning;
  const auto kept = static_cast<std::ptrdiff_t>(tuning.images.size() - tuning.images.size() / 8);
  drawn.images.erase(drawn.images.begin() + kept, drawn.images.end());
  held_out.images.erase(held_out.images.begin(), held_out.images.begin() + kept);
  ErrorComparisonOptions settings;
  settings.seed = options.seed;
  settings.threads = options.threads;
  settings.progress = options.progress;
  const auto comparisons = compare_error_models(workload.quantisation, drawn, held_out, candidates.tables, settings);
  if (!comparisons) return forward_error(comparisons);
  fmt::print("{}\n", error_models_text(*comparisons));
  return write_files_atomically({{folder / "errors.csv", error_models_csv(*comparisons, workload, candidates)},
                                 {folder / "errors.svg", error_models_svg(*comparisons, workload, candidates)}});
}

int run(Options options, const GlobalOptions& global) {
  const auto config = exact_config(options.workload);
  if (!config) return report(config.error());
  if (const auto valid = options.points.apply_to(options.search); !valid) return report(valid.error());
  options.costs.metric = metric_of(options, *config);
  if (const auto sources = check_sources(options); !sources) return report(sources.error());
  if (const auto writable = check_writable(options.out); !writable) return report(writable.error());
  auto workload = prepare_workload(*config, "", global.progress());
  if (!workload) return report(workload.error());
  const auto candidates = price_candidates(*config, *workload, options.costs, global, workload->provenance);
  if (!candidates) return report(candidates.error());
  Dataset tuning = workload->calibration;
  if (tuning.images.size() > config->tuning.images) tuning.images.resize(config->tuning.images);
  options.search.seed = config->seed;
  options.search.progress = global.progress();
  if (options.error_models)
    if (const auto written = write_error_models(options.out, *workload, *candidates, tuning, options.search); !written)
      return report(written.error(), kRunFailed);
  SearchInputs inputs{&workload->quantisation, &tuning,         &workload->data, candidates->ids,
                      candidates->tables,      candidates->cost};
  const Sensitivity sensitivity = parse_sensitivity(options.sensitivity);
  options.search.sensitivity =
      sensitivity == Sensitivity::Measured ? SensitivityMethod::Measured : SensitivityMethod::Curvature;
  auto curvatures = layer_curvatures(
      {sensitivity, &options.workload, &*config, &*workload, &inputs, &options.search, options.out, global.quiet});
  if (!curvatures) return report(curvatures.error(), kRunFailed);
  inputs.curvatures = std::move(*curvatures);
  const auto result = search_operating_points(inputs, options.search);
  if (!result) return report(result.error());
  if (const auto tuned = tune(*result, options.points.names(), *candidates, tuning, global.progress(), *workload);
      !tuned)
    return report(tuned.error(), kRunFailed);
  SearchReport found{&*result, &options.search, &*candidates, &*workload, options.costs.metric, sensitivity, {}};
  if (options.clusterings) found.clusterings = compare_clusterings(*result, options.search, 5);
  fmt::print("{}", search_text(found));
  if (const auto written = write(options.out, found, *config, *workload); !written)
    return report(written.error(), kRunFailed);
  fmt::print("\nwritten: {0}/operating_points.json, {0}/search.json, {0}/assignment.svg\n", options.out);
  return kDone;
}

}  // namespace

void add_search(CLI::App& app, const GlobalOptions& global, Command& command) {
  auto options = std::make_shared<Options>();
  CLI::App* sub = app.add_subcommand("search", "Find a small pool of multipliers and operating points of a network");
  options->workload.add_to(*sub);
  sub->add_option("--instances", options->search.instances,
                  "Different selectables over all operating points; 0: any number, as AGN has it")
      ->check(CLI::Range(0, 8))
      ->capture_default_str();
  options->points.add_to(*sub);
  sub->add_option("--metric", options->metric,
                  "traces: energy under each layer's operands; uniform: the papers' metric; library: the papers' with "
                  "the powers of [library]. Default: library where the configuration has one, else traces")
      ->check(CLI::IsMember({"traces", "uniform", "library"}));
  sub->add_option(
         "--sensitivity", options->sensitivity,
         "gradient: noise learned as AGN does (LibTorch); curvature: injected noise; measured: curvature, then "
         "each layer with each member of the pool. Kept in sensitivity.json")
      ->check(CLI::IsMember({"gradient", "curvature", "measured"}))
      ->capture_default_str();
  sub->add_option("--evaluations", options->search.evaluations,
                  "Networks that are tuned and measured to refine each point; not with --loss")
      ->check(CLI::Range(0, 100000))
      ->capture_default_str();
  sub->add_option("--fields", options->search.fields, "Receptive fields a layer that errors are predicted from")
      ->check(CLI::Range(16, 1 << 20))
      ->capture_default_str();
  sub->add_option("--threads", options->search.threads, "Of the search; 0: all. Does not change the result")
      ->capture_default_str();
  sub->add_flag("--clusterings", options->clusterings, "Compare k-means with the optimum for 2 to 5 instances");
  sub->add_flag("--error-models", options->error_models,
                "Measure how well errors are predicted: a table, errors.csv and errors.svg");
  sub->add_option("--out", options->out, "Folder for operating_points.json, search.json and assignment.svg")
      ->capture_default_str();
  sub->add_option("--root", options->costs.root, "Folder with rtl/ and power/ of the sources")->capture_default_str();
  sub->footer(
      "--data are validation images, not those that results are measured on; only --loss reads their labels.\n"
      "Example: axvp search --network net.onnx --data cifar10:validation.bin --calibration-data cifar10:train.bin\n"
      "Then:    axvp evaluate --network net.onnx --data cifar10:test.bin --operating-points "
      "search/operating_points.json");
  sub->callback([options, &global, &command] { command = [options, &global] { return run(*options, global); }; });
}

}  // namespace axvp::sim
