#include <toml++/toml.h>

#include <sstream>

#include "axvp/common/field_reader.h"
#include "axvp/common/file.h"

namespace axvp {
namespace {

std::string location(const toml::source_position& position) {
  return fmt::format("line {}, column {}", position.line, position.column);
}

/// Copies `node` to JSON and notes where each value stands; a date or time yields an error message.
std::optional<std::string> convert(const toml::node& node, const std::string& pointer, nlohmann::json& value,
                                   Document& document) {
  if (node.source().begin) document.location_of[pointer] = location(node.source().begin);
  if (const auto* table = node.as_table()) {
    value = nlohmann::json::object();
    for (const auto& [key, child] : *table) {
      std::string escaped;
      for (const char c : key.str()) escaped += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
      const std::string child_pointer = pointer + "/" + escaped;
      if (auto problem = convert(child, child_pointer, value[std::string{key.str()}], document)) return problem;
      if (key.source().begin) document.location_of[child_pointer] = location(key.source().begin);
    }
  } else if (const auto* array = node.as_array()) {
    value = nlohmann::json::array();
    for (std::size_t i = 0; i < array->size(); ++i) {
      value.push_back(nullptr);
      if (auto problem = convert((*array)[i], fmt::format("{}/{}", pointer, i), value.back(), document)) return problem;
    }
  } else if (const auto* text = node.as_string()) {
    value = text->get();
  } else if (const auto* integer = node.as_integer()) {
    value = integer->get();
  } else if (const auto* number = node.as_floating_point()) {
    value = number->get();
  } else if (const auto* boolean = node.as_boolean()) {
    value = boolean->get();
  } else {
    return fmt::format("{}: dates and times are not used here", document.where(pointer));
  }
  return std::nullopt;
}

}  // namespace

Result<Document> parse_toml(std::string_view text, const std::string& name) {
  Document document{name, nlohmann::json::object(), {}};
  try {
    const toml::table table = toml::parse(text, name);
    if (auto problem = convert(table, "", document.root, document)) return tl::unexpected(Error{*problem});
  } catch (const toml::parse_error& error) {
    return fail("{}: {}: {}", name, location(error.source().begin), std::string{error.description()});
  }
  document.location_of.erase("");
  return document;
}

Result<Document> load_toml(const std::filesystem::path& path) {
  const auto text = read_text_file(path, 64ull << 20);
  if (!text) return forward_error(text);
  return parse_toml(*text, path.string());
}

}  // namespace axvp
