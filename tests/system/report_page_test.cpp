// `axvp report` on runs of the program, looked at with headless Chromium: what a reader sees against result.json.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "axvp/common/file.h"
#include "project_folders.h"
#include "shell.h"
#include "temporary_folder.h"

namespace axvp {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::shell;

constexpr std::size_t kLargestPage = 3u << 20;
constexpr const char* kRun =
    "[workload]\nimages = 6\ncalibration_images = 8\n[tuning]\nimages = 8\n"
    "[[operating_point]]\nname = \"exact\"\nmultiplier = \"dadda-exact\"\n"
    "[[operating_point]]\nname = \"eco </script>\"\nmultiplier = \"dadda_trunc-k9c\"\n"
    "[controller]\npolicy = \"budget\"\nwindow_ms = 1.0\n[[controller.budget]]\nat_ms = 0.0\nwindow_uj = 1500.0\n";

constexpr const char* kSearch = R"({"schema_version": 1, "provenance": {"command": "search", "seed": 1},
  "cost_metric": "uniform", "candidates": ["a", "b", "c"], "pool": ["a", "b"], "pool_gap_fraction": 0.01,
  "points": [{"name": "save70", "saved_fraction": 0.7, "predicted_kl_nats": 0.01, "predicted_kl_over_unlimited": 1.1,
              "refinement": {"kl_nats": 0.02, "start_kl_nats": 0.03, "evaluations": 9}},
             {"name": "save80", "saved_fraction": 0.8, "predicted_kl_nats": 0.04, "predicted_kl_over_unlimited": 1.2}],
  "layers": [{"layer": "conv1", "exact_cost_fraction": 0.4, "curvature": 2.0,
              "selectables": [{"selectable": "a"}, {"selectable": "b"}]},
             {"layer": "fc", "exact_cost_fraction": 0.6, "curvature": 1.0,
              "selectables": [{"selectable": "b"}, {"selectable": "b"}]}]})";

std::string unescaped(std::string html) {
  for (const auto& [mark, text] : {std::pair{"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&amp;", "&"}})
    for (std::size_t at = 0; (at = html.find(mark, at)) != std::string::npos; at += 1)
      html.replace(at, std::string{mark}.size(), text);
  return html;
}

class ReportPage : public testing::TemporaryFolder {
 protected:
  [[nodiscard]] testing::ShellOutcome axvp(const std::string& arguments) const {
    return shell("cd " + folder_.string() + " && " AXVP_PROGRAM " --quiet " + arguments);
  }
  void simulate(const std::string& name, const std::string& run = kRun) const {
    const auto outcome = axvp("simulate --config " + file(name + ".toml", run) + " --out " + name);
    ASSERT_EQ(outcome.exit_code, 0) << outcome.output;
  }
  /// The page's document after its scripts ran; console messages go to `console`. A page takes a second or two. The
  /// browser itself was seen to hang as it starts, whatever the page: it gets three tries.
  [[nodiscard]] std::string document(const std::string& page, const std::string& options, std::string& console) const {
    constexpr int kTimedOut = 124;
    testing::ShellOutcome outcome{kTimedOut, ""};
    for (int attempt = 0; attempt < 3 && outcome.exit_code == kTimedOut; ++attempt)
      outcome = shell("timeout 40 chromium-headless-shell --no-sandbox --disable-gpu --enable-logging=stderr " +
                      options + " --window-size=1400,1000 --dump-dom file://" + path(page) + " 2>" + path("console"));
    EXPECT_EQ(outcome.exit_code, 0) << outcome.output << "\nscripts/setup.sh --tests installs Chromium";
    console = read_text_file(path("console")).value();
    return outcome.output;
  }
  /// What report_probe.js saw.
  [[nodiscard]] nlohmann::json look_at(const std::string& page) const {
    std::string html = read_text_file(path(page)).value();
    const std::string probe = read_text_file(AXVP_SOURCE_DIR "/tests/system/report_probe.js").value();
    // Chromium draws no frames while it dumps a document: what waits for one waits a millisecond instead.
    html.insert(html.find("<script>"),
                "<script>window.bad = []; addEventListener('error', (e) => bad.push(e.message));"
                "addEventListener('unhandledrejection', (e) => bad.push(String(e.reason)));"
                "for (const key of ['error', 'warn']) console[key] = (...what) => bad.push(what.join(' '));"
                "window.requestAnimationFrame = (draw) => setTimeout(() => draw(performance.now()), 1);</script>");
    html.insert(html.rfind("</body>"), "<script>" + probe + "</script>");
    file("probed.html", html);
    std::string console;
    const std::string seen = document("probed.html", "--virtual-time-budget=20000", console);
    const std::size_t begin = seen.find("<pre id=\"seen\">");
    EXPECT_NE(begin, std::string::npos) << console;
    if (begin == std::string::npos) return {};
    const std::size_t text = begin + std::string{"<pre id=\"seen\">"}.size();
    return nlohmann::json::parse(unescaped(seen.substr(text, seen.find("</pre>", text) - text)));
  }
};

/// The scale between a value in the file and the one shown: none, percent, attojoules' micro.
bool is_scaled(double shown, double raw, double tolerance) {
  for (const double scale : {1.0, 100.0, 1e-6})
    if (std::abs(shown - raw * scale) <= tolerance * std::max(1e-12, std::abs(raw * scale))) return true;
  return false;
}

void expect_found(const nlohmann::json& figure, const std::map<std::string, nlohmann::json>& files) {
  const auto& content = files.at(figure["file"]);
  const nlohmann::json::json_pointer pointer{figure["pointer"].get<std::string>()};
  ASSERT_TRUE(content.contains(pointer)) << figure;
  ASSERT_EQ(content[pointer], figure["raw"]) << figure;
  if (!figure["raw"].is_number()) return;
  double raw = figure["raw"];
  if (figure["by"].is_string())
    raw /= content[nlohmann::json::json_pointer{figure["by"].get<std::string>()}].get<double>();
  EXPECT_TRUE(is_scaled(figure["value"], raw, 1e-12)) << figure;
}

TEST_F(ReportPage, ShowsTheFiguresOfResultJsonAndTheirPointers) {
  simulate("first");
  ASSERT_EQ(axvp("report first --out page.html").exit_code, 0);
  const std::map<std::string, nlohmann::json> files{
      {"first/result.json", nlohmann::json::parse(read_text_file(folder_ / "first" / "result.json").value())}};
  const auto seen = look_at("page.html");
  EXPECT_THAT(seen["errors"], IsEmpty());
  EXPECT_EQ(seen["charts"].size(), 8u);
  for (const auto& [id, chart] : seen["charts"].items()) {
    EXPECT_GT(chart["painted"], 1000) << id;
    EXPECT_GT(chart["tooltip"]["opacity"], 0) << id;
    EXPECT_THAT(chart["tooltip"]["lines"].dump(), HasSubstr(chart["tooltip"]["expected"].get<std::string>())) << id;
    for (const auto& set : chart["sets"])
      for (std::size_t i = 0; i < set["figures"].size(); ++i) {
        expect_found(set["figures"][i], files);
        EXPECT_EQ(set["figures"][i]["value"], set["plotted"][i]) << id << " " << i;
      }
  }
  EXPECT_GT(seen["shown"].size(), 60u);
  for (const auto& figure : seen["shown"]) {
    expect_found(figure, files);
    if (!figure["value"].is_number() || figure["text"].get<std::string>().find_first_of("abcdef") != std::string::npos)
      continue;
    const double text = std::stod(std::regex_replace(figure["text"].get<std::string>(), std::regex{","}, ""));
    EXPECT_NEAR(text, figure["value"].get<double>(), std::max(0.5 * (text >= 1000), 5.1e-4 * std::abs(text))) << figure;
  }
  EXPECT_THAT(seen["bubble"].get<std::string>(), HasSubstr("first/result.json\n/network/name = resnet8_synth10"));
  EXPECT_THAT(seen["said"].get<std::string>(), HasSubstr("/operating_points/0/operations/1/energy/multipliers_pj"));
  EXPECT_EQ(seen["legend"], false);
  EXPECT_NE(seen["themes"][0], seen["themes"][1]);
}

TEST_F(ReportPage, ShowsACascadeBesideThePointsAlone) {
  std::string run = kRun;
  run.erase(run.find("[controller]"));
  simulate("first", run +
                        "[controller]\npolicy = \"margin\"\n[[controller.cascade]]\npoint = 1\nthreshold = 5\n"
                        "[[controller.cascade]]\npoint = 0\n");
  ASSERT_EQ(axvp("report first --out page.html").exit_code, 0);
  const std::map<std::string, nlohmann::json> files{
      {"first/result.json", nlohmann::json::parse(read_text_file(folder_ / "first" / "result.json").value())}};
  const auto seen = look_at("page.html");
  EXPECT_THAT(seen["errors"], IsEmpty());
  std::set<std::string> pointers;
  for (const auto& figure : seen["shown"]) {
    expect_found(figure, files);
    pointers.insert(figure["pointer"]);
  }
  for (const char* pointer : {"/controller/cascade/stages/0/threshold", "/controller/cascade/stages/1/images_fraction",
                              "/controller/cascade/total_energy_per_image_pj", "/controller/top1_fraction"})
    EXPECT_EQ(pointers.count(pointer), 1u) << pointer;
}

TEST_F(ReportPage, ShowsTheFrontOfAnExploration) {
  file("layers.csv", "Layer, M, N, K,\nA, 400, 64, 90,\nB, 100, 128, 64,\n");
  file("sweep.toml",
       "networks = [\"layers.csv\"]\n[space]\nrows = [4, 8, 16, 32]\ncolumns = [4, 8, 16, 32]\n"
       "weight_kb = [16, 32]\n");
  ASSERT_EQ(axvp("explore sweep.toml --output swept").exit_code, 0);
  ASSERT_EQ(axvp("report swept --out page.html").exit_code, 0);
  const auto exploration = nlohmann::json::parse(read_text_file(folder_ / "swept" / "exploration.json").value());
  const auto seen = look_at("page.html");
  EXPECT_THAT(seen["errors"], IsEmpty());
  ASSERT_EQ(seen["charts"].size(), 1u);
  const auto& chart = seen["charts"]["front-0"];
  EXPECT_GT(chart["painted"], 1000);
  EXPECT_THAT(chart["tooltip"]["lines"].dump(), HasSubstr(chart["tooltip"]["expected"].get<std::string>()));
  ASSERT_EQ(chart["sets"][0]["figures"].size(), exploration["front"].size());
  EXPECT_GT(exploration["front"].size(), 2u);
  for (const auto& set : chart["sets"])
    for (const auto& figure : set["figures"]) expect_found(figure, {{"swept/exploration.json", exploration}});
  for (const auto& figure : seen["shown"]) expect_found(figure, {{"swept/exploration.json", exploration}});
  EXPECT_THAT(seen["said"].get<std::string>(), HasSubstr("/front/1/energy_uj"));
}

TEST_F(ReportPage, ShowsASearchAndOperatingPointsOfAnyFileName) {
  std::filesystem::create_directories(folder_ / "search");
  file("search/search.json", kSearch);
  file("search/operating_points.json",
       R"({"schema_version": 1, "provenance": {"command": "search"}, "points": []})");  // search.json shows more of the
                                                                                        // same points
  const auto tuned = axvp("tune --config " + file("run.toml", kRun) + " --out mine.json");
  ASSERT_EQ(tuned.exit_code, 0) << tuned.output;
  const auto written = axvp("report search mine.json --out page.html");
  ASSERT_EQ(written.exit_code, 0) << written.output;
  EXPECT_THAT(written.output, HasSubstr("1 search, 1 file of operating points"));
  const std::string page = read_text_file(path("page.html")).value();
  EXPECT_THAT(page, Not(HasSubstr("tensor_scales"))) << "requantisation sets make large pages";
  const std::map<std::string, nlohmann::json> files{
      {"search/search.json", nlohmann::json::parse(kSearch)},
      {"mine.json", nlohmann::json::parse(read_text_file(path("mine.json")).value())}};
  const auto seen = look_at("page.html");
  EXPECT_THAT(seen["errors"], IsEmpty());
  ASSERT_EQ(seen["charts"].size(), 1u);
  const auto& chart = seen["charts"]["search-0-divergence"];
  EXPECT_GT(chart["painted"], 1000);
  EXPECT_EQ(chart["sets"][0]["figures"].size(), 2u);
  EXPECT_EQ(chart["sets"][1]["figures"].size(), 1u) << "one point was refined";
  for (const auto& set : chart["sets"])
    for (const auto& figure : set["figures"]) expect_found(figure, files);
  std::set<std::string> pointers;
  for (const auto& figure : seen["shown"]) {
    expect_found(figure, files);
    pointers.insert(figure["pointer"]);
  }
  EXPECT_EQ(pointers.count("/layers/1/selectables/1/selectable"), 1u);
  EXPECT_EQ(pointers.count("/points/1/layers/0/selectable"), 1u);
}

TEST_F(ReportPage, IsSmallAndSilent) {
  simulate("first");
  std::filesystem::create_directories(folder_ / "other" / "first");
  std::filesystem::copy(folder_ / "first" / "result.json", folder_ / "other" / "first" / "result.json");
  ASSERT_EQ(axvp("report first other/first --out page.html").exit_code, 0);
  EXPECT_LT(std::filesystem::file_size(path("page.html")), kLargestPage);
  const std::string page = read_text_file(path("page.html")).value();
  EXPECT_THAT(page, Not(HasSubstr("src=")));
  EXPECT_THAT(page, Not(HasSubstr("eco </script>")));
  std::string console;
  const std::string html = document("page.html", "", console);
  EXPECT_THAT(console, Not(HasSubstr("CONSOLE")));
  std::smatch drawn;
  ASSERT_TRUE(std::regex_search(html, drawn, std::regex{"data-drawn-ms=\"([0-9]+)\""}));
  std::printf("drawn in %s ms\n", drawn[1].str().c_str());
  EXPECT_THAT(html, HasSubstr("Runs beside each other"));
  EXPECT_THAT(html, HasSubstr("other/first: exact"));
}

TEST_F(ReportPage, RefusesWhatIsNoResult) {
  const auto refuse = [&](const std::string& arguments, const std::string& message) {
    const auto outcome = axvp("report " + arguments);
    EXPECT_EQ(outcome.exit_code, 2) << outcome.output;
    EXPECT_THAT(outcome.output, HasSubstr(message));
  };
  file("result.json", "{\"provenance\": {\"command\": \"evaluate\"}}");
  std::filesystem::create_directories(folder_ / "empty");
  refuse("", "RUN is required");
  refuse("nothing", "nothing: no such file or folder");
  refuse("empty", "empty: no result.json");
  refuse("result.json", "result.json: no result of `axvp simulate`");
  file("result.json", "{\"provenance\": {\"command\": 7}, \"schema_version\": \"x\"}");
  refuse("result.json", "result.json: no result of `axvp simulate`");
  file("result.json", "[]");
  refuse("result.json", "result.json: no result of `axvp simulate`");
  file("result.json", "{\"provenance\": {\"command\": \"simulate\"}, \"operating_points\": [], \"schema_version\": 9}");
  refuse(".", "/schema_version: this version of axvp reads 2");
}

}  // namespace
}  // namespace axvp
