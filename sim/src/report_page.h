#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "axvp/common/result.h"

namespace axvp::sim {

/// A result file that the page shows.
struct ReportSource {
  std::string name;  ///< Of its folder, made unique.
  std::string file;  ///< As tooltips name it.
  nlohmann::json content;
};

struct ReportInput {
  std::string title;
  std::vector<ReportSource> runs;          ///< result.json of `axvp simulate`.
  std::vector<ReportSource> explorations;  ///< exploration.json of `axvp explore`.
  std::vector<ReportSource> searches;      ///< search.json of `axvp search`.
  std::vector<ReportSource> point_files;   ///< operating_points.json without a search.json beside it.
};

/// Opens what each path (a folder or one of its files) holds: result.json, exploration.json, search.json,
/// operating_points.json. Errors: a path without any, a file of another subcommand or schema.
[[nodiscard]] Result<ReportInput> read_report_input(const std::vector<std::string>& paths);

/// The self-contained page: style, charts, script and the files' values. The same input gives the same bytes. Of the
/// controller's images at most `kShownImages`, evenly spaced, are contained, under their own indices; of operating
/// points the selectables.
inline constexpr std::size_t kShownImages = 2000;
[[nodiscard]] std::string report_page(const ReportInput& input);

}  // namespace axvp::sim
