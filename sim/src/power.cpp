#include <fmt/format.h>

#include "axvp/common/progress.h"
#include "axvp/common/text.h"
#include "axvp/multipliers/catalogue.h"
#include "axvp/power/characterise.h"
#include "axvp/power/energy_table.h"
#include "command.h"

namespace axvp::sim {
namespace {

struct Options {
  std::string update;
  std::string liberty;
  std::string root = ".";
};

int run(const Options& options, const GlobalOptions& global) {
  CharacteriseOptions settings;
  settings.root = options.root;
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

}  // namespace

void add_power(CLI::App& app, const GlobalOptions& global, Command& command) {
  auto options = std::make_shared<Options>();
  CLI::App* sub = app.add_subcommand("power", "Synthesise the RTL with Yosys and measure energy per multiplication");
  sub->add_option("--update", options->update, "Energy table (JSON) to write")->required();
  sub->add_option("--liberty", options->liberty, "Cell library; osu018 of Debian's qflow-tech-osu018 without it");
  sub->add_option("--root", options->root, "Folder with rtl/ and power/ of the sources")->capture_default_str();
  sub->footer("Example: axvp power --update energy.json\nThen:    axvp simulate --energy-table energy.json");
  sub->callback([options, &global, &command] { command = [options, &global] { return run(*options, global); }; });
}

}  // namespace axvp::sim
