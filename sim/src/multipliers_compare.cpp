#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <memory>

#include "axvp/common/text.h"
#include "axvp/multipliers/catalogue.h"
#include "axvp/multipliers/error_metrics.h"
#include "axvp/power/characterise.h"
#include "command.h"
#include "csv_columns.h"
#include "sources.h"

namespace axvp::sim {
namespace {

struct Options {
  std::string circuits, root;
  double least_mae = 1, most_mae = 2100;
};

/// A published circuit; energies relative to the exact multiplier of its encoding in the same library.
struct Published {
  std::string name;
  Encoding encoding = Encoding::SignMagnitude;
  double mae = 0, std = 0, glitch = 0, zero_delay = 0;
};

/// One of ours, the same way.
struct Own {
  std::string id;
  Encoding encoding = Encoding::SignMagnitude;
  double mae = 0, std = 0, glitch = 0, zero_delay = 0;
};

constexpr double kRounding = 0.0005;  // errors are published with three decimals

Result<std::vector<Published>> published_circuits(const Options& options) {
  const auto file = CsvColumns::read(options.circuits);
  if (!file) return forward_error(file);
  std::vector<Published> circuits;
  for (std::size_t row = 1; row < file->rows(); ++row) {
    const auto values = file->numbers(row, {"signed", "mae", "error_std", "osu018_pg_rel", "osu018_p0_rel"});
    if (!values) return forward_error(values);
    const auto& v = *values;
    if (v[1] < options.least_mae || v[1] > options.most_mae) continue;
    circuits.push_back(
        {file->cell(row, 0), v[0] != 0 ? Encoding::TwosComplement : Encoding::SignMagnitude, v[1], v[2], v[3], v[4]});
  }
  std::stable_sort(circuits.begin(), circuits.end(), [](const Published& a, const Published& b) {
    return std::pair{a.encoding, a.mae} < std::pair{b.encoding, b.mae};
  });
  return circuits;
}

/// All designs but the baselines, all 8x8 bits.
Result<std::vector<Own>> own_circuits(const Options& options, ProgressStyle style) {
  CharacteriseOptions settings;
  const auto sources = find_sources(options.root);
  if (!sources) return forward_error(sources);
  settings.root = *sources;
  settings.range = OperandRange::Full;
  std::unique_ptr<Progress> bar;
  const auto table =
      characterise(Catalogue::built_in(), settings, [&](std::size_t done, std::size_t total, const std::string& id) {
        if (!bar) bar = std::make_unique<Progress>(style, "compare", total, "multipliers");
        bar->update(done, id);
      });
  if (!table) return forward_error(table);
  if (bar) bar->finish();
  std::vector<Own> circuits;
  for (const Selectable& s : Catalogue::built_in().selectables()) {
    const auto row = table->find(s.id), exact = table->find(Catalogue::exact_id(s.encoding));
    if (s.is_baseline || !row || !exact) continue;
    const ErrorMetrics m = error_metrics(s.table, s.encoding);
    circuits.push_back({s.id, s.encoding, m.mae, m.std, row->per_mac.total() / exact->per_mac.total(),
                        row->per_mac_zero_delay.total() / exact->per_mac_zero_delay.total()});
  }
  return circuits;
}

const Own* cheapest(const std::vector<Own>& own, const Published& limit, double Own::*cost) {
  const Own* best = nullptr;
  for (const Own& o : own)
    if (o.encoding == limit.encoding && o.mae <= limit.mae + kRounding && o.std <= limit.std + kRounding &&
        (best == nullptr || o.*cost < best->*cost))
      best = &o;
  return best;
}

/// Ours over theirs, sorted.
std::string summary(const std::string& name, std::vector<double> ratios) {
  std::sort(ratios.begin(), ratios.end());
  const auto dominated = std::count_if(ratios.begin(), ratios.end(), [](double r) { return r < 1.0; });
  const std::size_t n = ratios.size();
  const double median = n % 2 == 1 ? ratios[n / 2] : (ratios[n / 2 - 1] + ratios[n / 2]) / 2;
  return fmt::format("| {} | {} | {} ({:.0f} %) | {:.2f} |\n", name, n, dominated,
                     100.0 * static_cast<double>(dominated) / static_cast<double>(n), median);
}

int run(const Options& options, const GlobalOptions& global) {
  const auto published = published_circuits(options);
  if (!published) return report(published.error());
  if (published->empty()) return report(Error{options.circuits + ": no circuit in this range of MAE"});
  const auto own = own_circuits(options, global.progress());
  if (!own) return report(own.error());
  std::string rows;
  std::vector<double> glitch, zero_delay;
  for (const Published& p : *published) {
    const Own* timed = cheapest(*own, p, &Own::glitch);
    const Own* settled = cheapest(*own, p, &Own::zero_delay);
    if (timed == nullptr) return report(Error{p.name + ": nothing as accurate in the catalogue"}, kRunFailed);
    glitch.push_back(timed->glitch / p.glitch);
    zero_delay.push_back(settled->zero_delay / p.zero_delay);
    rows +=
        fmt::format("| {} | {:.2f} | {:.2f} | {:.3f} | `{}` | {:.2f} | {:.2f} | {:.3f} | {:.2f} | `{}` | {:.2f} |\n",
                    p.name, p.mae, p.std, p.glitch, timed->id, timed->mae, timed->std, timed->glitch, glitch.back(),
                    settled->id, zero_delay.back());
  }
  fmt::print("| energy | circuits | dominated | median ours / theirs |\n|---|---|---|---|\n{}{}\n",
             summary("glitch-aware", glitch), summary("zero-delay", zero_delay));
  fmt::print(
      "| circuit | MAE | std | energy | ours | MAE | std | energy | ratio | ours, zero-delay | ratio |\n"
      "|---|---|---|---|---|---|---|---|---|---|---|\n{}",
      rows);
  return kDone;
}

}  // namespace

void add_multipliers_compare(CLI::App& multipliers, const GlobalOptions& global, Command& command) {
  auto options = std::make_shared<Options>();
  CLI::App* sub =
      multipliers.add_subcommand("compare", "The cheapest multipliers of the catalogue as accurate as published ones");
  sub->add_option("circuits", options->circuits,
                  "CSV with name, signed, mae, error_std, osu018_pg_rel and osu018_p0_rel (glitch-aware and zero-delay "
                  "energy relative to the exact multiplier)")
      ->required();
  sub->add_option("--least-mae", options->least_mae, "Leave out circuits below")->capture_default_str();
  sub->add_option("--most-mae", options->most_mae, "Leave out circuits above")->capture_default_str();
  sub->add_option("--root", options->root,
                  "Folder with rtl/ of the sources; the present one, or where the program was built, without it");
  sub->footer("It synthesises the catalogue with all 8x8 bits and prints Markdown.");
  sub->callback([options, &global, &command] { command = [options, &global] { return run(*options, global); }; });
}

}  // namespace axvp::sim
