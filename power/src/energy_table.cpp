#include "axvp/power/energy_table.h"

#include <algorithm>
#include <cmath>

#include "axvp/common/text.h"

namespace axvp {
namespace {

Picojoules interpolate(const std::vector<SramPoint>& points, Bytes capacity, Picojoules SramPoint::*price) {
  if (points.empty()) return Picojoules{};
  const auto above = std::find_if(points.begin(), points.end(), [&](const auto& p) { return p.capacity >= capacity; });
  if (above == points.end()) return points.back().*price;
  if (above == points.begin() || above->capacity == capacity) return (*above).*price;
  const SramPoint& low = *(above - 1);
  const double share = std::log(static_cast<double>(capacity) / static_cast<double>(low.capacity)) /
                       std::log(static_cast<double>(above->capacity) / static_cast<double>(low.capacity));
  return (low.*price) * std::pow((*above).*price / low.*price, share);
}

}  // namespace

Picojoules MemoryEnergy::sram_read_per_byte(Bytes capacity) const {
  return interpolate(sram, capacity, &SramPoint::read_per_byte);
}

Picojoules MemoryEnergy::sram_write_per_byte(Bytes capacity) const {
  return interpolate(sram, capacity, &SramPoint::write_per_byte);
}

Result<SelectableEnergy> EnergyTable::find(std::string_view selectable) const {
  const auto row = std::find_if(rows.begin(), rows.end(), [&](const auto& r) { return r.selectable == selectable; });
  if (row != rows.end()) return *row;
  std::vector<std::string> known;
  known.reserve(rows.size());
  for (const auto& r : rows) known.push_back(r.selectable);
  return fail("the energy table ({}) has no row for `{}`{}; `axvp power --update` measures it", origin.library,
              selectable, suggestion(selectable, known));
}

std::string_view to_string(ElementKind kind) {
  return kind == ElementKind::WeightStationary ? "weight-stationary" : "output-stationary";
}

Result<PeEnergy> EnergyTable::pe(Encoding encoding, ElementKind kind) const {
  const auto found =
      std::find_if(pes.begin(), pes.end(), [&](const auto& p) { return p.encoding == encoding && p.kind == kind; });
  if (found != pes.end()) return *found;
  return fail("the energy table ({}) has no {} processing element for encoding `{}`; `axvp power --update` measures it",
              origin.library, to_string(kind), to_string(encoding));
}

Result<double> EnergyTable::relative_energy(std::string_view selectable) const {
  const auto row = find(selectable);
  if (!row) return forward_error(row);
  const auto exact = find(row->exact_reference);
  if (!exact) return forward_error(exact);
  return row->per_mac.total() / exact->per_mac.total();
}

Picojoules leakage_per_cycle(Nanowatts leakage, double clock_mhz) {
  return Picojoules{leakage.value * 1e-3 / clock_mhz};  // nW / MHz = 1e-15 J = 1e-3 pJ
}

}  // namespace axvp
