#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "axvp/common/result.h"

namespace axvp::sim {

/// A result file that the page shows.
struct ReportSource {
  std::string name;        ///< Of its folder, made unique.
  std::string file;        ///< As tooltips name it.
  nlohmann::json content;  ///< Of result.json or exploration.json.
};

struct ReportInput {
  std::string title;
  std::vector<ReportSource> runs;          ///< result.json of `axvp simulate`.
  std::vector<ReportSource> explorations;  ///< exploration.json of `axvp explore`.
};

/// Opens what each path (a folder or one of its files) holds: result.json, exploration.json or both. Errors: a path
/// without either, a file of another subcommand or schema.
[[nodiscard]] Result<ReportInput> read_report_input(const std::vector<std::string>& paths);

/// The self-contained page: style, charts, script and the files' values. The same input gives the same bytes. Of the
/// controller's images at most `kShownImages`, evenly spaced, are contained, under their own indices.
inline constexpr std::size_t kShownImages = 2000;
[[nodiscard]] std::string report_page(const ReportInput& input);

}  // namespace axvp::sim
