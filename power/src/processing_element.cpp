#include "axvp/power/characterise.h"
#include "element_meter.h"
#include "rounding.h"

namespace axvp {
namespace {

constexpr int kSelectWidth = 2;  // the default of the modules

}  // namespace

Result<PeEnergy> characterise_processing_element(Encoding encoding, ElementKind kind, const Synthesiser& synthesiser,
                                                 const CharacteriseOptions& options) {
  const std::string top{element_module(encoding, kind)};
  const auto design = synthesiser.run({top, {options.root / "rtl" / "pe" / (top + ".sv")}, "", {}});
  if (!design) return fail_in("processing element", design);
  const auto meter = EnergyMeter::create(design->netlist);
  if (!meter) return fail_in("processing element", meter);
  const auto exact = Catalogue::built_in().find(Catalogue::exact_id(encoding));
  if (!exact) return forward_error(exact);
  ElementMeter element{*design, *meter, options};
  std::vector<Measurement> measured;
  for (const auto& scenario : element_scenarios(kind)) {
    const ElementTraffic traffic{kind, encoding, exact->table, scenario, options.transitions, options.seed};
    Stimulus stimulus = traffic.stimulus(kSelectWidth, 1);
    traffic.answer_for_pool(stimulus);
    const auto parts = element.measure(scenario.name, traffic, stimulus);
    if (!parts) return forward_error(parts);
    measured.push_back(parts->front());
  }
  if (const auto saved = element.save(); !saved) return forward_error(saved);
  PeEnergy pe = element_prices(kind, encoding, measured);
  pe.area = rounded(design->netlist.area());
  pe.delay = rounded(meter->timing().critical_path);
  pe.rtl_sha256 = design->rtl_sha256;
  return pe;
}

}  // namespace axvp
