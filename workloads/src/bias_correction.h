#pragma once

#include "axvp/workloads/dataset.h"
#include "axvp/workloads/quantise.h"
#include "fusion.h"

namespace axvp::detail {

/// The exact requantisation with every channel's mean in front of the clamp equal to the float network's on the first
/// `images` images, layer by layer, each fed by the corrected ones before it: bias correction (Nagel et al. 2019,
/// arXiv 1906.04721, 4.2) measured instead of derived. The result does not depend on the number of threads.
[[nodiscard]] Result<std::vector<std::vector<Requantisation>>> correct_means(const Network& network,
                                                                             const FusedNetwork& fused,
                                                                             const Quantisation& quantisation,
                                                                             const Dataset& calibration,
                                                                             std::size_t images);

}  // namespace axvp::detail
