#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "axvp/accel/events.h"
#include "axvp/accel/platform_config.h"
#include "axvp/explore/network_shapes.h"

namespace axvp {

/// Largest share by which `latency` of a network may differ from the platform's cycles at level lt: what
/// docs/explore.md measures and `axvp explore --confirm lt` checks.
inline constexpr double kLatencyBound = 0.10;

/// Shares of a layer's multiplications, padding apart, that are gated: their activation is 0, or else their weight is.
struct ZeroShares {
  double activation = 0.0;
  double weight = 0.0;
};

/// Multiplications of an image, the same on any hardware.
struct Multiplications {
  std::vector<double> executed;          ///< By convolution, in the order of execution.
  std::array<double, kEvents> events{};  ///< Gated ones.
};
/// `zeros` by operation of the network.
[[nodiscard]] Multiplications multiplications_of(const ExploredNetwork& network, const std::vector<ZeroShares>& zeros);

/// What the hardware makes of one inference (a batch of images) of a network, or of one operation of it, without
/// simulation.
struct AnalyticEstimate {
  Cycles array_cycles = 0;               ///< Exactly the platform's.
  Cycles latency = 0;                    ///< Estimate, within kLatencyBound of a network's.
  std::array<double, kEvents> events{};  ///< All but multiplications, exact but for the cycles.

  AnalyticEstimate& operator+=(const AnalyticEstimate& other);
};

/// Tiles the operation as `compile` does and applies closed forms to the tiling. Errors: an operation whose smallest
/// tile does not fit the scratchpads.
[[nodiscard]] Result<AnalyticEstimate> estimate(const ExploredOperation& operation, const PlatformConfig& config);
/// Sum over the operations; equal shapes are estimated once.
[[nodiscard]] Result<AnalyticEstimate> estimate(const ExploredNetwork& network, const PlatformConfig& config);

/// Energy of an inference of `images` whose convolution i multiplies in selectable `selectors[i]` of `prices`; a single
/// one serves all.
[[nodiscard]] Picojoules energy_of(const AnalyticEstimate& estimate, const Multiplications& multiplications,
                                   double images, const EventPrices& prices, const std::vector<std::size_t>& selectors);

}  // namespace axvp
