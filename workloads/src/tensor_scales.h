#pragma once

#include <vector>

#include "axvp/workloads/quantise.h"
#include "fusion.h"

namespace axvp::detail {

struct TensorScales {
  std::vector<double> scales;        ///< Indexed by fused tensor.
  std::vector<TensorReport> report;  ///< Likewise; network_snr_db is not known yet.
  std::vector<std::string> remarks;  ///< Of the network, and why a scale that it gives is not kept.
};

/// A scale for every stored tensor, from its channels times `factors` on the calibration images. Errors name the tensor
/// that holds a value that is not finite.
[[nodiscard]] Result<TensorScales> choose_scales(const Network& network, const FusedNetwork& fused,
                                                 const Dataset& calibration, const QuantisationOptions& options,
                                                 const ChannelFactors& factors);

}  // namespace axvp::detail
