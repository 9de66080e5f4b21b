#include "axvp/power/characterise.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "axvp/common/random.h"
#include "axvp/power/memory_prices.h"
#include "processing_element.h"
#include "rounding.h"
#include "vector_lane.h"

namespace axvp {
namespace {

constexpr std::uint64_t kStreams = 512;  // lanes the simulator takes at once
constexpr const char* kWrapperTop = "ax_synthesised_multiplier";

/// A top that offers the operands which occur: in sm8 the weight's top bit is 0.
std::string wrapper(const Selectable& selectable, bool has_modes, OperandRange range) {
  const bool ties_weight = range == OperandRange::Encoding && selectable.encoding == Encoding::SignMagnitude;
  return fmt::format(
      "module {} (\n"
      "  input  logic [7:0]  x_i,\n"
      "  input  logic [{}:0]  w_i,\n"
      "{}"
      "  output logic [15:0] p_o\n"
      ");\n"
      "  {} u_mul (.x_i(x_i), .w_i({}), {}.p_o(p_o));\n"
      "endmodule\n",
      kWrapperTop, ties_weight ? 6 : 7, has_modes ? "  input  logic [1:0]  mode_i,\n" : "", selectable.rtl_module,
      ties_weight ? "{1'b0, w_i}" : "w_i", has_modes ? ".mode_i(mode_i), " : "");
}

/// Selectables by multiplier, in the catalogue's order.
std::vector<std::vector<Selectable>> group_by_multiplier(const Catalogue& catalogue) {
  std::vector<std::vector<Selectable>> groups;
  for (const auto& selectable : catalogue.selectables()) {
    if (selectable.rtl_module.empty()) continue;
    if (groups.empty() || groups.back().front().multiplier_id != selectable.multiplier_id) groups.emplace_back();
    groups.back().push_back(selectable);
  }
  return groups;
}

/// The first error of several threads, by the order of their work.
struct Outcome {
  std::vector<std::optional<Result<std::vector<SelectableEnergy>>>> results;
};

Outcome characterise_all(const std::vector<std::vector<Selectable>>& groups, const Synthesiser& synthesiser,
                         const CharacteriseOptions& options, const CharacteriseProgress& progress) {
  Outcome outcome;
  outcome.results.resize(groups.size());
  std::atomic<std::size_t> next{0};
  std::atomic<bool> failed{false};
  std::mutex mutex;
  std::size_t done = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < groups.size() && !failed; i = next++) {
      outcome.results[i] = characterise_multiplier(groups[i], synthesiser, options);
      if (!*outcome.results[i]) failed = true;
      const std::lock_guard lock{mutex};
      ++done;
      if (progress) progress(done, groups.size(), groups[i].front().multiplier_id);
    }
  };
  const unsigned wanted = options.threads != 0 ? options.threads : std::max(1u, std::thread::hardware_concurrency());
  std::vector<std::thread> threads;
  for (unsigned i = 1; i < wanted && i < groups.size(); ++i) threads.emplace_back(work);
  work();
  for (auto& thread : threads) thread.join();
  return outcome;
}

}  // namespace

Stimulus uniform_operands(const Netlist& multiplier, int mode, std::uint64_t transitions, std::uint64_t seed) {
  const std::size_t steps = (transitions + kStreams - 1) / kStreams + 1;
  Random random{seed};
  Stimulus stimulus{steps, kStreams};
  for (const char* name : {"x_i", "w_i"}) {
    const NetlistPort* port = multiplier.find_port(name);
    if (port == nullptr) continue;
    std::vector<std::uint64_t> values(steps * kStreams);
    for (auto& value : values) value = random.below(std::uint64_t{1} << port->bits.size());
    stimulus.drive(name, static_cast<int>(port->bits.size()), values);
  }
  if (const auto* port = multiplier.find_port("mode_i"); port != nullptr)
    stimulus.hold("mode_i", static_cast<int>(port->bits.size()), static_cast<std::uint64_t>(mode));
  return stimulus;
}

Result<std::vector<SelectableEnergy>> characterise_multiplier(const std::vector<Selectable>& selectables,
                                                              const Synthesiser& synthesiser,
                                                              const CharacteriseOptions& options) {
  const Selectable& first = selectables.front();
  SynthesisJob job{kWrapperTop, {}, wrapper(first, selectables.size() > 1, options.range), {}};
  for (const auto& file : rtl_sources(first)) job.sources.push_back(options.root / file);
  const auto design = synthesiser.run(job);
  if (!design) return fail_in(first.multiplier_id, design);
  const auto meter = EnergyMeter::create(design->netlist);
  if (!meter) return fail_in(first.multiplier_id, meter);
  std::vector<SelectableEnergy> rows;
  Nanowatts leakage;
  for (const auto& selectable : selectables) {
    if (const auto equal = check_against_table(design->netlist, selectable.table, selectable.mode); !equal)
      return fail_in(selectable.id, equal);
    const Stimulus stimulus = uniform_operands(design->netlist, selectable.mode, options.transitions, options.seed);
    const auto energy = meter->measure(stimulus, ToggleModel::Timed);
    if (!energy) return fail_in(selectable.id, energy);
    const auto settled = meter->measure(stimulus, ToggleModel::ZeroDelay);
    if (!settled) return fail_in(selectable.id, settled);
    const PartEnergy total = energy->total();
    leakage += total.leakage / static_cast<double>(selectables.size());
    rows.push_back({selectable.id,
                    selectable.multiplier_id,
                    rounded(energy->per_transition(total)),
                    {},
                    rounded(total.area),
                    rounded(energy->critical_path),
                    design->rtl_sha256,
                    std::string{Catalogue::exact_id(selectable.encoding)},
                    rounded(settled->per_transition(settled->total()))});
  }
  for (auto& row : rows) row.leakage = rounded(leakage);  // of the instance: the mean over its modes
  return rows;
}

Result<EnergyTable> characterise(const Catalogue& catalogue, const CharacteriseOptions& options,
                                 const CharacteriseProgress& progress) {
  const auto synthesiser = Synthesiser::create(options.synthesis);
  if (!synthesiser) return forward_error(synthesiser);
  const LibertyLibrary& library = *synthesiser->library();
  EnergyTable table;
  table.origin = {library.name,
                  library.sha256,
                  library.corner,
                  library.voltage_v,
                  library.temperature_c,
                  options.clock_mhz,
                  fmt::format("{}, uniform operands", to_string(ToggleModel::Timed)),
                  (options.transitions + kStreams - 1) / kStreams * kStreams,
                  options.seed,
                  synthesiser->tools()};
  auto memory = load_memory_prices(options.root / "power" / "tables" / "memory.toml", library);
  if (!memory) return forward_error(memory);
  table.memory = std::move(*memory);
  const auto groups = group_by_multiplier(catalogue);
  const Outcome outcome = characterise_all(groups, *synthesiser, options, progress);
  for (const auto& rows : outcome.results) {
    if (rows && !*rows) return forward_error(*rows);
    if (rows) table.rows.insert(table.rows.end(), (*rows)->begin(), (*rows)->end());
  }
  auto pe = characterise_processing_element(*synthesiser, options);
  if (!pe) return forward_error(pe);
  table.pes.push_back(std::move(*pe));
  auto lane = characterise_vector_lane(*synthesiser, options);
  if (!lane) return forward_error(lane);
  table.vector_lane = std::move(*lane);
  return table;
}

}  // namespace axvp
