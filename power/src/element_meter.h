#pragma once

#include <string>
#include <vector>

#include "axvp/power/characterise.h"
#include "element_traffic.h"
#include "measurement_cache.h"

namespace axvp {

/// Measures the cycles of a mapped processing element, by module (Netlist::parts). Compares the netlist's answers each
/// time; simulates for energy unless that was done before.
class ElementMeter {
 public:
  /// All of them have to live as long as the meter does.
  ElementMeter(const MappedDesign& design, const EnergyMeter& meter, const CharacteriseOptions& options);

  [[nodiscard]] Result<std::vector<Measurement>> measure(const std::string& name, const ElementTraffic& traffic,
                                                         const Stimulus& stimulus);
  [[nodiscard]] Result<void> save() const { return cache_.save(); }

 private:
  const MappedDesign& design_;
  const EnergyMeter& meter_;
  MeasurementCache cache_;
};

/// The scenarios whose figures make a PeEnergy, in this order: every activation counts, half of them are 0, nothing
/// arrives, and where weights stay, they are loaded.
[[nodiscard]] std::vector<ElementScenario> element_scenarios(ElementKind kind);

/// What the scenarios cost, as prices of cycles; area, delay and hash are left out.
[[nodiscard]] PeEnergy element_prices(ElementKind kind, Encoding encoding, const std::vector<Measurement>& of_scenario);

}  // namespace axvp
