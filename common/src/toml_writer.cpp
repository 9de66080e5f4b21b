#include "axvp/common/toml_writer.h"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

namespace axvp {
namespace {

bool is_table_list(const nlohmann::json& value) {
  return value.is_array() && !value.empty() && value[0].is_object();
}

bool is_left_out(const nlohmann::json& value) {
  return value.is_null() || (value.is_array() && value.empty());
}

/// A bare key where its letters allow it, else a string.
std::string toml_key(const std::string& key) {
  const bool is_bare = !key.empty() && std::all_of(key.begin(), key.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-';
  });
  return is_bare ? key : nlohmann::json(key).dump(-1, ' ', true);
}

/// JSON's strings, numbers and lists of them are TOML's, too.
void write_table(std::string& out, const nlohmann::json& table, const std::string& path) {
  for (const auto& [key, value] : table.items())
    if (!is_left_out(value) && !value.is_object() && !is_table_list(value))
      out += toml_key(key) + " = " + value.dump(-1, ' ', true) + "\n";
  for (const auto& [key, value] : table.items()) {
    const std::string name = path.empty() ? toml_key(key) : path + "." + toml_key(key);
    if (value.is_object()) {
      out += "\n[" + name + "]\n";
      write_table(out, value, name);
    }
    if (!is_table_list(value)) continue;
    for (const auto& entry : value) {
      out += "\n[[" + name + "]]\n";
      write_table(out, entry, name);
    }
  }
}

}  // namespace

std::string format_toml(const nlohmann::json& object) {
  std::string text;
  write_table(text, object, "");
  return text;
}

}  // namespace axvp
