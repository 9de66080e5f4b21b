#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "axvp/common/text.h"

namespace axvp::testing {

/// Rows of a CSV file as maps by heading. Cells hold no commas.
inline std::vector<std::map<std::string, std::string>> csv_rows(const std::string& csv) {
  const auto lines = split(csv, '\n');
  const auto heading = split(lines[0], ',');
  std::vector<std::map<std::string, std::string>> rows;
  for (std::size_t l = 1; l < lines.size() && !lines[l].empty(); ++l) {
    const auto cells = split(lines[l], ',');
    EXPECT_EQ(cells.size(), heading.size()) << lines[l];
    auto& row = rows.emplace_back();
    for (std::size_t c = 0; c < heading.size() && c < cells.size(); ++c) row[heading[c]] = cells[c];
  }
  return rows;
}

}  // namespace axvp::testing
