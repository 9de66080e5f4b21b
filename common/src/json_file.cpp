#include <set>

#include "axvp/common/field_reader.h"
#include "axvp/common/file.h"

namespace axvp {

Result<Document> parse_json(std::string_view text, const std::string& name) {
  std::vector<std::set<std::string>> keys_of_open_objects;
  std::string duplicate;
  const auto note_keys = [&](int /*depth*/, nlohmann::json::parse_event_t event, nlohmann::json& parsed) {
    if (event == nlohmann::json::parse_event_t::object_start) keys_of_open_objects.emplace_back();
    if (event == nlohmann::json::parse_event_t::object_end) keys_of_open_objects.pop_back();
    if (event == nlohmann::json::parse_event_t::key &&
        !keys_of_open_objects.back().insert(parsed.get<std::string>()).second && duplicate.empty())
      duplicate = parsed.get<std::string>();
    return true;
  };
  try {
    Document document{name, nlohmann::json::parse(text, note_keys), {}};
    if (!duplicate.empty()) return fail("{}: the key `{}` stands twice in one object", name, duplicate);
    return document;
  } catch (const nlohmann::json::exception& error) {
    return fail("{}: not valid JSON: {}", name, error.what());
  }
}

Result<Document> load_json(const std::filesystem::path& path) {
  const auto text = read_text_file(path, 1ull << 30);
  if (!text) return forward_error(text);
  return parse_json(*text, path.string());
}

std::string dump_json(const nlohmann::json& value) {
  return value.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace axvp
