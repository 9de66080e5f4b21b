#include <fmt/format.h>

#include "axvp/common/file.h"
#include "axvp/common/text.h"
#include "axvp/explore/scalesim.h"
#include "explore_command.h"

namespace axvp::sim {
namespace {

struct Options {
  std::string config, topology;
  std::string out = "axvp-scalesim";
  std::string trace;  ///< dramsys or ramulator; empty: no trace.
};

int run(const Options& options) {
  const auto config_text = read_text_file(options.config);
  if (!config_text) return report(config_text.error());
  const auto config = parse_scalesim_config(*config_text, options.config);
  if (!config) return report(config.error());
  const auto topology_text = read_text_file(options.topology);
  if (!topology_text) return report(topology_text.error());
  const auto network = parse_topology(*topology_text, options.topology);
  if (!network) return report(network.error());
  const auto layers = scalesim_layers(*network, *config);
  if (!layers) return report(layers.error());
  const std::filesystem::path folder{options.out};
  const auto written =
      write_files_atomically({{folder / "COMPUTE_REPORT.csv", compute_report(*layers)},
                              {folder / "BANDWIDTH_REPORT.csv", bandwidth_report(*layers)},
                              {folder / "DETAILED_ACCESS_REPORT.csv", detailed_access_report(*layers)}});
  if (!written) return report(written.error());
  if (!options.trace.empty()) {
    const bool is_dramsys = options.trace == "dramsys";
    const auto trace = dram_trace(*network, *config, is_dramsys ? TraceFormat::DramSys : TraceFormat::Ramulator);
    if (!trace) return report(trace.error());
    const auto file = folder / (is_dramsys ? "dram.stl" : "dram.trace");
    if (const auto traced = write_file_atomically(file, *trace); !traced) return report(traced.error());
    fmt::print("written: {} ({} kB)\n", file.string(), with_thousands((trace->size() + 1023) / 1024));
  }
  std::vector<std::vector<std::string>> rows{{"layer", "cycles", "utilisation %"}};
  Cycles total = 0;
  for (const auto& layer : *layers) {
    rows.push_back({layer.name, with_thousands(layer.cycles), fmt::format("{:.2f}", layer.overall_utilisation)});
    total += layer.cycles;
  }
  rows.push_back({"total", with_thousands(total), ""});
  for (const auto& key : config->ignored) fmt::print("note: {}: without a meaning here\n", key);
  fmt::print("{}, {} x {}, {}\n{}\nwritten: {}/COMPUTE_REPORT.csv, BANDWIDTH_REPORT.csv, DETAILED_ACCESS_REPORT.csv\n",
             network->name, config->array.rows, config->array.columns, to_string(config->dataflow), format_table(rows),
             options.out);
  return kDone;
}

}  // namespace

void add_scalesim(CLI::App& app, Command& command) {
  auto options = std::make_shared<Options>();
  CLI::App* sub = app.add_subcommand("scalesim", "Read SCALE-Sim's configuration and topology, write its reports");
  sub->add_option("-c,--config", options->config, "Its .cfg")->required();
  sub->add_option("-t,--topology", options->topology, "Its topology CSV, of convolutions or products")->required();
  sub->add_option("--out", options->out, "Folder of the reports")->capture_default_str();
  sub->add_option("--dram-trace", options->trace,
                  "Also the accesses of DRAM: dram.stl for DRAMSys, dram.trace for Ramulator")
      ->check(CLI::IsMember({"dramsys", "ramulator"}));
  sub->footer("Example:\n  axvp scalesim -c scale.cfg -t explore/networks/resnet50.csv");
  sub->callback([options, &command] { command = [options] { return run(*options); }; });
}

}  // namespace axvp::sim
