#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "axvp/workloads/dataset.h"
#include "axvp/workloads/operating_point.h"
#include "axvp/workloads/quantized_network.h"

namespace axvp {

/// How the largest |activation| that a tensor keeps is found on the calibration images.
enum class RangeRule {
  Maximum,
  Percentile,
  MeanSquare,  ///< Least mean square error of rounding and clipping, over the maximum times 2^(-k/8).
  Best,        ///< Per tensor the one of these with the least mean square error.
};

struct QuantisationOptions {
  Encoding encoding = Encoding::SignMagnitude;
  double activation_percentile = 99.99;  ///< Of |x| over the calibration images, per tensor.
  std::size_t calibration_images = 500;
  /// Cross-layer range equalisation: channels of a tensor are stored larger or smaller, and the weights behind take it
  /// up (QuantizedTensor::channel_factors). Depthwise layers lose most of their rounding error by it. Networks that
  /// come with scales keep those and are not equalised.
  bool equalise = true;
  /// Bias correction: each channel gets the mean that it has in the float network on so many calibration images; 0 for
  /// none.
  std::size_t correction_images = 128;
  /// Best has the least error with exact products; a narrow range gives larger codes, which approximate products need.
  RangeRule range = RangeRule::Percentile;
  std::size_t report_images = 16;  ///< Calibration images that TensorReport::network_snr_db is measured on; 0 for none.
};

/// Where a tensor's range came from.
enum class RangeSource {
  Maximum,
  Percentile,
  MeanSquare,
  Pixels,  ///< The preprocessing's extreme values.
  Kept,    ///< Codes of an earlier tensor.
  Margin,  ///< The classifier's step, from the median margin.
  Model,   ///< The scale that the model came with.
};
[[nodiscard]] std::string_view to_string(RangeSource source);

/// How one stored tensor was quantised and what that costs.
struct TensorReport {
  std::string name;
  RangeSource source = RangeSource::Maximum;
  double largest_kept = 0.0;   ///< In units of the float network times the channel factors.
  double factor_spread = 1.0;  ///< Largest channel factor over the smallest; 1 where the tensor is not equalised.
  /// Signal to noise of rounding and clipping this tensor alone, estimated from the histogram of its values.
  double rounding_snr_db = 0.0;
  /// Signal to noise of the int8 network's tensor against the float network's, all layers before it included.
  double network_snr_db = 0.0;
};

/// Of one channel's accumulator, in its steps.
struct AccumulatorMoments {
  double mean = 0.0, deviation = 0.0;
};

/// A quantised network and the requantisation of exact products: one set per layer.
struct Quantisation {
  QuantizedNetwork network;
  std::vector<std::vector<Requantisation>> exact_requantisation;
  /// [layer][channel]: what the BatchNormalization behind it was trained with; a layer without one has none.
  std::vector<std::vector<AccumulatorMoments>> trained_moments;
  std::vector<TensorReport> report;  ///< Indexed by TensorId; empty where scales were given.
  /// Scales of a quantised model that could not be kept: the import's remarks and what this encoding cannot hold.
  std::vector<std::string> remarks;
};

/// Makes the int8 network by docs/arithmetic.md; the calibration images go through the float network. Deterministic:
/// the same images give the same integers on any number of threads. Errors name the node that cannot be quantised, or
/// the layer whose numbers are not finite.
[[nodiscard]] Result<Quantisation> quantise(const Network& network, const Dataset& calibration,
                                            const QuantisationOptions& options = {});

/// [tensor][channel], see QuantizedTensor::channel_factors; empty: no tensor has any.
using ChannelFactors = std::vector<std::vector<double>>;

/// The same with given scales and factors (those of an OperatingPointFile), without calibration images; the exact
/// requantisation has no bias correction.
[[nodiscard]] Result<Quantisation> quantise_with_scales(const Network& network,
                                                        const std::vector<double>& tensor_scales, Encoding encoding,
                                                        const ChannelFactors& channel_factors = {});

}  // namespace axvp
