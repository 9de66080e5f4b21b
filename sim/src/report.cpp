#include <fmt/format.h>

#include "axvp/common/file.h"
#include "axvp/common/text.h"
#include "command.h"
#include "report_page.h"

namespace axvp::sim {
namespace {

struct Options {
  std::vector<std::string> runs;
  std::string out = "report.html";
  std::string title;
};

int run(const Options& options) {
  auto input = read_report_input(options.runs);
  if (!input) return report(input.error());
  if (!options.title.empty()) input->title = options.title;
  const std::string page = report_page(*input);
  if (const auto written = write_file_atomically(options.out, page); !written) return report(written.error());
  std::string contents;
  const auto count = [&](const char* one, const char* several, const std::vector<ReportSource>& sources) {
    if (sources.empty()) return;
    contents +=
        fmt::format("{}{} {}", contents.empty() ? "" : ", ", sources.size(), sources.size() == 1 ? one : several);
  };
  count("run", "runs", input->runs);
  count("exploration", "explorations", input->explorations);
  count("search", "searches", input->searches);
  count("file of operating points", "files of operating points", input->point_files);
  fmt::print("written: {} ({} kB): {}\n", options.out, with_thousands((page.size() + 1023) / 1024), contents);
  return kDone;
}

}  // namespace

void add_report(CLI::App& app, Command& command) {
  auto options = std::make_shared<Options>();
  CLI::App* sub = app.add_subcommand("report", "Write one HTML page of runs and explorations: charts, tables, origin");
  sub->add_option("RUN", options->runs,
                  "Folders (or files in them) written by `axvp simulate`, `explore`, `search` or `tune`")
      ->required();
  sub->add_option("--out", options->out, "The page; it opens from disk, without a network")->capture_default_str();
  sub->add_option("--title", options->title, "Heading of the page; the folders' names without it");
  sub->footer(
      "Examples:\n  axvp simulate --out run1 && axvp report run1\n"
      "  axvp report run1 run2 --title \"16 x 16 against 32 x 32\" --out comparison.html");
  sub->callback([options, &command] { command = [options] { return run(*options); }; });
}

}  // namespace axvp::sim
