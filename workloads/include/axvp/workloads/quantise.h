#pragma once

#include <cstddef>
#include <vector>

#include "axvp/workloads/dataset.h"
#include "axvp/workloads/quantized_network.h"

namespace axvp {

struct QuantisationOptions {
  Encoding encoding = Encoding::SignMagnitude;
  double activation_percentile = 99.99;  ///< Of |x| over the calibration images, per tensor; 100 takes the maximum.
  std::size_t calibration_images = 500;
};

/// A quantised network and the requantisation of exact products: one set per layer.
struct Quantisation {
  QuantizedNetwork network;
  std::vector<std::vector<Requantisation>> exact_requantisation;  ///< [layer][channel]
};

/// Post-training int8 quantisation by docs/arithmetic.md: weights symmetric per output channel, activations per tensor,
/// zero point 0, BatchNorm and bias into the requantisation, Relu into the clamp. NaN or infinite weights, and
/// structures the array has no operation for, are errors that name the node.
[[nodiscard]] Result<Quantisation> quantise(const Network& network, const Dataset& calibration,
                                            const QuantisationOptions& options = {});

/// The same with given scales (OperatingPointFile::tensor_scales), without calibration images.
[[nodiscard]] Result<Quantisation> quantise_with_scales(const Network& network,
                                                        const std::vector<double>& tensor_scales, Encoding encoding);

}  // namespace axvp
