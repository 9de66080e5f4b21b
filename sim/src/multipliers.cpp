#include <fmt/format.h>

#include <memory>

#include "axvp/multipliers/catalogue.h"
#include "axvp/multipliers/error_metrics.h"
#include "axvp/power/energy_table.h"
#include "command.h"
#include "embedded_files.h"

namespace axvp::sim {
namespace {

int show(const std::string& id) {
  const auto selectable = Catalogue::built_in().find(id);
  if (!selectable) return report(selectable.error());
  const auto energies = parse_energy_table(default_energy_table(), "embedded energy table");
  if (!energies) return report(energies.error(), kRunFailed);
  const ErrorMetrics m = error_metrics(selectable->table, selectable->encoding);
  fmt::print("{}\n  family    {}\n  encoding  {}\n  mode      {}\n  RTL       {}\n  source    {}\n", selectable->id,
             selectable->family, to_string(selectable->encoding), selectable->mode, selectable->rtl_module,
             selectable->origin);
  fmt::print("  error     MAE {:.3f}  mean {:.3f}  std {:.3f}  WCE {}  EP {:.2f} %  MRE {:.3f} %\n", m.mae, m.mean,
             m.std, m.wce, 100 * m.ep, 100 * m.mre);
  if (const auto row = energies->find(id))
    fmt::print(
        "  energy    {:.4f} pJ a MAC (internal {:.4f}, switching {:.4f}; {}, {})\n"
        "  area      {:.1f} um2   leakage {:.2f} nW   delay {:.2f} ns\n",
        row->per_mac.total().value, row->per_mac.internal.value, row->per_mac.switching.value, energies->origin.library,
        energies->origin.activity, row->area.value, row->leakage.value, row->delay.value);
  return kDone;
}

}  // namespace

void add_multipliers(CLI::App& app, const GlobalOptions& global, Command& command) {
  CLI::App* sub = app.add_subcommand(
      "multipliers", "The catalogue of multipliers: list, show, plot, export, import, operands, evolve");
  sub->require_subcommand(1);
  sub->footer(
      "Examples:\n  axvp multipliers list --encoding sm8 --most std=100 --pareto std,energy\n"
      "  axvp multipliers show gated_dadda-468/m2\n"
      "  axvp multipliers export dadda_trunc-k7c trunc7.npy");
  add_multipliers_list(*sub, command);
  auto id = std::make_shared<std::string>();
  CLI::App* one = sub->add_subcommand("show", "Everything about one selectable");
  one->add_option("id", *id, "Selectable, e.g. dadda_trunc-k7c")->required();
  one->callback([id, &command] { command = [id] { return show(*id); }; });
  add_multipliers_plot(*sub, command);
  add_multipliers_export(*sub, command);
  add_multipliers_import(*sub, command);
  add_multipliers_operands(*sub, command);
  add_multipliers_evolve(*sub, global, command);
}

}  // namespace axvp::sim
