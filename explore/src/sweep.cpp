#include "axvp/explore/sweep.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "axvp/common/field_reader.h"
#include "axvp/common/text.h"

namespace axvp {
namespace {

constexpr std::array<std::string_view, 5> kColumns{"latency_ms", "energy_uj", "area_mm2", "energy_delay_uj_ms",
                                                   "top1_fraction"};
const std::vector<std::string> kObjectives{"latency", "energy", "area", "energy-delay", "accuracy"};
const std::vector<std::string> kMethods{"grid", "random", "nsga2"};
constexpr std::uint64_t kMostConfigurations = 1ull << 40;

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
    case Axis::ClockMhz:
      return {0.01, 10000, false};
    default:
      return {1, 4096, true};
  }
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
    for (double value = from; value <= to * (1 + 1e-12) && step > 0.0; value = has_factor ? value * step : value + step)
      values.push_back(value);
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
  std::vector<double> sorted = values;
  std::sort(sorted.begin(), sorted.end());
  if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end())
    table.reject(key, fmt::format("{}: a value twice", key));
  return values.empty() ? std::vector<double>{fallback} : values;
}

std::vector<double> read_dataflows(FieldReader& table) {
  std::vector<double> values;
  for (const std::string& name : table.strings("dataflow", false)) {
    const auto dataflow = parse_dataflow(name);
    if (dataflow)
      values.push_back(static_cast<double>(*dataflow));
    else
      table.reject("dataflow", fmt::format("dataflow `{}`, expected ws, os or is", name));
  }
  if (values.empty()) values.push_back(0.0);
  return values;
}

std::vector<double> read_mappings(FieldReader& table, DepthwiseMapping fallback) {
  const std::vector<std::string> names{"naive", "diagonal"};
  std::vector<double> values;
  for (const std::string& name : table.strings("depthwise", false)) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) table.reject("depthwise", fmt::format("depthwise `{}`{}", name, suggestion(name, names)));
    values.push_back(static_cast<double>(found - names.begin()));
  }
  if (values.empty()) values.push_back(static_cast<double>(fallback));
  return values;
}

void read_space(FieldReader& table, DesignSpace& space) {
  const PlatformConfig& base = space.base;
  const auto read = [&](Axis axis, double fallback) {
    space.values[static_cast<std::size_t>(axis)] = read_values(table, axis, fallback);
  };
  read(Axis::Rows, base.array.rows);
  read(Axis::Columns, base.array.columns);
  space.values[static_cast<std::size_t>(Axis::Dataflow)] = read_dataflows(table);
  read(Axis::ActivationKb, base.scratchpads.activation_kb);
  read(Axis::WeightKb, base.scratchpads.weight_kb);
  read(Axis::AccumulatorKb, base.scratchpads.accumulator_kb);
  read(Axis::DramBandwidth, base.dram.bandwidth_bytes_per_cycle);
  read(Axis::VectorLanes, base.vector_unit.lanes);
  space.values[static_cast<std::size_t>(Axis::Depthwise)] = read_mappings(table, base.array.depthwise);
  read(Axis::ClockMhz, base.clock_mhz);
  space.multipliers = table.strings("multiplier", false);
  if (space.multipliers.empty()) space.multipliers.emplace_back("dadda-exact");
  auto& indices = space.values[static_cast<std::size_t>(Axis::Multiplier)];
  for (std::size_t i = 0; i < space.multipliers.size(); ++i) indices.push_back(static_cast<double>(i));
}

std::optional<double> read_constraint(FieldReader& table, const std::string& key) {
  const double number = table.number(key, {0.0, 1e12}, 0.0);
  return number > 0.0 ? std::optional{number} : std::nullopt;
}

void read_search(FieldReader search, SweepConfig& sweep) {
  const std::string method = search.choice("method", kMethods, kMethods[0]);
  sweep.method = static_cast<SearchMethod>(std::find(kMethods.begin(), kMethods.end(), method) - kMethods.begin());
  if (sweep.method == SearchMethod::Random)
    sweep.samples = static_cast<std::uint64_t>(search.integer("samples", {1, 1 << 30}, 1000));
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
    objectives.push_back(static_cast<Objective>(found - kObjectives.begin()));
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
    const std::filesystem::path beside = std::filesystem::path{folder} / network;
    sweep.networks.push_back(std::filesystem::exists(beside) ? beside.string() : network);
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
  read_space(space, sweep.space);
  if (sweep.networks.empty()) root.reject("networks", "networks: the list is empty");
  if (auto read = root.finish(); !read) return forward_error(read);
  if (sweep.space.size() > kMostConfigurations) return fail("{}: more than 2^40 configurations", name);
  if (sweep.method == SearchMethod::Random && sweep.samples > sweep.space.size())
    return fail("{}: samples = {}, but the space has {} configurations", name, sweep.samples, sweep.space.size());
  return sweep;
}

}  // namespace axvp
