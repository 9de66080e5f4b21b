#include "axvp/explore/sweep.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <set>

#include "axvp/common/field_reader.h"
#include "axvp/common/text.h"
#include "axvp/multipliers/catalogue.h"
#include "axvp/workloads/operating_point.h"

namespace axvp {
namespace {

constexpr std::array<std::string_view, 6> kColumns{"latency_ms",         "energy_uj",     "area_mm2",
                                                   "energy_delay_uj_ms", "top1_fraction", "images_per_second"};
const std::vector<std::string> kObjectives{"latency", "energy", "area", "energy-delay", "accuracy", "throughput"};
const std::vector<std::string> kMethods{"grid", "random", "nsga2"};
const std::vector<std::string> kEncodings{"sm8", "s8"};
const std::vector<std::string> kMappings{"naive", "diagonal", "vector", "auto"};
constexpr const char* kOwnPool = "own";
constexpr std::size_t kMostValues = 4096;             // of an axis
constexpr double kMostConfigurations = 1ull << 40;    // that can be numbered
constexpr std::uint64_t kMostEvaluated = 10'000'000;  // of grid and random: their results are held in memory

struct Bounds {
  double low, high;
  bool is_whole;
};

Bounds bounds_of(Axis axis) {
  switch (axis) {
    case Axis::Rows:
    case Axis::Columns:
      return {1, 1024, true};
    case Axis::ActivationKb:
    case Axis::WeightKb:
    case Axis::AccumulatorKb:
      return {1, 65536, true};
    case Axis::Batch:
      return {1, 256, true};
    case Axis::ClockMhz:
      return {0.01, 10000, false};
    default:
      return {1, 4096, true};
  }
}

/// `file` beside the sweep if it is there, else as it is given.
std::string path_from(const std::string& folder, const std::string& file) {
  const std::filesystem::path beside = std::filesystem::path{folder} / file;
  std::error_code error;
  return std::filesystem::exists(beside, error) ? beside.string() : file;
}

/// A number, a list of numbers, or { from, to, step } or { from, to, factor }.
std::vector<double> read_values(FieldReader& table, Axis axis, double fallback) {
  const std::string key{to_string(axis)};
  const Bounds bounds = bounds_of(axis);
  const NumberRange range{bounds.low, bounds.high};
  std::vector<double> values;
  if (!table.has(key)) return {table.number(key, range, fallback)};
  const nlohmann::json* raw = table.raw(key);
  if (raw->is_object()) {
    FieldReader ends = table.table(key);
    const double from = ends.number("from", range), to = ends.number("to", range);
    const bool has_factor = ends.has("factor");
    const double step = has_factor ? ends.number("factor", {1.0, 1e6, true}) : ends.number("step", {0.0, 1e6, true});
    double value = from;
    for (std::size_t i = 1; value <= to * (1 + 1e-12) && step > 0.0 && i <= kMostValues + 1; ++i) {
      values.push_back(value);
      value = has_factor ? value * step : from + static_cast<double>(i) * step;
    }
    if (values.size() > kMostValues) table.reject(key, fmt::format("{}: more than {} values", key, kMostValues));
    if (values.empty()) table.reject(key, fmt::format("{}: the range is empty", key));
  } else if (raw->is_array()) {
    values = table.numbers(key, range);
    if (values.empty()) table.reject(key, fmt::format("{}: the list is empty", key));
  } else {
    values.push_back(table.number(key, range));
  }
  for (const double value : values)
    if (bounds.is_whole && value != std::floor(value))
      table.reject(key, fmt::format("{}: {}, expected whole numbers", key, value));
  return values.empty() ? std::vector<double>{fallback} : values;
}

std::vector<double> read_dataflows(FieldReader& table, Dataflow fallback) {
  std::vector<double> values;
  for (const std::string& name : table.strings("dataflow", false)) {
    const auto dataflow = parse_dataflow(name);
    if (dataflow)
      values.push_back(static_cast<double>(*dataflow));
    else
      table.reject("dataflow", dataflow.error().message);
  }
  if (values.empty()) values.push_back(static_cast<double>(fallback));
  return values;
}

/// Indices into `names`; none where the key is missing.
std::vector<double> read_choices(FieldReader& table, const std::string& key, const std::vector<std::string>& names) {
  std::vector<double> values;
  for (const std::string& name : table.strings(key, false)) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) table.reject(key, fmt::format("{} `{}`{}", key, name, suggestion(name, names)));
    values.push_back(static_cast<double>(found - names.begin()));
  }
  return values;
}

/// A pool of catalogue selectables. Errors: one that is unknown, coded otherwise than the others or there twice; more
/// instances than an element can hold.
Result<SweptPool> make_pool(std::vector<std::string> ids) {
  constexpr std::size_t kMostInstances = 8;
  SweptPool pool{join(ids, "+"), {}, std::move(ids)};
  std::set<std::string> instances, seen;
  for (const std::string& id : pool.ids) {
    const auto selectable = Catalogue::built_in().find(id);
    if (!selectable) return forward_error(selectable);
    if (instances.empty()) pool.encoding = selectable->encoding;
    if (selectable->encoding != pool.encoding)
      return fail("{} is coded {}, {} {}: a pool has one encoding", pool.ids[0], to_string(pool.encoding), id,
                  to_string(selectable->encoding));
    if (!seen.insert(id).second) return fail("{} stands twice", id);
    instances.insert(selectable->multiplier_id);
  }
  if (instances.size() > kMostInstances)
    return fail("{} multipliers, a processing element holds {} at most", instances.size(), kMostInstances);
  return pool;
}

/// The points of an operating_points.json, which share a pool.
Result<std::vector<SweptPoint>> read_points(const std::string& path, const std::string& given) {
  const auto file = load_operating_points(path);
  if (!file) return forward_error(file);
  std::vector<std::string> ids;
  for (const OperatingPoint& point : file->points)
    for (const std::string& id : point.selectable_of_layer)
      if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
  const auto pool = make_pool(ids);
  if (!pool) return fail_in(given, pool);
  std::vector<SweptPoint> points;
  for (const OperatingPoint& point : file->points) {
    points.push_back({point.name, point.selectable_of_layer, *pool, path, points.size(), file->network_sha256});
    points.back().own_pool.name = given;
  }
  return points;
}

/// Multipliers that serve all layers, and the points of files; without either the exact multiplier of each encoding.
void read_operating_points(FieldReader& table, const std::string& folder, DesignSpace& space) {
  std::vector<std::string> multipliers = table.strings("multiplier", false);
  const std::vector<std::string> files = table.strings("operating_points", false);
  const std::vector<double> encodings = read_choices(table, "encoding", kEncodings);
  if (multipliers.empty() && files.empty())
    for (const double encoding : encodings.empty() ? std::vector<double>{0.0} : encodings)
      multipliers.emplace_back(Catalogue::exact_id(static_cast<Encoding>(static_cast<int>(encoding))));
  else if (!encodings.empty())
    table.reject("encoding", "encoding: chooses between exact multipliers; those that are named have theirs");
  for (const std::string& id : multipliers) {
    const auto pool = make_pool({id});
    if (!pool) {
      table.reject("multiplier", pool.error().message);
      continue;
    }
    space.points.push_back({id, {id}, *pool, "", 0, ""});
  }
  for (const std::string& given : files) {
    const auto points = read_points(path_from(folder, given), given);
    if (!points) {
      table.reject("operating_points", points.error().message);
      continue;
    }
    space.points.insert(space.points.end(), points->begin(), points->end());
  }
  // Names that stand for several points get their file in front.
  std::map<std::string, int> times;
  for (const SweptPoint& point : space.points) ++times[point.name];
  for (SweptPoint& point : space.points)
    if (!point.file.empty() && times[point.name] > 1) point.name = point.own_pool.name + ":" + point.name;
  std::set<std::string> names;
  for (const SweptPoint& point : space.points)
    if (!names.insert(point.name).second)
      table.reject(point.file.empty() ? "multiplier" : "operating_points", fmt::format("{} stands twice", point.name));
  auto& values = space.values[static_cast<std::size_t>(Axis::OperatingPoint)];
  for (std::size_t i = 0; i < space.points.size(); ++i) values.push_back(static_cast<double>(i));
}

/// A list of "own" and lists of selectables.
void read_pools(FieldReader& table, DesignSpace& space) {
  const auto add = [&](const nlohmann::json& entry) -> Result<void> {
    if (entry == kOwnPool) {
      space.pools.push_back({kOwnPool, {}, {}});
      return {};
    }
    std::vector<std::string> ids;
    if (entry.is_array())
      for (const auto& id : entry)
        if (id.is_string()) ids.push_back(id.get<std::string>());
    if (ids.empty() || ids.size() != entry.size())
      return fail("{}: expected \"{}\" or a list of multipliers", entry.dump(), kOwnPool);
    auto pool = make_pool(std::move(ids));
    if (!pool) return forward_error(pool);
    space.pools.push_back(std::move(*pool));
    return {};
  };
  const nlohmann::json* raw = table.has("pool") ? table.raw("pool") : nullptr;
  if (raw == nullptr) {
    space.pools.push_back({kOwnPool, {}, {}});
  } else if (!raw->is_array() || raw->empty()) {
    table.reject("pool", fmt::format("pool: expected a list of \"{}\" and lists of multipliers", kOwnPool));
  } else {
    for (const auto& entry : *raw)
      if (const auto added = add(entry); !added) table.reject("pool", "pool: " + added.error().message);
  }
  std::set<std::string> names;
  for (const SweptPool& pool : space.pools)
    if (!names.insert(pool.name).second) table.reject("pool", fmt::format("pool: {} stands twice", pool.name));
  auto& values = space.values[static_cast<std::size_t>(Axis::Pool)];
  for (std::size_t i = 0; i < space.pools.size(); ++i) values.push_back(static_cast<double>(i));
}

void read_space(FieldReader& table, const std::string& folder, DesignSpace& space) {
  const PlatformConfig& base = space.base;
  const auto set = [&](Axis axis, std::vector<double> values) {
    std::vector<double> sorted = values;
    std::sort(sorted.begin(), sorted.end());
    const std::string key{to_string(axis)};
    if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end())
      table.reject(key, fmt::format("{}: a value twice", key));
    space.values[static_cast<std::size_t>(axis)] = std::move(values);
  };
  const auto read = [&](Axis axis, double fallback) { set(axis, read_values(table, axis, fallback)); };
  read(Axis::Rows, base.array.rows);
  read(Axis::Columns, base.array.columns);
  set(Axis::Dataflow, read_dataflows(table, base.array.dataflow));
  read(Axis::ActivationKb, base.scratchpads.activation_kb);
  read(Axis::WeightKb, base.scratchpads.weight_kb);
  read(Axis::AccumulatorKb, base.scratchpads.accumulator_kb);
  read(Axis::DramBandwidth, base.dram.bandwidth_bytes_per_cycle);
  read(Axis::VectorLanes, base.vector_unit.lanes);
  auto mappings = read_choices(table, "depthwise", kMappings);
  if (mappings.empty()) mappings.push_back(static_cast<double>(base.array.depthwise));
  set(Axis::Depthwise, std::move(mappings));
  read(Axis::Batch, base.batch);
  read(Axis::ClockMhz, base.clock_mhz);
  read_pools(table, space);
  read_operating_points(table, folder, space);
}

std::optional<double> read_constraint(FieldReader& table, const std::string& key) {
  if (!table.has(key)) return std::nullopt;
  return table.number(key, {0.0, 1e12, true});
}

void read_search(FieldReader search, SweepConfig& sweep) {
  const std::string method = search.choice("method", kMethods, kMethods[0]);
  sweep.method = static_cast<SearchMethod>(std::find(kMethods.begin(), kMethods.end(), method) - kMethods.begin());
  if (sweep.method == SearchMethod::Random)
    sweep.samples = static_cast<std::uint64_t>(search.integer("samples", {1, kMostEvaluated}, 1000));
  if (sweep.method == SearchMethod::Nsga2) {
    sweep.population = static_cast<std::uint64_t>(search.integer("population", {4, 10000}, 64));
    sweep.generations = static_cast<std::uint64_t>(search.integer("generations", {1, 100000}, 40));
  }
  std::vector<Objective> objectives;
  for (const std::string& name : search.strings("objectives", false)) {
    const auto found = std::find(kObjectives.begin(), kObjectives.end(), name);
    if (found == kObjectives.end()) {
      search.reject("objectives", fmt::format("objective `{}`{}", name, suggestion(name, kObjectives)));
      return;
    }
    const auto objective = static_cast<Objective>(found - kObjectives.begin());
    if (std::find(objectives.begin(), objectives.end(), objective) != objectives.end())
      search.reject("objectives", fmt::format("objectives: {} stands twice", name));
    objectives.push_back(objective);
  }
  if (!objectives.empty()) sweep.objectives = std::move(objectives);
}

}  // namespace

std::string_view column_of(Objective objective) {
  return kColumns[static_cast<std::size_t>(objective)];
}

Result<SweepConfig> parse_sweep(std::string_view text, const std::string& name, const std::string& folder) {
  const auto document = parse_toml(text, name);
  if (!document) return forward_error(document);
  FieldReader root{*document};
  SweepConfig sweep;
  sweep.seed = static_cast<std::uint64_t>(root.integer("seed", {0, std::numeric_limits<std::int64_t>::max()}, 1));
  for (const std::string& network : root.strings("networks")) {
    sweep.networks.push_back(path_from(folder, network));
    if (std::count(sweep.networks.begin(), sweep.networks.end(), sweep.networks.back()) > 1)
      root.reject("networks", fmt::format("networks: {} stands twice", network));
  }
  read_search(root.table("search"), sweep);
  FieldReader constraints = root.table("constraints");
  sweep.most_area_mm2 = read_constraint(constraints, "area_mm2");
  sweep.most_power_mw = read_constraint(constraints, "power_mw");
  sweep.most_latency_ms = read_constraint(constraints, "latency_ms");
  FieldReader assumed = root.table("assumed");
  sweep.zero_activation_fraction = assumed.number("zero_activation_fraction", {0.0, 1.0}, 0.5);
  FieldReader measured = root.table("measured");
  sweep.images = static_cast<std::size_t>(measured.integer("images", {1, 1000000}, 100));
  sweep.data = measured.string("data", sweep.data);
  FieldReader platform = root.table("platform");
  sweep.space.base = read_platform_config(platform);
  FieldReader space = root.table("space");
  read_space(space, folder, sweep.space);
  if (sweep.networks.empty()) root.reject("networks", "networks: the list is empty");
  if (auto read = root.finish(); !read) return forward_error(read);
  double size = 1.0;
  for (const auto& values : sweep.space.values) size *= static_cast<double>(values.size());
  if (size > kMostConfigurations) return fail("{}: more than 2^40 configurations", name);
  if (sweep.method == SearchMethod::Grid && sweep.space.size() > kMostEvaluated)
    return fail("{}: a grid of {} configurations, expected {} at most: use search.method \"random\" or \"nsga2\"", name,
                with_thousands(sweep.space.size()), with_thousands(kMostEvaluated));
  if (sweep.method == SearchMethod::Random && sweep.samples > sweep.space.size())
    return fail("{}: samples = {}, but the space has {} configurations", name, sweep.samples, sweep.space.size());
  return sweep;
}

}  // namespace axvp
