#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "axvp/common/provenance.h"
#include "axvp/qos/network_energy.h"

namespace axvp::sim {

/// Tables for the terminal: a row a layer and operating point, then the points' totals and where the figures come from.
[[nodiscard]] std::string power_text(const NetworkEnergy& energy);
/// layers.csv: a row a layer and a total row for each point, every row with its origin; picojoules are exact decimals.
[[nodiscard]] std::string power_csv(const NetworkEnergy& energy);
/// power.json: the same with energies as whole attojoules, and the costs of all selectables where they were asked for.
[[nodiscard]] nlohmann::json power_json(const NetworkEnergy& energy, const Provenance& provenance);

}  // namespace axvp::sim
