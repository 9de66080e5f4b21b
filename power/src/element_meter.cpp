#include "element_meter.h"

#include <fmt/format.h>

#include "rounding.h"

namespace axvp {
namespace {

constexpr std::size_t kActive = 0, kHalf = 1, kIdle = 2, kLoading = 3;

EventEnergy minus(const EventEnergy& a, const EventEnergy& b) {
  return {a.internal - b.internal, a.switching - b.switching};
}

}  // namespace

std::vector<ElementScenario> element_scenarios(ElementKind kind) {
  std::vector<ElementScenario> scenarios{
      {"active", 0.0, true, false}, {"half", 0.5, true, false}, {"idle", 0.0, false, false}};
  if (kind == ElementKind::WeightStationary) scenarios.push_back({"loading", 0.0, false, true});
  return scenarios;
}

ElementMeter::ElementMeter(const MappedDesign& design, const EnergyMeter& meter, const CharacteriseOptions& options)
    : design_(design),
      meter_(meter),
      cache_(options.synthesis.cache,
             fmt::format("element {} {} {}", options.transitions, options.seed, design.netlist.library->sha256)) {}

Result<std::vector<Measurement>> ElementMeter::measure(const std::string& name, const ElementTraffic& traffic,
                                                       const Stimulus& stimulus) {
  if (const auto equal = traffic.check(design_.netlist, stimulus); !equal) return forward_error(equal);
  const std::size_t parts = design_.netlist.parts.size();
  const auto key = [&](std::size_t part) { return fmt::format("{} {} {}", design_.key, name, part); };
  std::vector<Measurement> measured;
  for (std::size_t part = 0; part < parts; ++part)
    if (const auto known = cache_.find(key(part))) measured.push_back(*known);
  if (measured.size() == parts) return measured;
  measured.clear();
  const auto energy = meter_.measure_both(stimulus);
  if (!energy) return forward_error(energy);
  for (std::size_t part = 0; part < parts; ++part) {
    const PartEnergy& timed = energy->timed.parts[part];
    measured.push_back({energy->timed.per_transition(timed),
                        energy->zero_delay.per_transition(energy->zero_delay.parts[part]),
                        {},
                        timed.leakage});
    cache_.add(key(part), measured.back());
  }
  return measured;
}

PeEnergy element_prices(ElementKind kind, Encoding encoding, const std::vector<Measurement>& of_scenario) {
  const EventEnergy active = of_scenario[kActive].timed;
  const EventEnergy half = of_scenario[kHalf].timed;
  PeEnergy pe;
  pe.kind = kind;
  pe.encoding = encoding;
  pe.active_mac = rounded(active);
  // A stream with as many gated as active cycles costs their mean; so the changes between both are paid for.
  pe.gated_mac = rounded(minus({half.internal * 2.0, half.switching * 2.0}, active));
  pe.idle_cycle = rounded(of_scenario[kIdle].timed);
  if (kind == ElementKind::WeightStationary)
    pe.weight_load = rounded(minus(of_scenario[kLoading].timed, of_scenario[kIdle].timed));
  pe.leakage = rounded(of_scenario[kActive].leakage);
  return pe;
}

}  // namespace axvp
