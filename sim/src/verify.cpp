#include "verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "axvp/common/text.h"
#include "axvp/multipliers/catalogue.h"
#include "axvp/multipliers/npy.h"
#include "axvp/multipliers/proof.h"
#include "axvp/power/characterise.h"
#include "axvp/power/import_verilog.h"
#include "command.h"
#include "sources.h"
#include "verify_array.h"
#ifdef AXVP_HAS_VERILATED
#include "axvp/verilated/verilated_multiplier.h"
#endif

namespace axvp::sim {
namespace {

struct Options {
  std::string id;
  bool all = false;
  bool netlist = false;
  bool formal = false;
  std::string root;
  std::string report;
  std::string verilog, top, against;
  std::string encoding = "sm8";
  MultiplierPorts ports;
  ArrayProofOptions array;
};

/// The modes of one multiplier, in order.
using Modes = std::vector<Selectable>;

#ifdef AXVP_HAS_VERILATED
std::vector<TruthTable> tables_of(const Modes& modes) {
  std::vector<TruthTable> tables;
  for (const Selectable& mode : modes) tables.push_back(mode.table);
  return tables;
}

std::optional<std::string> difference_of_rtl(const Modes& modes) {
  const auto rtl = make_verilated_multiplier(modes.front().rtl_module);
  if (rtl == nullptr) return fmt::format("no Verilated module `{}`", modes.front().rtl_module);
  const auto mismatch = first_mismatch(
      [&rtl](std::uint8_t x, std::uint8_t w, int mode) { return rtl->multiply(x, w, mode); }, tables_of(modes));
  if (!mismatch) return std::nullopt;
  return to_string(*mismatch);
}
#else
std::optional<std::string> difference_of_rtl(const Modes& /*modes*/) {
  return "this build has no Verilated RTL: configure with -DAXVP_WITH_VERILATOR=ON";
}
#endif

/// The RTL as it is, all 8x8 bits. Where there are no sources, the synthesis names the file that it misses.
SynthesisJob job_of(const Modes& modes, const std::string& root) {
  const std::filesystem::path sources = find_sources(root).value_or(std::filesystem::path{root});
  SynthesisJob job{modes.front().rtl_module, {}, "", {}};
  for (const auto& source : rtl_sources(modes.front())) job.sources.push_back(sources / source);
  return job;
}

std::optional<std::string> difference_of_netlist(const Modes& modes, const Synthesiser& synthesiser,
                                                 const std::string& root) {
  const auto design = synthesiser.run(job_of(modes, root));
  if (!design) return design.error().message;
  for (const Selectable& mode : modes)
    if (const auto equal = check_against_table(design->netlist, mode.table, mode.mode); !equal)
      return equal.error().message;
  return std::nullopt;
}

/// By SAT, without looking at values.
std::optional<std::string> formal_difference(const Modes& modes, const Synthesiser& synthesiser,
                                             const std::string& root) {
  const auto proof = synthesiser.prove(job_of(modes, root));
  if (!proof) return proof.error().message;
  return std::nullopt;
}

/// The multipliers with RTL, or the one that has `id` (with or without a mode).
Result<std::vector<Modes>> chosen_multipliers(const std::string& id) {
  std::vector<Modes> chosen;
  for (const Selectable& s : Catalogue::built_in().selectables()) {
    if (s.rtl_module.empty()) continue;
    if (chosen.empty() || chosen.back().front().multiplier_id != s.multiplier_id) chosen.emplace_back();
    chosen.back().push_back(s);
  }
  if (id.empty()) return chosen;
  for (const Modes& modes : chosen)
    if (modes.front().multiplier_id == id) return std::vector<Modes>{modes};
  const auto selectable = Catalogue::built_in().find(id);
  if (!selectable) return forward_error(selectable);
  for (const Modes& modes : chosen)
    if (modes.front().multiplier_id == selectable->multiplier_id) return std::vector<Modes>{modes};
  return fail("{}: a table has nothing to be compared with", id);
}

/// Calls work(0) to work(count - 1) from as many threads as the machine has.
template <class Work>
void for_each_in_parallel(std::size_t count, const Work& work) {
  std::atomic<std::size_t> next{0};
  const auto loop = [&] {
    for (std::size_t n = next++; n < count; n = next++) work(n);
  };
  std::vector<std::thread> threads;
  for (unsigned n = 1; n < std::max(1u, std::thread::hardware_concurrency()); ++n) threads.emplace_back(loop);
  loop();
  for (auto& thread : threads) thread.join();
}

constexpr const char* kRtl = "rtl";
constexpr const char* kNetlist = "netlist";
constexpr const char* kFormal = "formal";

std::vector<ProofCase> prove(const std::vector<Modes>& multipliers, const std::vector<const char*>& levels,
                             const Synthesiser* synthesiser, const Options& options, Progress& progress) {
  std::vector<ProofCase> cases(levels.size() * multipliers.size());
  std::mutex mutex;
  std::size_t done = 0;
  for_each_in_parallel(cases.size(), [&](std::size_t n) {
    const Modes& modes = multipliers[n / levels.size()];
    const char* level = levels[n % levels.size()];
    cases[n] = {modes.front().multiplier_id, level, static_cast<int>(modes.size()),
                level == kRtl       ? difference_of_rtl(modes)
                : level == kNetlist ? difference_of_netlist(modes, *synthesiser, options.root)
                                    : formal_difference(modes, *synthesiser, options.root)};
    const std::lock_guard lock{mutex};
    progress.update(++done, cases[n].multiplier);
  });
  progress.finish();
  return cases;
}

std::string what_was_shown(const ProofCase& proven) {
  if (proven.level == kFormal) return "netlist equivalent to RTL by SAT";
  return fmt::format("equal on all 65,536 pairs{}", proven.modes > 1 ? fmt::format(" in {} modes", proven.modes) : "");
}

int report_cases(const std::vector<ProofCase>& cases, const Options& options) {
  std::size_t failures = 0;
  for (const ProofCase& c : cases) {
    if (c.problem) {
      report(Error{fmt::format("{} ({}): {}", c.multiplier, c.level, *c.problem)}, kRunFailed);
      ++failures;
    } else {
      fmt::print("{:<28} {:<8} {}\n", c.multiplier, c.level, what_was_shown(c));
    }
  }
  fmt::print("{} of {} equal their model\n", cases.size() - failures, cases.size());
  if (!options.report.empty())
    if (const auto written = write_proof_report(options.report, cases); !written) return report(written.error());
  return failures == 0 ? kDone : kRunFailed;
}

int prove_catalogue(const Options& options, const GlobalOptions& global) {
  const auto multipliers = chosen_multipliers(options.id);
  if (!multipliers) return report(multipliers.error());
  std::optional<Synthesiser> synthesiser;
  std::vector<const char*> levels{kRtl};
  if (options.all || options.netlist) levels.push_back(kNetlist);
  if (options.formal) levels.push_back(kFormal);
  if (levels.size() > 1) {
    auto created = Synthesiser::create({});
    if (!created) return report(created.error());
    synthesiser = std::move(*created);
  }
  Progress progress{global.progress(), "verify", multipliers->size() * levels.size(), "circuits"};
  return report_cases(prove(*multipliers, levels, synthesiser ? &*synthesiser : nullptr, options, progress), options);
}

/// A .npy file or a selectable of the catalogue.
Result<TruthTable> reference_table(const std::string& against) {
  if (std::filesystem::path{against}.extension() == ".npy") return read_npy_table(against);
  const auto selectable = Catalogue::built_in().find(against);
  if (!selectable) return forward_error(selectable);
  return selectable->table;
}

int prove_verilog(const Options& options) {
  if (options.top.empty() || options.against.empty())
    return report(Error{"--verilog needs --top MODULE and --against TABLE"});
  const auto table = reference_table(options.against);
  if (!table) return report(table.error());
  const auto synthesiser = Synthesiser::create({});
  if (!synthesiser) return report(synthesiser.error());
  const Encoding encoding = options.encoding == "s8" ? Encoding::TwosComplement : Encoding::SignMagnitude;
  const auto imported =
      import_verilog({{options.verilog}, options.top, options.ports, encoding}, *synthesiser, {512, 1, {}});
  if (!imported) return report(imported.error());
  const auto mismatch = first_mismatch(
      [&imported](std::uint8_t x, std::uint8_t w, int) { return static_cast<std::uint16_t>(imported->table(x, w)); },
      {*table});
  ProofCase result{options.top, "netlist", 1, std::nullopt};
  if (mismatch) result.problem = to_string(*mismatch);
  return report_cases({result}, options);
}

}  // namespace

void add_verify(CLI::App& app, const GlobalOptions& global, Command& command) {
  auto options = std::make_shared<Options>();
  CLI::App* sub = app.add_subcommand("verify", "Prove RTL and netlists equal to the models on all operand pairs");
  sub->add_option("id", options->id, "One multiplier or selectable; the Verilated RTL of all without it");
  sub->add_flag("--all", options->all, "Every multiplier: its Verilated RTL and its mapped netlist");
  sub->add_flag("--netlist", options->netlist, "The mapped netlist (Yosys), too");
  sub->add_flag("--formal", options->formal,
                "Prove mapped netlist and RTL equivalent by SAT (Yosys, ABC), too; seconds a multiplier");
  sub->add_option(
      "--root", options->root,
      "Folder with rtl/ of the sources, for netlists; the present one, or where the program was built, without it");
  sub->add_option("--report", options->report, "Report to write: JUnit (.xml) or JSON");
  sub->add_option("--verilog", options->verilog, "A Verilog file to compare instead, with --top and --against");
  sub->add_option("--top", options->top, "Its module");
  sub->add_option("--against", options->against, "The table: a .npy file or a selectable");
  sub->add_option("--x", options->ports.x, "Name of the activation's port; x_i without it");
  sub->add_option("--w", options->ports.w, "Name of the weight's port; w_i without it");
  sub->add_option("--product", options->ports.p, "Name of the product's port; the one 16-bit output without it");
  sub->add_option("--encoding", options->encoding, "Operand encoding of the Verilog module")
      ->check(CLI::IsMember({"sm8", "s8"}))
      ->capture_default_str();
  auto* array = sub->add_flag("--array", options->array.chosen,
                              "The arrays and the requantisation lane instead: random tiles against the models");
  sub->add_option("--tiles", options->array.tiles, "Tiles of each array")
      ->needs(array)
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  sub->add_option("--seed", options->array.seed, "Of the tiles")->needs(array)->capture_default_str();
  sub->add_option("--pool", options->array.pool,
                  "Selectables of the arrays with a table pool, by commas; those of rtl/pool/gates without it")
      ->needs(array);
  sub->add_flag("--mutants", options->array.mutants, "Slips made on purpose (rtl/mutants) instead: all must be caught")
      ->needs(array);
  sub->footer(
      "Examples:\n  axvp verify gated_dadda-468\n  axvp verify --all --report proof.xml\n"
      "  axvp verify --array --tiles 1000\n  axvp verify --array --mutants\n"
      "  axvp verify dadda_trunc-k7c --netlist --formal --report proof.json\n"
      "  axvp verify --verilog mine.v --top mine --x A --w B --against mine.npy");
  sub->callback([options, &global, &command] {
    command = [options, &global] {
      if (options->array.chosen) return verify_arrays(options->array, global);
      return options->verilog.empty() ? prove_catalogue(*options, global) : prove_verilog(*options);
    };
  });
}

}  // namespace axvp::sim
