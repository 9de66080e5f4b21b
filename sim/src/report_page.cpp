#include "report_page.h"

#include <algorithm>
#include <filesystem>

#include "axvp/common/field_reader.h"
#include "axvp/common/provenance.h"
#include "axvp/common/text.h"
#include "embedded_files.h"

namespace axvp::sim {
namespace {

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

/// A kind of file that the page shows.
struct SourceKind {
  const char* file;  ///< As it is called in a folder.
  int schema_version;
  std::vector<std::string> commands;  ///< That write it.
  const char* list;                   ///< An array that it has and those before it in kKinds have not.
  std::vector<ReportSource> ReportInput::*sources;
};
const std::vector<SourceKind> kKinds{
    {"result.json", 2, {"simulate"}, "operating_points", &ReportInput::runs},
    {"exploration.json", 1, {"explore"}, "front", &ReportInput::explorations},
    {"search.json", 1, {"search"}, "layers", &ReportInput::searches},
    {"operating_points.json", 1, {"tune", "search"}, "points", &ReportInput::point_files},
};

bool is_of(const SourceKind& kind, const nlohmann::json& root) {
  const nlohmann::json::json_pointer command{"/provenance/command"};
  return root.contains(command) &&
         std::find(kind.commands.begin(), kind.commands.end(), root[command]) != kind.commands.end() &&
         root.contains(kind.list) && root[kind.list].is_array();
}

/// What a file holds, and which kind it is of.
struct ReadSource {
  const SourceKind* kind;
  nlohmann::json content;
};

Result<ReadSource> read_source(const std::filesystem::path& file) {
  auto document = load_json(file);
  if (!document) return forward_error(document);
  const nlohmann::json& root = document->root;
  const auto kind =
      std::find_if(kKinds.begin(), kKinds.end(), [&](const SourceKind& candidate) { return is_of(candidate, root); });
  if (kind == kKinds.end())
    return fail("{}: no result of `axvp simulate`, `explore`, `search` or `tune`", file.string());
  if (!root.contains("schema_version") || root["schema_version"] != kind->schema_version)
    return fail("{}: /schema_version: this version of axvp reads {}", file.string(), kind->schema_version);
  return ReadSource{&*kind, std::move(document->root)};
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

/// Keeps names and selectables: what is shown, and where it is in the file.
void thin_out_points(nlohmann::json& file) {
  for (const char* key : {"tensor_scales", "channel_factors", "exact_layers"}) file.erase(key);
  for (auto& point : file["points"])
    for (auto& layer : point["layers"])
      for (const char* key : {"multiplier", "shift", "bias"}) layer.erase(key);
}

/// The folder's name, or the file's where that is not the usual one; `given` where another source has it.
std::string unique_name(const std::filesystem::path& file, const SourceKind& kind, const std::string& given,
                        const std::vector<ReportSource>& others) {
  const std::filesystem::path whole = std::filesystem::absolute(file).lexically_normal();
  std::string name = (whole.filename() == kind.file ? whole.parent_path().filename() : whole.stem()).string();
  const auto taken = [&] {
    return std::any_of(others.begin(), others.end(), [&](const auto& other) { return other.name == name; });
  };
  if (taken()) name = given;
  for (int number = 2; taken(); ++number) name = fmt::format("{} ({})", given, number);
  return name;
}

nlohmann::json to_json(const std::vector<ReportSource>& sources) {
  nlohmann::json list = nlohmann::json::array();
  for (const auto& source : sources) {
    nlohmann::json content = source.content;
    thin_out_images(content);
    if (content.contains("exact_layers") || content.contains("tensor_scales")) thin_out_points(content);
    list.push_back({{"name", source.name}, {"file", source.file}, {"content", std::move(content)}});
  }
  return list;
}

}  // namespace

Result<ReportInput> read_report_input(const std::vector<std::string>& paths) {
  ReportInput input;
  for (const std::string& given : paths) {
    const std::filesystem::path path{given};
    std::error_code error;
    const bool is_folder = std::filesystem::is_directory(path, error);
    if (!is_folder && !std::filesystem::exists(path, error)) return fail("{}: no such file or folder", given);
    std::vector<std::filesystem::path> files;
    for (const SourceKind& kind : kKinds)
      if (is_folder && std::filesystem::exists(path / kind.file, error)) files.push_back(path / kind.file);
    if (!is_folder) files = {path};
    if (files.empty())
      return fail(
          "{}: no result.json (`axvp simulate --out`), exploration.json (`axvp explore --output`), search.json or "
          "operating_points.json (`axvp search`, `axvp tune`)",
          given);
    bool has_search = false;
    for (const auto& file : files) {
      auto read = read_source(file);
      if (!read) return forward_error(read);
      const auto sources = read->kind->sources;
      if (sources == &ReportInput::point_files && has_search) continue;  // the search shows more of the same points
      has_search |= sources == &ReportInput::searches;
      const std::string name = unique_name(file, *read->kind, given, input.*sources);
      (input.*sources).push_back({name, file.generic_string(), std::move(read->content)});
    }
  }
  std::vector<std::string> names;
  for (const SourceKind& kind : kKinds)
    for (const ReportSource& source : input.*kind.sources)
      if (std::find(names.begin(), names.end(), source.name) == names.end()) names.push_back(source.name);
  input.title = join(names, ", ");
  return input;
}

std::string report_page(const ReportInput& input) {
  const ReportParts parts = report_parts();
  const nlohmann::json data{{"axvp_version", version()},
                            {"runs", to_json(input.runs)},
                            {"explorations", to_json(input.explorations)},
                            {"searches", to_json(input.searches)},
                            {"point_files", to_json(input.point_files)}};
  const std::string text = script_safe(data.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  const std::string title = html_safe(input.title);
  return fill(parts.page, {{"@TITLE@", title},
                           {"@STYLE@", parts.style},
                           {"@CHARTS@", parts.charts},
                           {"@DATA@", text},
                           {"@SCRIPT@", parts.script}});
}

}  // namespace axvp::sim
