#include "axvp/common/field_reader.h"

#include <cmath>
#include <set>

#include "axvp/common/text.h"

namespace axvp {
namespace {

std::string escape_pointer(const std::string& key) {
  std::string escaped;
  for (const char c : key) {
    if (c == '~')
      escaped += "~0";
    else if (c == '/')
      escaped += "~1";
    else
      escaped += c;
  }
  return escaped;
}

/// Whether `value` is an integer inside `range`; unsigned words above INT64_MAX are not.
bool inside(const nlohmann::json& value, const IntegerRange& range) {
  if (!value.is_number_integer() || (value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX))
    return false;
  return value.get<std::int64_t>() >= range.low && value.get<std::int64_t>() <= range.high;
}

std::string describe(const IntegerRange& range) {
  const bool has_low = range.low != std::numeric_limits<std::int64_t>::min();
  const bool has_high = range.high != std::numeric_limits<std::int64_t>::max();
  if (has_low && has_high) return fmt::format("an integer from {} to {}", range.low, range.high);
  if (has_low) return fmt::format("an integer >= {}", range.low);
  if (has_high) return fmt::format("an integer <= {}", range.high);
  return "an integer";
}

std::string describe(const NumberRange& range) {
  const bool has_low = range.low != std::numeric_limits<double>::lowest();
  const bool has_high = range.high != std::numeric_limits<double>::max();
  const char* compare = range.low_open ? ">" : ">=";
  if (has_low && has_high) return fmt::format("a number {} {} and <= {}", compare, range.low, range.high);
  if (has_low) return fmt::format("a number {} {}", compare, range.low);
  if (has_high) return fmt::format("a number <= {}", range.high);
  return "a finite number";
}

bool inside(double value, const NumberRange& range) {
  return std::isfinite(value) && value <= range.high && (range.low_open ? value > range.low : value >= range.low);
}

std::string shown(const nlohmann::json& value) {
  if (value.is_number_float() && !std::isfinite(value.get<double>()))  // TOML has them, JSON would say null
    return fmt::format("{}", value.get<double>());
  std::string text = value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  if (text.size() > 60) text = text.substr(0, 57) + "...";
  return text;
}

}  // namespace

std::string Document::where(const std::string& pointer) const {
  const auto found = location_of.find(pointer);
  if (found != location_of.end()) return name + ": " + found->second;
  return name + (pointer.empty() ? "" : ": " + pointer);
}

struct FieldReader::State {
  const Document* document = nullptr;
  std::optional<Error> error;
  /// Object pointer -> (object, keys asked for).
  std::map<std::string, std::pair<const nlohmann::json*, std::set<std::string>>> asked;
};

FieldReader::FieldReader(const Document& document) : state_(std::make_shared<State>()), object_(&document.root) {
  state_->document = &document;
  if (!object_->is_object()) {
    wrong("", *object_, "a table");
    object_ = nullptr;
    return;
  }
  state_->asked.try_emplace("", object_, std::set<std::string>{});
}

FieldReader::FieldReader(std::shared_ptr<State> state, std::string pointer, const nlohmann::json* object)
    : state_(std::move(state)), pointer_(std::move(pointer)), object_(object) {
  if (object_ != nullptr) state_->asked.try_emplace(pointer_, object_, std::set<std::string>{});
}

std::string FieldReader::pointer_to(const std::string& key) const {
  return pointer_ + "/" + escape_pointer(key);
}

bool FieldReader::has(const std::string& key) const {
  return object_ != nullptr && object_->contains(key);
}

std::vector<std::string> FieldReader::keys() const {
  std::vector<std::string> names;
  if (object_ != nullptr)
    for (const auto& item : object_->items()) names.push_back(item.key());
  return names;
}

void FieldReader::wrong(const std::string& pointer, const nlohmann::json& value, const std::string& expected) {
  if (state_->error) return;
  const std::string key = pointer.substr(pointer.rfind('/') == std::string::npos ? 0 : pointer.rfind('/') + 1);
  state_->error = Error{fmt::format("{}: {} = {}, expected {}", state_->document->where(pointer),
                                    key.empty() ? "value" : key, shown(value), expected)};
}

void FieldReader::reject(const std::string& key, const std::string& message) {
  if (!state_->error) state_->error = Error{state_->document->where(pointer_to(key)) + ": " + message};
}

const nlohmann::json* FieldReader::find(const std::string& key, bool required) {
  if (object_ == nullptr) return nullptr;
  state_->asked.at(pointer_).second.insert(key);
  const auto found = object_->find(key);
  if (found != object_->end()) return &*found;
  if (required && !state_->error)
    state_->error = Error{fmt::format("{}: the key `{}` is missing", state_->document->where(pointer_), key)};
  return nullptr;
}

std::int64_t FieldReader::integer(const std::string& key, IntegerRange range, std::optional<std::int64_t> fallback) {
  const auto* value = find(key, !fallback);
  if (value == nullptr) return fallback.value_or(range.low);
  if (!inside(*value, range)) {
    wrong(pointer_to(key), *value, describe(range));
    return fallback.value_or(range.low);
  }
  return value->get<std::int64_t>();
}

double FieldReader::number(const std::string& key, NumberRange range, std::optional<double> fallback) {
  const auto* value = find(key, !fallback);
  if (value == nullptr) return fallback.value_or(0.0);
  if (!value->is_number() || !inside(value->get<double>(), range)) {
    wrong(pointer_to(key), *value, describe(range));
    return fallback.value_or(0.0);
  }
  return value->get<double>();
}

bool FieldReader::boolean(const std::string& key, std::optional<bool> fallback) {
  const auto* value = find(key, !fallback);
  if (value == nullptr) return fallback.value_or(false);
  if (!value->is_boolean()) {
    wrong(pointer_to(key), *value, "true or false");
    return fallback.value_or(false);
  }
  return value->get<bool>();
}

std::string FieldReader::string(const std::string& key, std::optional<std::string> fallback) {
  const auto* value = find(key, !fallback);
  if (value == nullptr) return fallback.value_or("");
  if (!value->is_string()) {
    wrong(pointer_to(key), *value, "a string");
    return fallback.value_or("");
  }
  return value->get<std::string>();
}

std::string FieldReader::choice(const std::string& key, const std::vector<std::string>& names,
                                std::optional<std::string> fallback) {
  const auto* value = find(key, !fallback);
  if (value == nullptr) return fallback.value_or(names.front());
  if (value->is_string())
    for (const auto& name : names)
      if (name == value->get<std::string>()) return name;
  wrong(pointer_to(key), *value,
        "one of " + join(names, ", ") +
            (value->is_string() && nearest_word(value->get<std::string>(), names)
                 ? suggestion(value->get<std::string>(), names)
                 : std::string{}));
  return fallback.value_or(names.front());
}

std::vector<std::int64_t> FieldReader::integers(const std::string& key, IntegerRange range, bool required) {
  std::vector<std::int64_t> items;
  const auto* value = find(key, required);
  if (value == nullptr) return items;
  if (!value->is_array()) {
    wrong(pointer_to(key), *value, "an array of integers");
    return items;
  }
  for (std::size_t i = 0; i < value->size(); ++i) {
    const auto& item = (*value)[i];
    if (!inside(item, range)) {
      wrong(fmt::format("{}/{}", pointer_to(key), i), item, describe(range));
      return {};
    }
    items.push_back(item.get<std::int64_t>());
  }
  return items;
}

std::vector<double> FieldReader::numbers(const std::string& key, NumberRange range, bool required) {
  std::vector<double> items;
  const auto* value = find(key, required);
  if (value == nullptr) return items;
  if (!value->is_array()) {
    wrong(pointer_to(key), *value, "an array of numbers");
    return items;
  }
  for (std::size_t i = 0; i < value->size(); ++i) {
    const auto& item = (*value)[i];
    if (!item.is_number() || !inside(item.get<double>(), range)) {
      wrong(fmt::format("{}/{}", pointer_to(key), i), item, describe(range));
      return {};
    }
    items.push_back(item.get<double>());
  }
  return items;
}

std::vector<std::string> FieldReader::strings(const std::string& key, bool required) {
  std::vector<std::string> items;
  const auto* value = find(key, required);
  if (value == nullptr) return items;
  if (!value->is_array()) {
    wrong(pointer_to(key), *value, "an array of strings");
    return items;
  }
  for (std::size_t i = 0; i < value->size(); ++i) {
    if (!(*value)[i].is_string()) {
      wrong(fmt::format("{}/{}", pointer_to(key), i), (*value)[i], "a string");
      return {};
    }
    items.push_back((*value)[i].get<std::string>());
  }
  return items;
}

FieldReader FieldReader::table(const std::string& key, bool required) {
  const auto* value = find(key, required);
  if (value != nullptr && !value->is_object()) {
    wrong(pointer_to(key), *value, "a table");
    value = nullptr;
  }
  return FieldReader{state_, pointer_to(key), value};
}

std::vector<FieldReader> FieldReader::tables(const std::string& key, bool required) {
  std::vector<FieldReader> readers;
  const auto* value = find(key, required);
  if (value == nullptr) return readers;
  if (!value->is_array()) {
    wrong(pointer_to(key), *value, "an array of tables");
    return readers;
  }
  for (std::size_t i = 0; i < value->size(); ++i) {
    const std::string pointer = fmt::format("{}/{}", pointer_to(key), i);
    if (!(*value)[i].is_object()) {
      wrong(pointer, (*value)[i], "a table");
      return {};
    }
    readers.push_back(FieldReader{state_, pointer, &(*value)[i]});
  }
  return readers;
}

const nlohmann::json* FieldReader::raw(const std::string& key) {
  return find(key, false);
}

Result<void> FieldReader::finish() const {
  if (state_->error) return tl::unexpected(*state_->error);
  for (const auto& [pointer, entry] : state_->asked) {
    const auto& [object, known] = entry;
    for (const auto& item : object->items()) {
      if (known.count(item.key()) != 0) continue;
      const std::vector<std::string> names(known.begin(), known.end());
      return fail("{}: unknown key `{}`{}", state_->document->where(pointer + "/" + escape_pointer(item.key())),
                  item.key(), suggestion(item.key(), names));
    }
  }
  return {};
}

}  // namespace axvp
