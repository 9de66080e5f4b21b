#include "axvp/power/characterise.h"

#include <atomic>
#include <mutex>

#include "axvp/common/parallel.h"
#include "axvp/common/random.h"
#include "axvp/power/memory_prices.h"
#include "axvp/power/multiplier_meter.h"
#include "measurement_cache.h"
#include "rounding.h"
#include "vector_lane.h"

namespace axvp {
namespace {

constexpr std::uint64_t kStreams = 512;  // lanes the simulator takes at once

/// Selectables by multiplier, in their order. Those that are a table only are left out.
std::vector<std::vector<Selectable>> group_by_multiplier(const std::vector<Selectable>& selectables) {
  std::vector<std::vector<Selectable>> groups;
  for (const auto& selectable : selectables) {
    if (selectable.rtl_module.empty()) continue;
    if (groups.empty() || groups.back().front().multiplier_id != selectable.multiplier_id) groups.emplace_back();
    groups.back().push_back(selectable);
  }
  return groups;
}

std::string uniform_key(const LibertyLibrary& library, const CharacteriseOptions& options) {
  return fmt::format("uniform {} {} {} {}", options.transitions, options.seed, static_cast<int>(options.range),
                     library.sha256);
}

Result<Measurement> measure_uniform(const MultiplierMeter& meter, int mode, const CharacteriseOptions& options) {
  const auto energy =
      meter.energy().measure_both(uniform_operands(meter.netlist(), mode, options.transitions, options.seed));
  if (!energy) return forward_error(energy);
  const PartEnergy total = energy->timed.total();
  return Measurement{energy->timed.per_transition(total), energy->zero_delay.per_transition(energy->zero_delay.total()),
                     energy->timed.standard_error, total.leakage};
}

/// The modes of one multiplier.
Result<std::vector<SelectableEnergy>> characterise_modes(const std::vector<Selectable>& selectables,
                                                         const Synthesiser& synthesiser,
                                                         const CharacteriseOptions& options, MeasurementCache& cache) {
  const auto meter = MultiplierMeter::create(selectables, synthesiser, options);
  if (!meter) return forward_error(meter);
  const MappedDesign& design = meter->design();
  std::vector<SelectableEnergy> rows;
  Nanowatts leakage;
  for (const auto& selectable : selectables) {
    const std::string key = fmt::format("{} {}", design.key, selectable.mode);
    auto measured = cache.find(key);
    if (!measured) {
      const auto fresh = measure_uniform(*meter, selectable.mode, options);
      if (!fresh) return fail_in(selectable.id, fresh);
      cache.add(key, *fresh);
      measured = *fresh;
    }
    leakage += measured->leakage / static_cast<double>(selectables.size());
    rows.push_back({selectable.id,
                    selectable.multiplier_id,
                    rounded(measured->timed),
                    {},
                    rounded(design.netlist.area()),
                    rounded(meter->energy().timing().critical_path),
                    design.rtl_sha256,
                    std::string{Catalogue::exact_id(selectable.encoding)},
                    rounded(measured->zero_delay)});
  }
  for (auto& row : rows) row.leakage = rounded(leakage);  // of the instance: the mean over its modes
  return rows;
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

Result<std::vector<SelectableEnergy>> characterise_multipliers(const std::vector<Selectable>& selectables,
                                                               const Synthesiser& synthesiser,
                                                               const CharacteriseOptions& options,
                                                               const CharacteriseProgress& progress) {
  const auto groups = group_by_multiplier(selectables);
  MeasurementCache cache{options.synthesis.cache, uniform_key(*synthesiser.library(), options)};
  std::vector<Result<std::vector<SelectableEnergy>>> results(groups.size());
  std::atomic<bool> failed{false};
  std::mutex mutex;
  std::size_t done = 0;
  for_each_dynamic(groups.size(), options.threads, [&](std::size_t i) {
    if (failed) return;
    results[i] = characterise_modes(groups[i], synthesiser, options, cache);
    if (!results[i]) failed = true;
    const std::lock_guard lock{mutex};
    if (progress) progress(++done, groups.size(), groups[i].front().multiplier_id);
  });
  std::vector<SelectableEnergy> rows;
  for (const auto& result : results) {
    if (!result) return forward_error(result);
    rows.insert(rows.end(), result->begin(), result->end());
  }
  if (const auto saved = cache.save(); !saved) return forward_error(saved);
  return rows;
}

EnergyOrigin energy_origin(const Synthesiser& synthesiser, const CharacteriseOptions& options) {
  const LibertyLibrary& library = *synthesiser.library();
  return {library.name,
          library.sha256,
          library.corner,
          library.voltage_v,
          library.temperature_c,
          options.clock_mhz,
          fmt::format("{}, uniform operands", to_string(ToggleModel::Timed)),
          (options.transitions + kStreams - 1) / kStreams * kStreams,
          options.seed,
          synthesiser.tools()};
}

Result<EnergyTable> characterise(const Catalogue& catalogue, const CharacteriseOptions& options,
                                 const CharacteriseProgress& progress) {
  const auto synthesiser = Synthesiser::create(options.synthesis);
  if (!synthesiser) return forward_error(synthesiser);
  EnergyTable table;
  table.origin = energy_origin(*synthesiser, options);
  auto memory = load_memory_prices(options.root / "power" / "tables" / "memory.toml", *synthesiser->library());
  if (!memory) return forward_error(memory);
  table.memory = std::move(*memory);
  auto rows = characterise_multipliers(catalogue.selectables(), *synthesiser, options, progress);
  if (!rows) return forward_error(rows);
  table.rows = std::move(*rows);
  for (const ElementKind kind : {ElementKind::WeightStationary, ElementKind::OutputStationary})
    for (const Encoding encoding : {Encoding::SignMagnitude, Encoding::TwosComplement}) {
      auto pe = characterise_processing_element(encoding, kind, *synthesiser, options);
      if (!pe) return forward_error(pe);
      table.pes.push_back(std::move(*pe));
    }
  auto lane = characterise_vector_lane(*synthesiser, options);
  if (!lane) return forward_error(lane);
  table.vector_lane = std::move(*lane);
  return table;
}

}  // namespace axvp
