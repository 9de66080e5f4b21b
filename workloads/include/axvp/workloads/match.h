#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "axvp/common/progress.h"
#include "axvp/multipliers/truth_table.h"
#include "axvp/workloads/dataset.h"
#include "axvp/workloads/operating_point.h"
#include "axvp/workloads/quantise.h"

namespace axvp {

/// Requantisation for approximate products: layer by layer and per channel, the accumulators get the mean and the
/// standard deviation that the exact int8 network has on the same images, each layer fed by the already matched ones
/// before it. The identity for exact products. Without it approximate points collapse.
[[nodiscard]] Result<OperatingPoint> match_moments(const Quantisation& quantisation, const std::string& name,
                                                   const std::vector<std::string>& selectable_of_layer,
                                                   const std::vector<TruthTable>& tables, const Dataset& images,
                                                   ProgressStyle progress = ProgressStyle::Quiet);

}  // namespace axvp
