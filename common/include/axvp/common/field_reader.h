#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "axvp/common/result.h"

namespace axvp {

/// A parsed TOML or JSON file: the values, and where in the file each one stands.
struct Document {
  std::string name;                                ///< File name for messages.
  nlohmann::json root;                             ///< Objects, arrays, strings, integers, doubles, booleans.
  std::map<std::string, std::string> location_of;  ///< JSON pointer -> "line 3, column 7"; empty for JSON files.

  /// "platform.toml: line 3, column 7" or "energy.json: /rows/12".
  [[nodiscard]] std::string where(const std::string& pointer) const;
};

struct IntegerRange {
  std::int64_t low = std::numeric_limits<std::int64_t>::min();
  std::int64_t high = std::numeric_limits<std::int64_t>::max();
};

struct NumberRange {
  double low = std::numeric_limits<double>::lowest();
  double high = std::numeric_limits<double>::max();
  bool low_open = false;  ///< The value must be greater than `low`, not equal to it.
};

/// Reads the fields of one table strictly: wrong type, value out of range, missing or unknown key are errors that name
/// the place. Readers of nested tables share one error state; the first error wins; reads after an error return
/// defaults. Call `finish()` on the root reader once, after every field was asked for.
///
///     FieldReader root{document};
///     config.rows = root.integer("rows", {1, 1024}, config.rows);
///     FieldReader dram = root.table("dram");
///     config.dram.latency_cycles = dram.integer("latency_cycles", {0, 100000}, 40);
///     if (auto done = root.finish(); !done) return forward_error(done);
class FieldReader {
 public:
  explicit FieldReader(const Document& document);  ///< The document must outlive the reader.

  [[nodiscard]] bool has(const std::string& key) const;
  [[nodiscard]] std::vector<std::string> keys() const;

  // With a default the key may be missing; without one that is an error.
  std::int64_t integer(const std::string& key, IntegerRange range, std::optional<std::int64_t> fallback = std::nullopt);
  double number(const std::string& key, NumberRange range, std::optional<double> fallback = std::nullopt);
  bool boolean(const std::string& key, std::optional<bool> fallback = std::nullopt);
  std::string string(const std::string& key, std::optional<std::string> fallback = std::nullopt);
  /// One of `names`; an unknown one is answered with the nearest.
  std::string choice(const std::string& key, const std::vector<std::string>& names,
                     std::optional<std::string> fallback = std::nullopt);
  std::vector<std::int64_t> integers(const std::string& key, IntegerRange range, bool required = true);
  std::vector<double> numbers(const std::string& key, NumberRange range, bool required = true);
  std::vector<std::string> strings(const std::string& key, bool required = true);

  /// The table under `key`; an empty one if it is missing and not required.
  FieldReader table(const std::string& key, bool required = false);
  /// The array of tables under `key`; empty if it is missing and not required.
  std::vector<FieldReader> tables(const std::string& key, bool required = false);

  /// Takes the value as it is (for tables with free keys, matrices and the like).
  const nlohmann::json* raw(const std::string& key);

  /// Records an error of the caller's own about `key`: "FILE: line 4, column 1: MESSAGE".
  void reject(const std::string& key, const std::string& message);

  /// The first error of this reader's document, or the first unknown key, or success.
  [[nodiscard]] Result<void> finish() const;

 private:
  struct State;
  FieldReader(std::shared_ptr<State> state, std::string pointer, const nlohmann::json* object);
  const nlohmann::json* find(const std::string& key, bool required);
  void wrong(const std::string& pointer, const nlohmann::json& value, const std::string& expected);
  [[nodiscard]] std::string pointer_to(const std::string& key) const;

  std::shared_ptr<State> state_;
  std::string pointer_;
  const nlohmann::json* object_;
};

/// Parses TOML 1.0; syntax errors carry line and column. Dates and times are refused.
[[nodiscard]] Result<Document> parse_toml(std::string_view text, const std::string& name);
[[nodiscard]] Result<Document> load_toml(const std::filesystem::path& path);

/// Parses JSON (RFC 8259); duplicate keys are errors.
[[nodiscard]] Result<Document> parse_json(std::string_view text, const std::string& name);
[[nodiscard]] Result<Document> load_json(const std::filesystem::path& path);

/// Indented by two, keys sorted, a line feed at the end: the same value gives the same bytes.
[[nodiscard]] std::string dump_json(const nlohmann::json& value);

}  // namespace axvp
