#include <fmt/format.h>

#include <cctype>
#include <filesystem>

#include "axvp/common/text.h"
#include "axvp/multipliers/catalogue.h"
#include "axvp/multipliers/error_metrics.h"
#include "axvp/multipliers/npy.h"
#include "axvp/power/import_verilog.h"
#include "command.h"

namespace axvp::sim {
namespace {

struct Options {
  std::vector<std::string> files;
  std::string top, id, output, liberty;
  std::string encoding = "sm8";
  MultiplierPorts ports;
};

/// A multiplier's table and, where it was synthesised, its price.
struct Imported {
  TruthTable table;
  std::string table_file;
  std::optional<ImportedMultiplier> silicon;
};

Encoding encoding_of(const Options& options) {
  return options.encoding == "s8" ? Encoding::TwosComplement : Encoding::SignMagnitude;
}

/// The file's name with what an id cannot hold as underscores.
std::string id_of(const Options& options) {
  if (!options.id.empty()) return options.id;
  std::string id = std::filesystem::path{options.files.front()}.stem().string();
  for (char& c : id)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_' && c != '-' && c != '.') c = '_';
  return id;
}

Result<Imported> import_table(const Options& options) {
  if (options.files.size() > 1) return fail("one .npy table at a time, found {} files", options.files.size());
  auto table = read_npy_table(options.files.front());
  if (!table) return forward_error(table);
  return Imported{std::move(*table), options.files.front(), std::nullopt};
}

Result<Imported> import_module(const Options& options) {
  if (options.top.empty()) return fail("{}: say which module with --top", options.files.front());
  SynthesisOptions synthesis;
  if (!options.liberty.empty()) synthesis.liberty = options.liberty;
  const auto synthesiser = Synthesiser::create(synthesis);
  if (!synthesiser) return forward_error(synthesiser);
  const VerilogMultiplier verilog{
      {options.files.begin(), options.files.end()}, options.top, options.ports, encoding_of(options)};
  auto imported = import_verilog(verilog, *synthesiser);
  if (!imported) return forward_error(imported);
  const std::string output = options.output.empty() ? id_of(options) + ".npy" : options.output;
  const TruthTable table = imported->table;
  return Imported{table, output, std::move(*imported)};
}

std::string toml_string(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

/// What to put into the configuration of a run.
std::string configuration(const Options& options, const Imported& imported) {
  std::string text = fmt::format("[[multiplier]]\nid = {}\ntable = {}\n", toml_string(id_of(options)),
                                 toml_string(imported.table_file));
  if (!imported.silicon) return text + "# energy_pj, area_um2, leakage_nw and delay_ns, to simulate with it\n";
  return text + fmt::format("energy_pj = {:.6f}\narea_um2 = {:.3f}\nleakage_nw = {:.6f}\ndelay_ns = {:.4f}\n",
                            imported.silicon->per_mac.total().value, imported.silicon->area.value,
                            imported.silicon->leakage.value, imported.silicon->delay.value);
}

void print(const Options& options, const Imported& imported) {
  const ErrorMetrics m = error_metrics(imported.table, encoding_of(options));
  fmt::print("{} ({})\n  error     MAE {:.3f}  mean {:.3f}  std {:.3f}  WCE {}  EP {:.2f} %  MRE {:.3f} %\n",
             id_of(options), options.encoding, m.mae, m.mean, m.std, m.wce, 100 * m.ep, 100 * m.mre);
  if (const auto& silicon = imported.silicon)
    fmt::print(
        "  ports     activation {}, weight {}, product {}\n"
        "  energy    {:.4f} pJ a MAC ({})\n"
        "  area      {:.1f} um2   leakage {:.2f} nW   delay {:.2f} ns\n  table     {}\n",
        silicon->ports.x, silicon->ports.w, silicon->ports.p, silicon->per_mac.total().value, silicon->activity,
        silicon->area.value, silicon->leakage.value, silicon->delay.value, imported.table_file);
  fmt::print("\nFor the configuration of a run:\n\n{}", configuration(options, imported));
}

int run(const Options& options) {
  const bool is_table = std::filesystem::path{options.files.front()}.extension() == ".npy";
  const auto imported = is_table ? import_table(options) : import_module(options);
  if (!imported) return report(imported.error());
  Catalogue catalogue = Catalogue::built_in();  // a copy: checks the id and the range of the products
  const auto added = catalogue.add_table(id_of(options), encoding_of(options), imported->table, options.files.front());
  if (!added) return report(added.error());
  if (imported->silicon)
    if (const auto written = write_npy_table(imported->table_file, imported->table); !written)
      return report(written.error());
  print(options, *imported);
  return kDone;
}

}  // namespace

void add_multipliers_import(CLI::App& multipliers, Command& command) {
  auto options = std::make_shared<Options>();
  CLI::App* sub = multipliers.add_subcommand("import", "Check a multiplier of your own and price it");
  sub->add_option("files", options->files, "Verilog files, or one .npy table (256x256, activation first)")->required();
  sub->add_option("--top", options->top, "Module to import");
  sub->add_option("--x", options->ports.x, "Name of the activation's port; x_i without it");
  sub->add_option("--w", options->ports.w, "Name of the weight's port; w_i without it");
  sub->add_option("--product", options->ports.p, "Name of the product's port; the one 16-bit output without it");
  sub->add_option("--encoding", options->encoding, "Operand encoding")
      ->check(CLI::IsMember({"sm8", "s8"}))
      ->capture_default_str();
  sub->add_option("--id", options->id, "Id in configurations; the file's name without it");
  sub->add_option("--output", options->output, "Table to write (.npy); ID.npy without it");
  sub->add_option("--liberty", options->liberty, "Cell library; osu018 of Debian's qflow-tech-osu018 without it");
  sub->footer(
      "Examples:\n  axvp multipliers import mine.v --top mine --x A --w B\n"
      "  axvp multipliers import mine.npy --encoding s8\n"
      "It prints the lines that a run's configuration needs.");
  sub->callback([options, &command] { command = [options] { return run(*options); }; });
}

}  // namespace axvp::sim
