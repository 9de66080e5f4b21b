#include <fmt/format.h>

#include <filesystem>

#include "axvp/common/file.h"
#include "axvp/common/text.h"
#include "axvp/multipliers/catalogue.h"
#include "axvp/multipliers/error_metrics.h"
#include "axvp/multipliers/npy.h"
#include "axvp/power/energy_table.h"
#include "command.h"
#include "embedded_files.h"

namespace axvp::sim {
namespace {

std::string figure(double value, int decimals) {
  return fmt::format("{:.{}f}", value, decimals);
}

/// "-" where the energy table does not know the selectable (a user's own table).
struct EnergyCells {
  std::string energy = "-", relative = "-", area = "-";
};

EnergyCells energy_cells(const EnergyTable& table, const std::string& id) {
  const auto row = table.find(id);
  const auto relative = table.relative_energy(id);
  if (!row || !relative) return {};
  return {figure(row->per_mac.total().value, 3), figure(*relative, 3), figure(row->area.value, 0)};
}

int list(const std::string& family) {
  const auto energies = parse_energy_table(default_energy_table(), "embedded energy table");
  if (!energies) return report(energies.error(), kRunFailed);
  std::vector<std::vector<std::string>> rows{
      {"selectable", "family", "MAE", "mean", "std", "WCE", "EP %", "MRE %", "energy pJ", "relative", "area um2"}};
  for (const auto& selectable : Catalogue::built_in().selectables()) {
    if (!family.empty() && selectable.family != family) continue;
    const ErrorMetrics m = error_metrics(selectable.table, selectable.encoding);
    const EnergyCells energy = energy_cells(*energies, selectable.id);
    rows.push_back({selectable.id, selectable.family, figure(m.mae, 2), figure(m.mean, 2), figure(m.std, 2),
                    std::to_string(m.wce), figure(100 * m.ep, 2), figure(100 * m.mre, 2), energy.energy,
                    energy.relative, energy.area});
  }
  if (rows.size() == 1) return report(Error{fmt::format("no multiplier of family `{}`", family)});
  fmt::print(
      "{}\nErrors over all 65,536 operand pairs, in product LSBs. Energy per multiplication: {}, {}, {};\n"
      "relative to the exact multiplier of the encoding: {} (sm8), {} (s8).\n",
      format_table(rows), energies->origin.library, energies->origin.corner, energies->origin.activity,
      Catalogue::exact_id(Encoding::SignMagnitude), Catalogue::exact_id(Encoding::TwosComplement));
  return kDone;
}

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

/// The table as a C header: `static const int32_t NAME[256][256]`, activation first.
std::string c_header(const Selectable& selectable) {
  std::string name = "axvp_" + selectable.id;
  for (char& c : name)
    if (c == '-' || c == '/' || c == '.') c = '_';
  std::string text = fmt::format(
      "/* {}: products [x][w], activation first, {} operand codes. Written by axvp multipliers export. */\n"
      "#include <stdint.h>\n\nstatic const int32_t {}[256][256] = {{\n",
      selectable.id, to_string(selectable.encoding), name);
  for (int x = 0; x < TruthTable::kSide; ++x) {
    std::vector<std::string> cells;
    for (int w = 0; w < TruthTable::kSide; ++w)
      cells.push_back(std::to_string(selectable.table(static_cast<std::uint8_t>(x), static_cast<std::uint8_t>(w))));
    text += "  {" + join(cells, ",") + "},\n";
  }
  return text + "};\n";
}

int export_table(const std::string& id, const std::string& path) {
  const auto selectable = Catalogue::built_in().find(id);
  if (!selectable) return report(selectable.error());
  const std::string extension = std::filesystem::path{path}.extension().string();
  Result<void> written;
  if (extension == ".npy")
    written = write_npy_table(path, selectable->table);
  else if (extension == ".h")
    written = write_file_atomically(path, c_header(*selectable));
  else
    written = fail("{}: export writes .npy or .h", path);
  if (!written) return report(written.error());
  fmt::print("written: {}\n", path);
  return kDone;
}

}  // namespace

void add_multipliers(CLI::App& app, const GlobalOptions& global, Command& command) {
  struct Options {
    std::string family, id, path;
  };
  auto options = std::make_shared<Options>();
  CLI::App* sub = app.add_subcommand("multipliers", "The catalogue of multipliers: list, show, export, import, evolve");
  sub->require_subcommand(1);
  sub->footer(
      "Examples:\n  axvp multipliers list\n  axvp multipliers show gated_dadda-468/m2\n"
      "  axvp multipliers export dadda_trunc-k7c trunc7.npy");
  CLI::App* all = sub->add_subcommand("list", "Errors, energy and area of every selectable");
  all->add_option("--family", options->family, "Only this family");
  all->callback([options, &command] { command = [options] { return list(options->family); }; });
  CLI::App* one = sub->add_subcommand("show", "Everything about one selectable");
  one->add_option("id", options->id, "Selectable, e.g. dadda_trunc-k7c")->required();
  one->callback([options, &command] { command = [options] { return show(options->id); }; });
  CLI::App* out = sub->add_subcommand("export", "Write the table of one selectable");
  out->add_option("id", options->id, "Selectable, e.g. dadda_trunc-k7c")->required();
  out->add_option("file", options->path, "File to write: .npy (int32 256x256) or .h (C array)")->required();
  add_multipliers_evolve(*sub, global, command);
  add_multipliers_import(*sub, command);
  out->callback([options, &command] { command = [options] { return export_table(options->id, options->path); }; });
}

}  // namespace axvp::sim
