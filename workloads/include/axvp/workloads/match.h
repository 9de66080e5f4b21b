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

/// What the accumulators of approximate products are brought to.
enum class MomentTarget {
  ExactNetwork,  ///< What the exact int8 network has on the same images: the identity for exact products.
  /// What each BatchNormalization was trained with: its statistics are taken anew from these images, as the QoS-Nets
  /// code (arXiv 2410.07762) does it. Changes exact products, too, where the images differ from the training's; layers
  /// without BatchNormalization are brought to the exact network.
  Training,
};

/// Requantisation for approximate products: layer by layer and per channel, the accumulators get the target's mean and
/// standard deviation on the images, each layer fed by the already matched ones before it. Without it approximate
/// points collapse.
[[nodiscard]] Result<OperatingPoint> match_moments(const Quantisation& quantisation, const std::string& name,
                                                   const std::vector<std::string>& selectable_of_layer,
                                                   const std::vector<TruthTable>& tables, const Dataset& images,
                                                   ProgressStyle progress = ProgressStyle::Quiet,
                                                   MomentTarget target = MomentTarget::ExactNetwork);

}  // namespace axvp
