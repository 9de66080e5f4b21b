#include "csv_columns.h"

#include <algorithm>
#include <charconv>

#include "axvp/common/file.h"
#include "axvp/common/text.h"

namespace axvp::sim {

Result<CsvColumns> CsvColumns::read(const std::string& path) {
  const auto text = read_text_file(path);
  if (!text) return forward_error(text);
  CsvColumns file;
  file.path_ = path;
  for (const std::string& line : split(*text, '\n'))
    if (!line.empty()) file.rows_.push_back(split(line.back() == '\r' ? line.substr(0, line.size() - 1) : line, ','));
  if (file.rows_.size() < 2) return fail("{}: expected a line of names and lines of values", path);
  return file;
}

Result<std::size_t> CsvColumns::column(const std::string& name) const {
  const auto found = std::find(rows_[0].begin(), rows_[0].end(), name);
  if (found == rows_[0].end()) return fail("{}: no column `{}`{}", path_, name, suggestion(name, rows_[0]));
  return static_cast<std::size_t>(found - rows_[0].begin());
}

std::string CsvColumns::cell(std::size_t row, std::size_t column) const {
  return column < rows_[row].size() ? rows_[row][column] : "";
}

Result<double> CsvColumns::number(std::size_t row, std::size_t column) const {
  double value = 0;
  const std::string text = cell(row, column);
  const char* end = text.data() + text.size();
  const auto [rest, problem] = std::from_chars(text.data(), end, value);
  if (problem != std::errc{} || rest != end)
    return fail("{}: line {}, column {}: `{}` is no number", path_, row + 1, rows_[0][column], text);
  return value;
}

Result<std::vector<double>> CsvColumns::numbers(std::size_t row, const std::vector<std::string>& columns) const {
  std::vector<double> values;
  for (const std::string& name : columns) {
    const auto at = column(name);
    if (!at) return forward_error(at);
    const auto value = number(row, *at);
    if (!value) return forward_error(value);
    values.push_back(*value);
  }
  return values;
}

}  // namespace axvp::sim
