#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <thread>

#include "axvp/common/field_reader.h"
#include "axvp/common/file.h"
#include "axvp/common/text.h"
#include "axvp/workloads/evaluation.h"
#include "command.h"
#include "layer_error_report.h"
#include "quantisation_report.h"
#include "svg_plot.h"
#include "workload.h"
#include "workload_options.h"

namespace axvp::sim {
namespace {

struct Options {
  WorkloadOptions workload;
  std::string operating_points, multiplier, encoding, search, out, layer_errors;
  bool with_float = false;
  bool layers = false;
  std::size_t threads = 0;
};

nlohmann::json to_json(const Interval& i) {
  return {{"value", i.value}, {"low_95", i.low}, {"high_95", i.high}};
}

nlohmann::json to_json(const PairedComparison& pair, const char* only_reference) {
  return {{"top1_loss", to_json(pair.loss())},
          {"top5_loss", to_json(pair.top5_loss())},
          {"both_right", pair.both_right},
          {only_reference, pair.only_reference_right},
          {"only_this_right", pair.only_this_right},
          {"none_right", pair.none_right},
          {"same_class", pair.same_class},
          {"mean_kl_nats", pair.mean_kl},
          {"mcnemar_p", pair.mcnemar_p()}};
}

nlohmann::json to_json(const PointEvaluation& point) {
  nlohmann::json json{{"name", point.name},
                      {"images", point.images},
                      {"top1", to_json(wilson_interval(point.top1_right, point.images))},
                      {"top5", to_json(wilson_interval(point.top5_right, point.images))},
                      {"median_margin", point.median_margin}};
  if (point.against_exact.images() > 0) json["against_exact"] = to_json(point.against_exact, "only_exact_right");
  if (point.against_float.images() > 0) json["against_float"] = to_json(point.against_float, "only_float_right");
  return json;
}

std::vector<std::string> row_of(const PointEvaluation& p, const PairedComparison& pair) {
  const auto percent = [&](std::uint64_t k) { return 100.0 * static_cast<double>(k) / static_cast<double>(p.images); };
  const Interval top1 = wilson_interval(p.top1_right, p.images), loss = pair.loss(), top5 = pair.top5_loss();
  std::vector<std::string> row{p.name, fmt::format("{:.2f}", 100 * top1.value),
                               fmt::format("{:.2f} to {:.2f}", 100 * top1.low, 100 * top1.high),
                               fmt::format("{:.2f}", percent(p.top5_right))};
  if (pair.images() == 0) return row;
  for (std::string& cell : std::vector<std::string>{
           fmt::format("{:.2f}", 100 * loss.value), fmt::format("{:.2f} to {:.2f}", 100 * loss.low, 100 * loss.high),
           fmt::format("{:.2f}", 100 * top5.value), fmt::format("{:.2f} to {:.2f}", 100 * top5.low, 100 * top5.high),
           fmt::format("{:.2f}", percent(pair.same_class)), fmt::format("{:.4f}", pair.mean_kl),
           fmt::format("{:.3f}", pair.mcnemar_p())})
    row.push_back(std::move(cell));
  return row;
}

/// A row a network; each is compared with the reference that `pair` holds.
void print(const std::vector<PointEvaluation>& points, PairedComparison PointEvaluation::*pair) {
  std::vector<std::vector<std::string>> rows{{"operating point", "top-1 %", "95 %", "top-5 %", "loss points", "95 %",
                                              "top-5 loss", "95 %", "same class %", "KL", "McNemar p"}};
  for (const auto& point : points) {
    rows.push_back(row_of(point, point.*pair));
    rows.back().resize(rows[0].size());
  }
  fmt::print("{}", format_table(rows));
}

std::size_t threads_of(const Options& options) {
  return options.threads > 0 ? options.threads : std::max<std::size_t>(1, std::thread::hardware_concurrency());
}

/// The points, and the float network where that was asked for.
FloatEvaluation measure(const Options& options, const Workload& workload, const std::vector<Int8Executor>& executors,
                        ProgressStyle progress) {
  const std::size_t threads = threads_of(options);
  if (options.with_float) return evaluate_with_float(workload.network, executors, workload.data, threads, progress);
  return {{}, evaluate(executors, workload.data, threads, progress)};
}

void print(const FloatEvaluation& result, const Workload& workload, const Options& options) {
  fmt::print("{} on {} ({} images), {}\n\n", workload.quantisation.network.name, workload.data.name,
             with_thousands(workload.data.images.size()), to_string(workload.quantisation.network.encoding));
  print(result.points, &PointEvaluation::against_exact);
  fmt::print("\nLoss, same class, KL and McNemar: paired against the exact int8 network on the same images.\n");
  if (options.with_float) {
    auto rows = result.points;
    rows.insert(rows.begin(), result.float_network);
    fmt::print("\n");
    print(rows, &PointEvaluation::against_float);
    fmt::print("\nThe same against the float network.\n");
  }
  if (options.layers) fmt::print("\n{}", quantisation_text(workload.quantisation.report));
  fmt::print("{}", remarks_text(workload.quantisation.remarks));
}

/// Fractions saved by the points of a search.json, by name.
Result<std::map<std::string, double>> read_savings(const std::string& path) {
  const auto document = load_json(path);
  if (!document) return forward_error(document);
  std::map<std::string, double> savings;
  const auto* points =
      document->root.is_object() && document->root.contains("points") ? &document->root["points"] : nullptr;
  if (points == nullptr || !points->is_array()) return fail("{}: no list `points`; `axvp search` writes one", path);
  for (const auto& point : *points) {
    if (!point.is_object() || !point.contains("name") || !point["name"].is_string() ||
        !point.contains("saved_fraction") || !point["saved_fraction"].is_number())
      return fail("{}: points without `name` and `saved_fraction`; `axvp search` writes them", path);
    savings[point["name"].get<std::string>()] = point["saved_fraction"].get<double>();
  }
  return savings;
}

/// Loss over savings, with the intervals, as SVG.
std::string loss_svg(const std::string& network, const std::vector<PointEvaluation>& points,
                     const std::map<std::string, double>& savings) {
  Plot plot{network + ": accuracy against energy",
            "saved of the exact multiplications, %",
            "loss against exact int8, points",
            {},
            PlotScale::Linear};
  PlotSeries top1{"top-1", "#1f77b4", {}}, top5{"top-5", "#ff7f0e", {}};
  for (const PointEvaluation& point : points) {
    const auto saved = savings.find(point.name);
    if (saved == savings.end()) continue;
    top1.points.push_back({point.name, 100.0 * saved->second, 100.0 * point.against_exact.loss().value});
    top5.points.push_back({point.name, 100.0 * saved->second, 100.0 * point.against_exact.top5_loss().value});
  }
  plot.series = {top1, top5};
  return svg_of(plot);
}

/// The exact point first, unless the run's first point is exact already: everything is compared with it.
Result<std::vector<Int8Executor>> make_executors(Workload& workload) {
  const QuantizedNetwork& network = workload.quantisation.network;
  const auto exact = workload.catalogue.find(Catalogue::exact_id(network.encoding));
  if (!exact) return forward_error(exact);
  const std::size_t layers = network.layers().size();
  const std::vector<TruthTable> exact_tables(layers, exact->table);
  const bool first_is_exact = !workload.tables.empty() && workload.tables[0] == exact_tables &&
                              workload.points[0].requantisation == workload.quantisation.exact_requantisation;
  if (!first_is_exact) {
    const std::vector<std::string> ids(layers, exact->id);
    workload.points.insert(workload.points.begin(), {"exact int8", ids, workload.quantisation.exact_requantisation});
    workload.tables.insert(workload.tables.begin(), exact_tables);
  }
  std::vector<Int8Executor> executors;
  for (std::size_t p = 0; p < workload.points.size(); ++p) {
    auto executor = Int8Executor::create(network, workload.points[p], workload.tables[p]);
    if (!executor) return forward_error(executor);
    executors.push_back(std::move(*executor));
  }
  return executors;
}

/// A selectable of the catalogue or of the configuration; or a table in a .npy file, by the file's name.
void choose_multiplier(const std::string& name, RunConfig& config) {
  const std::filesystem::path path{name};
  std::string id = name;
  if (path.extension() == ".npy") {
    id = path.stem().string();
    config.multipliers.push_back({id, path, std::nullopt, std::nullopt, std::nullopt, std::nullopt});
  }
  config.points = {{id, id, {}}};
}

Result<RunConfig> read_config(const Options& options) {
  auto config = options.workload.read();
  if (!config) return config;
  if (!options.encoding.empty()) {
    config->workload.encoding = options.encoding == "s8" ? Encoding::TwosComplement : Encoding::SignMagnitude;
    const std::string exact{Catalogue::exact_id(config->workload.encoding)};
    config->points = {{exact, exact, {}}};
  }
  if (!options.multiplier.empty()) choose_multiplier(options.multiplier, *config);
  return config;
}

int run(const Options& options, const GlobalOptions& global) {
  const auto config = read_config(options);
  if (!config) return report(config.error());
  auto workload = prepare_workload(*config, options.operating_points, global.progress());
  if (!workload) return report(workload.error());
  const auto executors = make_executors(*workload);
  if (!executors) return report(executors.error());
  std::map<std::string, double> savings;
  if (!options.search.empty()) {
    auto read = read_savings(options.search);
    if (!read) return report(read.error());
    savings = std::move(*read);
  }
  const FloatEvaluation evaluation = measure(options, *workload, *executors, global.progress());
  print(evaluation, *workload, options);
  std::vector<std::vector<LayerErrors>> errors;
  if (!options.layer_errors.empty()) {
    errors = measure_layer_errors(*executors, workload->data, threads_of(options), global.progress());
    const auto written = write_file_atomically(options.layer_errors, layer_errors_csv(evaluation.points, errors));
    if (!written) return report(written.error());
    fmt::print("written: {}\n", options.layer_errors);
  }
  if (options.out.empty()) return kDone;
  workload->provenance.command = "evaluate";
  nlohmann::json result{{"schema_version", 1},
                        {"provenance", axvp::to_json(workload->provenance)},
                        {"configuration", to_json(effective_config(*config, options.operating_points, *workload))},
                        {"quantisation", quantisation_json(workload->quantisation.report)},
                        {"points", nlohmann::json::array()}};
  if (options.with_float) result["float"] = to_json(evaluation.float_network);
  for (const auto& point : evaluation.points) result["points"].push_back(to_json(point));
  for (std::size_t p = 0; p < errors.size(); ++p) result["points"][p]["layer_errors"] = layer_errors_json(errors[p]);
  if (const auto written = write_file_atomically(options.out, dump_json(result)); !written)
    return report(written.error());
  if (options.search.empty()) return kDone;
  const auto plot = std::filesystem::path{options.out}.replace_extension(".svg");
  if (const auto written =
          write_file_atomically(plot, loss_svg(workload->quantisation.network.name, evaluation.points, savings));
      !written)
    return report(written.error());
  return kDone;
}

}  // namespace

void add_evaluate(CLI::App& app, const GlobalOptions& global, Command& command) {
  auto options = std::make_shared<Options>();
  CLI::App* sub =
      app.add_subcommand("evaluate", "Accuracy of operating points by the plain executor, without the platform");
  options->workload.add_to(*sub);
  auto* points = sub->add_option("--operating-points", options->operating_points, "File written by `axvp tune`");
  sub->add_option("--multiplier", options->multiplier,
                  "One selectable in every layer instead of the configured points: an id, or a table in a .npy file")
      ->excludes(points);
  sub->add_option("--encoding", options->encoding,
                  "Quantise to sm8 or s8, with the exact multiplier unless --multiplier names one")
      ->check(CLI::IsMember({"sm8", "s8"}))
      ->excludes(points);
  sub->add_flag("--float", options->with_float, "Run the float network too and compare with it");
  sub->add_flag("--layers", options->layers, "Show how each tensor was quantised");
  sub->add_option("--layer-errors", options->layer_errors,
                  "Write each layer's errors against the exact network as CSV, and with --out into the JSON");
  sub->add_option("--threads", options->threads, "Threads; all cores without it (the result is the same)")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{256}));
  auto* out = sub->add_option("--out", options->out, "Write the result as JSON");
  sub->add_option("--search", options->search,
                  "search.json of the points: with --out a plot of loss against what they save is written beside it")
      ->needs(out);
  sub->footer(
      "Examples:\n  axvp evaluate --multiplier dadda_trunc-k8c\n  axvp evaluate --multiplier mine.npy\n"
      "  axvp evaluate --network net.toml --data imagefolder:photos --calibration-data imagefolder:more --float");
  sub->callback([options, &global, &command] { command = [options, &global] { return run(*options, global); }; });
}

}  // namespace axvp::sim
