#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "axvp/common/progress.h"
#include "axvp/multipliers/truth_table.h"
#include "axvp/workloads/dataset.h"
#include "axvp/workloads/int8_executor.h"
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
/// points collapse. What the exact network has is found once, for any number of points.
class MomentMatcher {
 public:
  /// `quantisation` must outlive it. Fails for images that do not fit.
  [[nodiscard]] static Result<MomentMatcher> create(const Quantisation& quantisation, const Dataset& images);

  /// `selectable_of_layer` and `tables` by layer. Fails where an accumulator could overflow.
  [[nodiscard]] Result<OperatingPoint> match(const std::string& name,
                                             const std::vector<std::string>& selectable_of_layer,
                                             const std::vector<TruthTable>& tables,
                                             ProgressStyle progress = ProgressStyle::Quiet,
                                             MomentTarget target = MomentTarget::ExactNetwork) const;

 private:
  struct Exact;
  MomentMatcher(const Quantisation& quantisation, std::vector<StoredTensor> images);

  const Quantisation* quantisation_;
  std::vector<StoredTensor> images_;
  std::shared_ptr<const Exact> exact_;
};

/// One point.
[[nodiscard]] Result<OperatingPoint> match_moments(const Quantisation& quantisation, const std::string& name,
                                                   const std::vector<std::string>& selectable_of_layer,
                                                   const std::vector<TruthTable>& tables, const Dataset& images,
                                                   ProgressStyle progress = ProgressStyle::Quiet,
                                                   MomentTarget target = MomentTarget::ExactNetwork);

}  // namespace axvp
