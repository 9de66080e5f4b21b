#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "axvp/multipliers/catalogue.h"
#include "axvp/multipliers/error_metrics.h"
#include "axvp/multipliers/npy.h"
#include "axvp/power/energy_table.h"
#include "command.h"
#include "embedded_files.h"

namespace axvp::sim {
namespace {

/// A selectable of the catalogue; or a table of one's own, where `id` ends with .npy.
Result<Selectable> open_selectable(const std::string& id, Encoding encoding) {
  const std::filesystem::path path{id};
  if (path.extension() != ".npy") return Catalogue::built_in().find(id);
  auto table = read_npy_table(path);
  if (!table) return forward_error(table);
  Catalogue catalogue = Catalogue::built_in();
  const std::string name = path.stem().string();
  if (auto added = catalogue.add_table(name, encoding, std::move(*table), id); !added) return fail_in(id, added);
  return catalogue.find(name);
}

int show(const std::string& id, Encoding encoding) {
  const auto selectable = open_selectable(id, encoding);
  if (!selectable) return report(selectable.error());
  const auto energies = parse_energy_table(default_energy_table(), "embedded energy table");
  if (!energies) return report(energies.error(), kRunFailed);
  const ErrorMetrics m = error_metrics(selectable->table, selectable->encoding);
  fmt::print("{}\n  family    {}\n  encoding  {}\n  mode      {}\n  RTL       {}\n  source    {}\n", selectable->id,
             selectable->family, to_string(selectable->encoding), selectable->mode,
             selectable->rtl_module.empty() ? "none" : selectable->rtl_module, selectable->origin);
  fmt::print("  error     MAE {:.3f}  mean {:.3f}  std {:.3f}  WCE {}  EP {:.2f} %  MRE {:.3f} %\n", m.mae, m.mean,
             m.std, m.wce, 100 * m.ep, 100 * m.mre);
  if (const auto row = energies->find(id))
    fmt::print(
        "  energy    {:.4f} pJ a MAC (internal {:.4f}, switching {:.4f}; {}, {})\n"
        "  area      {:.1f} um2   leakage {:.2f} nW   delay {:.2f} ns\n",
        row->per_mac.total().value, row->per_mac.internal.value, row->per_mac.switching.value, energies->origin.library,
        energies->origin.activity, row->area.value, row->leakage.value, row->delay.value);
  else
    fmt::print("  energy    not in the energy table; a simulation needs energy_pj in its [[multiplier]]\n");
  return kDone;
}

}  // namespace

void add_multipliers(CLI::App& app, const GlobalOptions& global, Command& command) {
  CLI::App* sub = app.add_subcommand(
      "multipliers",
      "The catalogue of multipliers: list, show, plot, compare, streams, export, import, operands, evolve");
  sub->require_subcommand(1);
  sub->footer(
      "Examples:\n  axvp multipliers list --encoding sm8 --most std=100 --pareto std,energy\n"
      "  axvp multipliers show gated_dadda-468/m2\n  axvp multipliers show mine.npy\n"
      "  axvp multipliers export dadda_trunc-k7c trunc7.npy");
  add_multipliers_list(*sub, command);
  struct Options {
    std::string id, encoding = "sm8";
  };
  auto options = std::make_shared<Options>();
  CLI::App* one = sub->add_subcommand("show", "Everything about one selectable");
  one->add_option("id", options->id, "Selectable, e.g. dadda_trunc-k7c, or the .npy table of one's own")->required();
  one->add_option("--encoding", options->encoding, "Of a .npy table")
      ->check(CLI::IsMember({"sm8", "s8"}))
      ->capture_default_str();
  one->callback([options, &command] {
    command = [options] {
      return show(options->id, options->encoding == "s8" ? Encoding::TwosComplement : Encoding::SignMagnitude);
    };
  });
  add_multipliers_plot(*sub, command);
  add_multipliers_compare(*sub, global, command);
  add_multipliers_streams(*sub, global, command);
  add_multipliers_export(*sub, command);
  add_multipliers_import(*sub, command);
  add_multipliers_operands(*sub, command);
  add_multipliers_evolve(*sub, global, command);
}

}  // namespace axvp::sim
