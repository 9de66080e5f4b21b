#include "axvp/workloads/operating_point.h"

#include <algorithm>
#include <set>

#include "axvp/common/field_reader.h"
#include "axvp/common/file.h"

namespace axvp {
namespace {

using nlohmann::json;

constexpr const char* kSchema = "axvp-operating-points";
constexpr std::int64_t kSchemaVersion = 1;
constexpr std::uint64_t kFileLimit = 1ull << 30;  // bytes
constexpr IntegerRange kMultiplierRange{-32767, 32767};
constexpr IntegerRange kShiftRange{1, 32};
constexpr IntegerRange kBiasRange{-(std::int64_t{1} << 47), (std::int64_t{1} << 47) - 1};
constexpr NumberRange kPositive{0.0, std::numeric_limits<double>::max(), true};

// Writing: one line a layer, for a set of a few hundred channels is read by programs and compared by people.

json set_to_json(const std::vector<Requantisation>& set) {
  json layer{{"multiplier", json::array()}, {"shift", json::array()}, {"bias", json::array()}};
  for (const Requantisation& r : set) {
    layer["multiplier"].push_back(r.multiplier);
    layer["shift"].push_back(r.shift);
    layer["bias"].push_back(r.bias);
  }
  return layer;
}

json layer_to_json(const std::string& selectable, const std::vector<Requantisation>& set) {
  json layer = set_to_json(set);
  layer["selectable"] = selectable;
  return layer;
}

std::string exact_text(const std::vector<std::vector<Requantisation>>& sets) {
  std::string text = "  \"exact_layers\": [\n";
  for (std::size_t l = 0; l < sets.size(); ++l)
    text += fmt::format("    {}{}\n", set_to_json(sets[l]).dump(), l + 1 < sets.size() ? "," : "");
  return text + "  ],\n";
}

std::string point_text(const OperatingPoint& point) {
  std::string text = fmt::format("    {{\n      \"name\": {},\n      \"layers\": [\n", json(point.name).dump());
  for (std::size_t l = 0; l < point.requantisation.size(); ++l)
    text += fmt::format("        {}{}\n", layer_to_json(point.selectable_of_layer[l], point.requantisation[l]).dump(),
                        l + 1 < point.requantisation.size() ? "," : "");
  return text + "      ]\n    }";
}

// Reading.

std::vector<Requantisation> read_set(FieldReader& layer) {
  const auto multipliers = layer.integers("multiplier", kMultiplierRange);
  const auto shifts = layer.integers("shift", kShiftRange);
  const auto biases = layer.integers("bias", kBiasRange);
  if (shifts.size() != multipliers.size() || biases.size() != multipliers.size()) {
    layer.reject("multiplier", fmt::format("{} multipliers, {} shifts and {} biases, expected as many of each",
                                           multipliers.size(), shifts.size(), biases.size()));
    return {};
  }
  std::vector<Requantisation> set(multipliers.size());
  for (std::size_t c = 0; c < set.size(); ++c)
    set[c] = {static_cast<std::int16_t>(multipliers[c]), static_cast<std::uint8_t>(shifts[c]), biases[c]};
  return set;
}

OperatingPoint read_point(FieldReader& reader) {
  OperatingPoint point;
  point.name = reader.string("name");
  for (FieldReader& layer : reader.tables("layers", true)) {
    point.selectable_of_layer.push_back(layer.string("selectable"));
    point.requantisation.push_back(read_set(layer));
  }
  return point;
}

void check_against(const OperatingPoint& first, const OperatingPoint& point, FieldReader& reader,
                   const std::string& key = "layers") {
  if (point.requantisation.size() != first.requantisation.size()) {
    reader.reject(key, fmt::format("{} layers, but point `{}` has {}", point.requantisation.size(), first.name,
                                   first.requantisation.size()));
    return;
  }
  for (std::size_t l = 0; l < first.requantisation.size(); ++l)
    if (point.requantisation[l].size() != first.requantisation[l].size())
      reader.reject(key, fmt::format("layer {} has {} channels, but in point `{}` it has {}", l,
                                     point.requantisation[l].size(), first.name, first.requantisation[l].size()));
}

std::vector<OperatingPoint> read_points(FieldReader& root) {
  std::vector<OperatingPoint> points;
  std::set<std::string> names;
  for (FieldReader& reader : root.tables("points", true)) {
    points.push_back(read_point(reader));
    if (!names.insert(points.back().name).second)
      reader.reject("name", fmt::format("`{}` names two points", points.back().name));
    check_against(points.front(), points.back(), reader);
  }
  if (points.empty()) root.reject("points", "no operating points, expected at least one");
  return points;
}

/// A list for each tensor, empty where it has no factors; the whole key may be missing.
std::vector<std::vector<double>> read_factors(FieldReader& root) {
  std::vector<std::vector<double>> factors;
  const json* const lists = root.raw("channel_factors");
  if (lists == nullptr) return factors;
  const auto is_factor = [](const json& value) { return value.is_number() && value.get<double>() > 0.0; };
  for (const json& list : *lists) {
    if (!lists->is_array() || !list.is_array() || !std::all_of(list.begin(), list.end(), is_factor)) {
      root.reject("channel_factors", "expected a list of numbers > 0 for each tensor");
      return {};
    }
    factors.push_back(list.get<std::vector<double>>());
  }
  return factors;
}

Provenance read_provenance(FieldReader reader) {
  Provenance provenance;
  reader.string("axvp_version");
  provenance.command = reader.string("command");
  provenance.seed = static_cast<std::uint64_t>(reader.integer("seed", {0}));
  FieldReader inputs = reader.table("inputs_sha256", true);
  for (const auto& key : inputs.keys()) provenance.inputs[key] = inputs.string(key);
  FieldReader tools = reader.table("tools", true);
  for (const auto& key : tools.keys()) provenance.tools[key] = tools.string(key);
  return provenance;
}

}  // namespace

std::string format_operating_points(const OperatingPointFile& file) {
  std::string text = "{\n";
  text += fmt::format("  \"schema\": {},\n", json(kSchema).dump());
  text += fmt::format("  \"schema_version\": {},\n", kSchemaVersion);
  text += fmt::format("  \"provenance\": {},\n", to_json(file.provenance).dump());
  text += fmt::format("  \"network_sha256\": {},\n", json(file.network_sha256).dump());
  text += fmt::format("  \"encoding\": {},\n", json(to_string(file.encoding)).dump());
  text += fmt::format("  \"tensor_scales\": {},\n", json(file.tensor_scales).dump());
  if (!file.channel_factors.empty())
    text += fmt::format("  \"channel_factors\": {},\n", json(file.channel_factors).dump());
  if (!file.exact_requantisation.empty()) text += exact_text(file.exact_requantisation);
  text += "  \"points\": [\n";
  for (std::size_t p = 0; p < file.points.size(); ++p)
    text += point_text(file.points[p]) + (p + 1 < file.points.size() ? ",\n" : "\n");
  return text + "  ]\n}\n";
}

Result<OperatingPointFile> parse_operating_points(std::string_view text, const std::string& name) {
  const auto document = parse_json(text, name);
  if (!document) return forward_error(document);
  FieldReader root{*document};
  root.choice("schema", {kSchema});
  root.integer("schema_version", {kSchemaVersion, kSchemaVersion});
  OperatingPointFile file;
  file.provenance = read_provenance(root.table("provenance", true));
  file.network_sha256 = root.string("network_sha256");
  const std::string sm8{to_string(Encoding::SignMagnitude)};
  const std::string s8{to_string(Encoding::TwosComplement)};
  file.encoding = root.choice("encoding", {sm8, s8}) == sm8 ? Encoding::SignMagnitude : Encoding::TwosComplement;
  file.tensor_scales = root.numbers("tensor_scales", kPositive);
  file.channel_factors = read_factors(root);
  for (FieldReader& layer : root.tables("exact_layers")) file.exact_requantisation.push_back(read_set(layer));
  file.points = read_points(root);
  if (!file.exact_requantisation.empty() && !file.points.empty())
    check_against(file.points.front(), {"exact_layers", {}, file.exact_requantisation}, root, "exact_layers");
  if (const auto done = root.finish(); !done) return forward_error(done);
  return file;
}

Result<OperatingPointFile> load_operating_points(const std::filesystem::path& path) {
  const auto text = read_text_file(path, kFileLimit);
  if (!text) return forward_error(text);
  return parse_operating_points(*text, path.string());
}

Result<void> save_operating_points(const OperatingPointFile& file, const std::filesystem::path& path) {
  return write_file_atomically(path, format_operating_points(file));
}

}  // namespace axvp
