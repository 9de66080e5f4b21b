#pragma once

#include "axvp/workloads/quantise.h"
#include "fusion.h"

namespace axvp::detail {

/// Runs the first `images` images through both networks and fills in network_snr_db of `quantisation.report`: over all
/// elements of a tensor, the float values' power divided by the mean square difference.
[[nodiscard]] Result<void> measure_network_noise(const Network& network, const FusedNetwork& fused,
                                                 const Dataset& calibration, std::size_t images,
                                                 Quantisation& quantisation);

}  // namespace axvp::detail
