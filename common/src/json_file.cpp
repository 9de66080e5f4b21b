#include <set>
#include <vector>

#include "axvp/common/field_reader.h"
#include "axvp/common/file.h"

namespace axvp {
namespace {

using nlohmann::json;

/// A key that stands twice in one object of a valid text, "" if there is none.
std::string repeated_key(std::string_view text) {
  std::vector<std::set<std::string>> keys_of_open_objects;
  std::string repeated;
  const auto note_keys = [&](int /*depth*/, json::parse_event_t event, json& parsed) {
    if (event == json::parse_event_t::object_start) keys_of_open_objects.emplace_back();
    if (event == json::parse_event_t::object_end) keys_of_open_objects.pop_back();
    if (event == json::parse_event_t::key && !keys_of_open_objects.back().insert(parsed.get<std::string>()).second &&
        repeated.empty())
      repeated = parsed.get<std::string>();
    return true;
  };
  [[maybe_unused]] const json whole = json::parse(text, note_keys);
  return repeated;
}

}  // namespace

Result<Document> parse_json(std::string_view text, const std::string& name) {
  // An object that holds fewer members than the text gave it keys; which one is looked for only then.
  std::vector<std::size_t> keys_in_open_objects;
  bool repeats = false;
  const auto count_keys = [&](int /*depth*/, json::parse_event_t event, json& parsed) {
    if (event == json::parse_event_t::object_start) keys_in_open_objects.push_back(0);
    if (event == json::parse_event_t::key) ++keys_in_open_objects.back();
    if (event == json::parse_event_t::object_end) {
      repeats |= keys_in_open_objects.back() != parsed.size();
      keys_in_open_objects.pop_back();
    }
    return true;
  };
  try {
    Document document{name, json::parse(text, count_keys), {}};
    if (repeats) return fail("{}: the key `{}` stands twice in one object", name, repeated_key(text));
    return document;
  } catch (const json::exception& error) {
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
