#include "run_config.h"

#include <array>

#include "embedded_files.h"

namespace axvp::sim {
namespace {

constexpr std::int64_t kMostImages = 10'000'000;
constexpr NumberRange kCost{0.0, 1e9};

nlohmann::json or_null(const std::optional<double>& value) {
  return value ? nlohmann::json(*value) : nlohmann::json(nullptr);
}

std::size_t count(FieldReader& table, const std::string& key, std::int64_t low, std::size_t fallback) {
  return static_cast<std::size_t>(table.integer(key, {low, kMostImages}, static_cast<std::int64_t>(fallback)));
}

constexpr std::array kRangeRules{RangeRule::Maximum, RangeRule::Percentile, RangeRule::MeanSquare, RangeRule::Best};

std::string to_string(RangeRule rule) {
  switch (rule) {
    case RangeRule::Maximum:
      return "maximum";
    case RangeRule::Percentile:
      return "percentile";
    case RangeRule::MeanSquare:
      return "mean-square";
    case RangeRule::Best:
      break;
  }
  return "best";
}

std::vector<std::string> range_rules() {
  std::vector<std::string> names;
  for (const RangeRule rule : kRangeRules) names.push_back(to_string(rule));
  return names;
}

WorkloadConfig read_workload(FieldReader table) {
  WorkloadConfig config;
  config.network = table.string("network", config.network);
  config.data = table.string("data", config.data);
  config.images = count(table, "images", 0, config.images);
  config.calibration_data = table.string("calibration_data", config.calibration_data);
  config.calibration_images = count(table, "calibration_images", 1, config.calibration_images);
  config.encoding =
      table.choice("encoding", {"sm8", "s8"}, "sm8") == "s8" ? Encoding::TwosComplement : Encoding::SignMagnitude;
  const std::string range = table.choice("activation_range", range_rules(), to_string(config.activation_range));
  for (const RangeRule rule : kRangeRules)
    if (range == to_string(rule)) config.activation_range = rule;
  config.equalise = table.boolean("equalise", config.equalise);
  config.correction_images = count(table, "correction_images", 0, config.correction_images);
  config.activation_percentile = table.number("activation_percentile", {50.0, 100.0}, config.activation_percentile);
  return config;
}

TuningConfig read_tuning(FieldReader table) {
  TuningConfig config;
  config.method = *tuning_method(table.choice("method", {"none", "match", "statistics"}, "match"));
  config.images = count(table, "images", 1, config.images);
  return config;
}

std::vector<UserMultiplier> read_multipliers(FieldReader& root, const std::filesystem::path& folder) {
  std::vector<UserMultiplier> multipliers;
  for (auto& table : root.tables("multiplier")) {
    const auto stated = [&](const char* key) -> std::optional<double> {
      return table.has(key) ? std::optional{table.number(key, kCost)} : std::nullopt;
    };
    std::string id = table.string("id");
    std::filesystem::path file = folder / table.string("table");
    multipliers.push_back({std::move(id), std::move(file), stated("energy_pj"), stated("area_um2"),
                           stated("leakage_nw"), stated("delay_ns")});
  }
  return multipliers;
}

std::optional<LibraryConfig> read_library(FieldReader& root, const std::filesystem::path& folder) {
  if (!root.has("library")) return std::nullopt;
  FieldReader table = root.table("library");
  LibraryConfig library;
  library.tables = folder / table.string("tables");
  library.costs = folder / table.string("costs");
  library.column = table.string("column");
  return library;
}

std::vector<PointConfig> read_points(FieldReader& root) {
  std::vector<PointConfig> points;
  for (auto& table : root.tables("operating_point")) {
    PointConfig point;
    point.name = table.string("name");
    point.multiplier = table.string("multiplier");
    FieldReader layers = table.table("layers");
    for (const auto& layer : layers.keys()) point.layers[layer] = layers.string(layer);
    points.push_back(std::move(point));
  }
  return points;
}

}  // namespace

std::string_view to_string(TuningMethod method) {
  switch (method) {
    case TuningMethod::None:
      return "none";
    case TuningMethod::Match:
      return "match";
    case TuningMethod::Statistics:
      break;
  }
  return "statistics";
}

std::optional<TuningMethod> tuning_method(std::string_view name) {
  for (const TuningMethod method : {TuningMethod::None, TuningMethod::Match, TuningMethod::Statistics})
    if (to_string(method) == name) return method;
  return std::nullopt;
}

Result<RunConfig> load_run_config(const std::string& path) {
  const auto document = path.empty() ? parse_toml(default_config(), "default.toml") : load_toml(path);
  if (!document) return forward_error(document);
  const auto folder = std::filesystem::path{path}.parent_path();
  FieldReader root{*document};
  RunConfig config;
  config.seed = static_cast<std::uint64_t>(root.integer("seed", {0}, 1));
  config.workload = read_workload(root.table("workload"));
  config.tuning = read_tuning(root.table("tuning"));
  config.multipliers = read_multipliers(root, folder);
  config.library = read_library(root, folder);
  config.points = read_points(root);
  FieldReader platform = root.table("platform");
  config.platform = read_platform_config(platform);
  if (root.has("controller")) {
    FieldReader controller = root.table("controller");
    config.controller = read_policy_config(controller);
  }
  const std::string table = root.table("energy").string("table", "");
  if (!table.empty()) config.energy_table = (folder / table).string();
  if (const auto done = root.finish(); !done) return forward_error(done);
  if (const auto valid = validate(config.platform); !valid) return forward_error(valid);
  return config;
}

QuantisationOptions quantisation_options(const WorkloadConfig& config) {
  QuantisationOptions options;
  options.encoding = config.encoding;
  options.activation_percentile = config.activation_percentile;
  options.calibration_images = config.calibration_images;
  options.equalise = config.equalise;
  options.correction_images = config.correction_images;
  options.range = config.activation_range;
  return options;
}

nlohmann::json to_json(const RunConfig& config) {
  nlohmann::json points = nlohmann::json::array();
  for (const auto& point : config.points)
    points.push_back({{"name", point.name}, {"multiplier", point.multiplier}, {"layers", point.layers}});
  nlohmann::json multipliers = nlohmann::json::array();
  for (const auto& m : config.multipliers)
    multipliers.push_back({{"id", m.id},
                           {"table", m.table.string()},
                           {"energy_pj", or_null(m.energy_pj)},
                           {"area_um2", or_null(m.area_um2)},
                           {"leakage_nw", or_null(m.leakage_nw)},
                           {"delay_ns", or_null(m.delay_ns)}});
  const WorkloadConfig& w = config.workload;
  nlohmann::json result{{"seed", config.seed},
                        {"platform", axvp::to_json(config.platform)},
                        {"controller", config.controller ? axvp::to_json(*config.controller) : nlohmann::json(nullptr)},
                        {"energy", {{"table", config.energy_table}}},
                        {"workload",
                         {{"network", w.network},
                          {"data", w.data},
                          {"images", w.images},
                          {"calibration_data", w.calibration_data},
                          {"calibration_images", w.calibration_images},
                          {"encoding", to_string(w.encoding)},
                          {"activation_range", to_string(w.activation_range)},
                          {"activation_percentile", w.activation_percentile},
                          {"equalise", w.equalise},
                          {"correction_images", w.correction_images}}},
                        {"tuning", {{"method", to_string(config.tuning.method)}, {"images", config.tuning.images}}},
                        {"multiplier", multipliers},
                        {"operating_point", points}};
  if (config.library)
    result["library"] = {{"tables", config.library->tables.string()},
                         {"costs", config.library->costs.string()},
                         {"column", config.library->column}};
  if (config.points_file.empty()) return result;
  result["operating_points_file"] = config.points_file;
  result.erase("tuning");  // the file's points are tuned, its scales frozen
  for (const char* key : {"calibration_data", "calibration_images", "activation_percentile"})
    result["workload"].erase(key);
  return result;
}

}  // namespace axvp::sim
