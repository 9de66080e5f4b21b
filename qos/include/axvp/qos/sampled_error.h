#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "axvp/multipliers/truth_table.h"
#include "axvp/qos/layer_error.h"
#include "axvp/qos/receptive_fields.h"
#include "axvp/workloads/quantise.h"

namespace axvp {

/// Predicts errors from receptive fields that were drawn, with the layer's real weights and all its channels: the
/// fields are run through the fast kernels as a 1x1 convolution. Immutable; the quantisation must outlive it.
class SampledErrors {
 public:
  SampledErrors(const Quantisation& quantisation, std::vector<ReceptiveFields> fields);

  [[nodiscard]] std::size_t layers() const { return fields_.size(); }
  [[nodiscard]] const ReceptiveFields& fields(std::size_t layer) const { return fields_[layer]; }
  [[nodiscard]] LayerError predict(std::size_t layer, const TruthTable& table) const;
  /// Of the layer's fields, for `match` of this layer alone.
  [[nodiscard]] ErrorMoments moments(std::size_t layer, const TruthTable& table) const;
  /// Requantisation by which the layer alone, fed by exact ones, gets the exact mean and deviation back.
  [[nodiscard]] std::vector<Requantisation> matched(std::size_t layer, const TruthTable& table) const;
  /// Mean square over channels of the exact output's deviation within a channel, in units of the layer's output; and
  /// the mean square of the channels' steps: what makes noise of the accumulator relative.
  [[nodiscard]] double signal_variance(std::size_t layer) const { return signal_variance_[layer]; }
  [[nodiscard]] const std::vector<double>& steps(std::size_t layer) const { return steps_[layer]; }

 private:
  [[nodiscard]] std::vector<std::int32_t> sums(std::size_t layer, const TruthTable& table) const;

  const Quantisation& quantisation_;
  std::vector<ReceptiveFields> fields_;
  std::vector<std::vector<double>> steps_;             // [layer][channel]
  std::vector<std::vector<std::int32_t>> exact_sums_;  // [layer][field][channel]
  std::vector<double> signal_variance_;
};

/// Measured ground truth: exact and approximate sums of one layer over every position of `inputs` (its stored input
/// tensors), both fed by the same exact operands.
[[nodiscard]] LayerError measure_error(const Quantisation& quantisation, std::size_t layer,
                                       const std::vector<const std::uint8_t*>& inputs, const TruthTable& table);

}  // namespace axvp
