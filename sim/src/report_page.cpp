#include "report_page.h"

#include <algorithm>
#include <filesystem>

#include "axvp/common/field_reader.h"
#include "axvp/common/provenance.h"
#include "axvp/common/text.h"
#include "embedded_files.h"

namespace axvp::sim {
namespace {

constexpr int kSchemaVersion = 1;

/// JSON inside a script element: "</script>" must not occur.
std::string script_safe(const std::string& json) {
  std::string safe;
  for (const char c : json) {
    if (c == '<')
      safe += "\\u003c";
    else
      safe += c;
  }
  return safe;
}

std::string html_safe(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    if (c == '&')
      safe += "&amp;";
    else if (c == '<')
      safe += "&lt;";
    else
      safe += c;
  }
  return safe;
}

/// The page with what its marks stand for. Marks in what is put in are not looked at.
std::string fill(std::string_view page, const std::vector<std::pair<std::string_view, std::string_view>>& marks) {
  std::string filled;
  for (std::size_t at = 0; at < page.size();) {
    const auto* mark = &marks[0];
    std::size_t next = std::string_view::npos;
    for (const auto& candidate : marks)
      if (const std::size_t found = page.find(candidate.first, at); found < next) {
        next = found;
        mark = &candidate;
      }
    filled += page.substr(at, next == std::string_view::npos ? next : next - at);
    if (next == std::string_view::npos) break;
    filled += mark->second;
    at = next + mark->first.size();
  }
  return filled;
}

Result<nlohmann::json> read_result(const std::filesystem::path& file, const std::string& command, const char* list) {
  auto document = load_json(file);
  if (!document) return forward_error(document);
  const nlohmann::json& root = document->root;
  const auto written_by = root.is_object() && root.contains("provenance") && root["provenance"].is_object()
                              ? root["provenance"].value("command", std::string{})
                              : std::string{};
  if (written_by != command || !root.contains(list) || !root[list].is_array())
    return fail("{}: no result of `axvp {}`", file.string(), command);
  if (root.value("schema_version", 0) != kSchemaVersion)
    return fail("{}: /schema_version: this version of axvp reads {}", file.string(), kSchemaVersion);
  return std::move(document->root);
}

/// Keeps evenly spaced ones of the controller's inferences as an object keyed by their indices, so that pointers to
/// them hold in the page as in the file.
void thin_out_images(nlohmann::json& result) {
  if (!result.contains("controller") || !result["controller"].contains("inferences")) return;
  if (result["controller"].contains("cascade")) result["controller"].erase("switches");  // two for each rerun
  nlohmann::json& images = result["controller"]["inferences"];
  if (!images.is_array() || images.size() <= kShownImages) return;
  nlohmann::json kept = nlohmann::json::object();
  const std::size_t last = images.size() - 1;
  for (std::size_t i = 0; i < kShownImages; ++i) {
    const std::size_t index = i * last / (kShownImages - 1);
    kept[std::to_string(index)] = images[index];
  }
  images = std::move(kept);
}

std::string unique_name(const std::filesystem::path& folder, const std::vector<ReportSource>& others) {
  const std::filesystem::path whole = std::filesystem::absolute(folder).lexically_normal();
  std::string name = (whole.has_filename() ? whole : whole.parent_path()).filename().string();
  const auto taken = [&] {
    return std::any_of(others.begin(), others.end(), [&](const auto& other) { return other.name == name; });
  };
  if (taken()) name = folder.string();
  for (int number = 2; taken(); ++number) name = fmt::format("{} ({})", folder.string(), number);
  return name;
}

nlohmann::json to_json(const std::vector<ReportSource>& sources) {
  nlohmann::json list = nlohmann::json::array();
  for (const auto& source : sources) {
    nlohmann::json content = source.content;
    thin_out_images(content);
    list.push_back({{"name", source.name}, {"file", source.file}, {"content", std::move(content)}});
  }
  return list;
}

}  // namespace

Result<ReportInput> read_report_input(const std::vector<std::string>& paths) {
  ReportInput input;
  for (const std::string& given : paths) {
    const std::filesystem::path path{given};
    const bool is_folder = std::filesystem::is_directory(path);
    if (!is_folder && !std::filesystem::exists(path)) return fail("{}: no such file or folder", given);
    const std::filesystem::path folder = is_folder ? path : path.parent_path();
    bool found = false;
    const auto take = [&](const char* file, const char* command, const char* list,
                          std::vector<ReportSource>& sources) -> Result<void> {
      const std::filesystem::path whole = is_folder ? path / file : path;
      if (whole.filename() != file || !std::filesystem::exists(whole)) return {};
      auto content = read_result(whole, command, list);
      if (!content) return forward_error(content);
      sources.push_back({unique_name(folder, sources), whole.generic_string(), std::move(*content)});
      found = true;
      return {};
    };
    if (auto taken = take("result.json", "simulate", "operating_points", input.runs); !taken)
      return forward_error(taken);
    if (auto taken = take("exploration.json", "explore", "front", input.explorations); !taken)
      return forward_error(taken);
    if (!found)
      return fail("{}: neither result.json (`axvp simulate --out`) nor exploration.json (`axvp explore --output`)",
                  given);
  }
  std::vector<std::string> names;
  for (const auto& run : input.runs) names.push_back(run.name);
  for (const auto& exploration : input.explorations) names.push_back(exploration.name);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  input.title = join(names, ", ");
  return input;
}

std::string report_page(const ReportInput& input) {
  const ReportParts parts = report_parts();
  const nlohmann::json data{
      {"axvp_version", version()}, {"runs", to_json(input.runs)}, {"explorations", to_json(input.explorations)}};
  const std::string text = script_safe(data.dump());
  const std::string title = html_safe(input.title);
  return fill(parts.page, {{"@TITLE@", title},
                           {"@STYLE@", parts.style},
                           {"@CHARTS@", parts.charts},
                           {"@DATA@", text},
                           {"@SCRIPT@", parts.script}});
}

}  // namespace axvp::sim
