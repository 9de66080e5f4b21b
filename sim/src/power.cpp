#include <fmt/format.h>

#include "axvp/common/progress.h"
#include "axvp/common/text.h"
#include "axvp/multipliers/catalogue.h"
#include "axvp/power/characterise.h"
#include "axvp/power/energy_table.h"
#include "power_command.h"
#include "sources.h"

namespace axvp::sim {
namespace {

int update_table(const PowerOptions& options, const GlobalOptions& global) {
  CharacteriseOptions settings;
  const auto sources = find_sources(options.root);
  if (!sources) return report(sources.error());
  settings.root = *sources;
  if (!options.liberty.empty()) settings.synthesis.liberty = options.liberty;
  std::unique_ptr<Progress> bar;
  const auto table = characterise(
      Catalogue::built_in(), settings, [&](std::size_t done, std::size_t total, const std::string& multiplier) {
        if (!bar) bar = std::make_unique<Progress>(global.progress(), "power", total, "multipliers");
        bar->update(done, multiplier);
      });
  if (!table) return report(table.error());
  if (bar) bar->finish();
  if (const auto saved = save_energy_table(*table, options.update); !saved) return report(saved.error());
  std::vector<std::vector<std::string>> rows{
      {"selectable", "energy pJ", "zero-delay pJ", "relative", "area um2", "leakage nW", "delay ns"}};
  for (const auto& row : table->rows)
    rows.push_back({row.selectable, fmt::format("{:.3f}", row.per_mac.total().value),
                    fmt::format("{:.3f}", row.per_mac_zero_delay.total().value),
                    fmt::format("{:.3f}", table->relative_energy(row.selectable).value_or(0.0)),
                    fmt::format("{:.0f}", row.area.value), fmt::format("{:.2f}", row.leakage.value),
                    fmt::format("{:.2f}", row.delay.value)});
  fmt::print("{}\n{}: {} selectables, {} {}, {}, {} transitions, seed {}\n", format_table(rows), options.update,
             table->rows.size(), table->origin.library, table->origin.corner, table->origin.activity,
             with_thousands(table->origin.transitions), table->origin.seed);
  return kDone;
}

int run(const PowerOptions& options, const GlobalOptions& global) {
  if (!options.update.empty()) return update_table(options, global);
  if (!options.compare.empty()) return run_power_compare(options.compare);
  if (!options.verilog.empty()) return run_power_verilog(options);
  if (!options.network.empty() || !options.config.empty()) return run_power_network(options, global);
  return report(Error{
      "power: say what to measure: --network NAME, --config FILE, --verilog FILE, --update FILE or --compare A B"});
}

constexpr const char* kFooter = R"(Examples:
  axvp power --network resnet8_synth10 --operating-points operating_points.json --out power
  axvp power --config run.toml --dataflow os            the configuration's operating points, output-stationary
  axvp power --network resnet20.onnx --data cifar10:test_batch.bin --multiplier dadda-exact --all-selectables
  axvp power --verilog mine.v --top mine --ports x=B,w=A,p=O
  axvp power --update energy.json --liberty mine.lib    then: axvp simulate --energy-table energy.json)";

}  // namespace

void add_power(CLI::App& app, const GlobalOptions& global, Command& command) {
  auto options = std::make_shared<PowerOptions>();
  CLI::App* sub = app.add_subcommand("power", "Energy of a network's layers, of a module, or of the whole catalogue");
  auto* network = sub->add_option("--network", options->network, "ONNX file or embedded network: energy by layer");
  auto* config =
      sub->add_option("--config", options->config, "Run configuration (TOML); the embedded default without it");
  auto* points = sub->add_option("--operating-points", options->operating_points,
                                 "File written by `axvp tune`; the configuration's operating points without it");
  sub->add_option("--multiplier", options->multiplier, "One selectable in every layer instead of the configured points")
      ->excludes(points);
  sub->add_option("--data", options->data, "Data set whose images are run, e.g. cifar10:test_batch.bin");
  sub->add_option("--calibration-data", options->calibration_data,
                  "Images for quantisation and tuning; the training images beside --data without it");
  sub->add_option("--images", options->images, "How many images of it")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{100'000}))
      ->capture_default_str();
  sub->add_option("--dataflow", options->dataflow,
                  "weight-stationary, output-stationary or input-stationary; ws, os, is for short")
      ->capture_default_str();
  sub->add_option("--pairs", options->transitions,
                  "Operand pairs sampled a layer and operating point, a multiple of 1024")
      ->check(CLI::Range(std::int64_t{1024}, std::int64_t{1} << 24))
      ->capture_default_str();
  sub->add_flag("--all-selectables", options->every_selectable,
                "Price every selectable in each layer, not those of the operating points only");
  auto* verilog = sub->add_option("--verilog", options->verilog, "Verilog files of a multiplier of your own")
                      ->excludes(network)
                      ->excludes(config);
  sub->add_option("--top", options->top, "Its module")->needs(verilog);
  sub->add_option("--ports", options->ports, "Its ports: x=activation,w=weight,p=product; those left out are found")
      ->needs(verilog);
  sub->add_option("--operands", options->operands,
                  "CSV file of operand pairs \"x,w\" that follow one another; uniform without it")
      ->needs(verilog);
  sub->add_option("--encoding", options->encoding, "Operand encoding of the module")
      ->check(CLI::IsMember({"sm8", "s8"}))
      ->needs(verilog)
      ->capture_default_str();
  sub->add_option("--update", options->update, "Energy table (JSON) of the catalogue to write")
      ->excludes(network)
      ->excludes(config)
      ->excludes(verilog);
  sub->add_option("--compare", options->compare,
                  "Two energy tables: how far do they agree on energies relative to exact?")
      ->expected(2)
      ->excludes(network)
      ->excludes(config)
      ->excludes(verilog);
  sub->add_option("--out", options->out, "Folder for power.json and layers.csv");
  sub->add_option("--liberty", options->liberty, "Cell library; osu018 of Debian's qflow-tech-osu018 without it");
  sub->add_option(
      "--root", options->root,
      "Folder with rtl/ and power/ of the sources; the present one, or where the program was built, without it");
  sub->footer(kFooter);
  sub->callback([options, &global, &command] { command = [options, &global] { return run(*options, global); }; });
}

}  // namespace axvp::sim
