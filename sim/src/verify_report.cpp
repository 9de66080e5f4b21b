#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "axvp/common/field_reader.h"
#include "axvp/common/file.h"
#include "axvp/common/provenance.h"
#include "verify.h"

namespace axvp::sim {
namespace {

std::string xml_escaped(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '&')
      escaped += "&amp;";
    else if (c == '<')
      escaped += "&lt;";
    else if (c == '>')
      escaped += "&gt;";
    else if (c == '"')
      escaped += "&quot;";
    else
      escaped += c;
  }
  return escaped;
}

std::size_t failures_in(const std::vector<ProofCase>& cases) {
  return static_cast<std::size_t>(
      std::count_if(cases.begin(), cases.end(), [](const ProofCase& c) { return c.problem.has_value(); }));
}

std::string junit(const std::vector<ProofCase>& cases) {
  std::string text = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"axvp verify\" tests=\"{}\" failures=\"{}\">\n",
      cases.size(), failures_in(cases));
  for (const ProofCase& c : cases) {
    text += fmt::format("  <testcase classname=\"{}\" name=\"{}\"", c.level, xml_escaped(c.multiplier));
    text +=
        c.problem ? fmt::format(">\n    <failure message=\"{}\"/>\n  </testcase>\n", xml_escaped(*c.problem)) : "/>\n";
  }
  return text + "</testsuite>\n";
}

std::string json_report(const std::vector<ProofCase>& cases) {
  nlohmann::json rows = nlohmann::json::array();
  for (const ProofCase& c : cases) {
    nlohmann::json row{{"multiplier", c.multiplier}, {"level", c.level}, {"modes", c.modes}, {"equal", !c.problem}};
    if (c.problem) row["problem"] = *c.problem;
    rows.push_back(row);
  }
  return dump_json({{"schema", "axvp-proof"},
                    {"schema_version", 1},
                    {"version", version()},
                    {"cases", rows},
                    {"failures", failures_in(cases)}});
}

}  // namespace

Result<void> write_proof_report(const std::filesystem::path& path, const std::vector<ProofCase>& cases) {
  return write_file_atomically(path, path.extension() == ".xml" ? junit(cases) : json_report(cases));
}

}  // namespace axvp::sim
