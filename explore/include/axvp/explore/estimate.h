#pragma once

#include <cstdint>

#include "axvp/accel/dataflow.h"
#include "axvp/accel/events.h"
#include "axvp/accel/platform_config.h"
#include "axvp/explore/network_shapes.h"

namespace axvp {

/// Largest share by which `latency` of a network may differ from the platform's cycles at level lt: what
/// docs/explore.md measures and `axvp explore --confirm lt` checks.
inline constexpr double kLatencyBound = 0.10;

/// One inference of a network, or one operation of it, without simulation.
struct AnalyticEstimate {
  Cycles array_cycles = 0;  ///< Weight-stationary: exactly the platform's.
  Cycles latency = 0;       ///< Estimate, within kLatencyBound of a network's.
  double executed_macs = 0.0;
  std::array<double, kEvents> events{};  ///< Weight-stationary: exact but for the shares of zeros and the cycles.

  AnalyticEstimate& operator+=(const AnalyticEstimate& other);
};

/// Tiles the operation as `compile` does and applies closed forms to the tiling. Dataflows other than weight-stationary
/// have the array cycles of their closed form; their latency is the longest of array, DRAM and vector unit. Errors: an
/// operation whose smallest tile does not fit the scratchpads.
[[nodiscard]] Result<AnalyticEstimate> estimate(const ExploredOperation& operation, const PlatformConfig& config,
                                                Dataflow dataflow);
/// Sum over the operations; equal shapes are estimated once.
[[nodiscard]] Result<AnalyticEstimate> estimate(const ExploredNetwork& network, const PlatformConfig& config,
                                                Dataflow dataflow);

/// Energy of an estimate whose multiplications run in selectable `selectable` of `prices`.
[[nodiscard]] Picojoules energy_of(const AnalyticEstimate& estimate, const EventPrices& prices, std::size_t selectable);

}  // namespace axvp
