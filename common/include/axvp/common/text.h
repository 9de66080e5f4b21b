#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace axvp {

/// The member of `candidates` with the smallest Levenshtein distance to `word`, if that is small enough to be a slip.
[[nodiscard]] std::optional<std::string> nearest_word(std::string_view word,
                                                      const std::vector<std::string>& candidates);

/// ", did you mean `rows`?" or, where nothing is near, "; known: a, b, c"; of more than a dozen the nearest five.
[[nodiscard]] std::string suggestion(std::string_view word, const std::vector<std::string>& candidates);

[[nodiscard]] std::vector<std::string> split(std::string_view text, char separator);
[[nodiscard]] std::string join(const std::vector<std::string>& parts, std::string_view separator);

/// 1234567 as "1,234,567".
[[nodiscard]] std::string with_thousands(std::uint64_t number);

/// The shortest decimal form that reads back as the same double, the same with every locale; for CSV and JSON.
[[nodiscard]] std::string shortest(double number);

/// Rows of cells as aligned text, the first row a heading. Cells that look like numbers are right-aligned.
[[nodiscard]] std::string format_table(const std::vector<std::vector<std::string>>& rows);

/// One CSV line with a line feed; cells with commas, quotes or line feeds are quoted (RFC 4180).
[[nodiscard]] std::string csv_line(const std::vector<std::string>& cells);

}  // namespace axvp
