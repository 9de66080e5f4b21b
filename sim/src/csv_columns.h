#pragma once

#include <string>
#include <vector>

#include "axvp/common/result.h"

namespace axvp::sim {

/// A CSV file without quotes: a line of column names and lines of values.
class CsvColumns {
 public:
  [[nodiscard]] static Result<CsvColumns> read(const std::string& path);

  /// Fails with the nearest name where there is no such column.
  [[nodiscard]] Result<std::size_t> column(const std::string& name) const;
  /// Row 0 holds the names. An absent cell is empty.
  [[nodiscard]] std::string cell(std::size_t row, std::size_t column) const;
  /// Fails, naming line and column, where the cell is no number.
  [[nodiscard]] Result<double> number(std::size_t row, std::size_t column) const;
  [[nodiscard]] Result<std::vector<double>> numbers(std::size_t row, const std::vector<std::string>& columns) const;
  [[nodiscard]] std::size_t rows() const { return rows_.size(); }

 private:
  std::string path_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace axvp::sim
