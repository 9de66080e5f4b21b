#pragma once

#include "axvp/multipliers/truth_table.h"
#include "axvp/qos/receptive_fields.h"
#include "axvp/workloads/quantized_network.h"

namespace axvp {

/// Which weights the closed form takes together.
enum class WeightHistogram {
  Layer,    ///< One for the whole layer, as the papers do.
  Channel,  ///< One for each output channel.
};

/// Errors of an accumulator by probability, without running a field: the K products of a field take independent errors,
/// activations as the field has them, weights from a histogram (AGN, arXiv 2208.07265, equations 15 and 16; QoS-Nets,
/// arXiv 2410.07762). Errors are those of gated products of stored bytes, so operand codings rotate nothing.
struct ClosedFormError {
  double mean = 0.0;            ///< K E_s[mu_s], over all channels.
  double noise_variance = 0.0;  ///< K E_s[v_s]: of the products within a field.
  double field_variance = 0.0;  ///< K^2 Var_s[mu_s], of each channel where there is a histogram of each.

  /// sigma_pred^2 = K E_s[v_s] + K^2 Var_s[mu_s].
  [[nodiscard]] double std() const;
};

/// For one layer of `network` and the truth table of a selectable.
[[nodiscard]] ClosedFormError closed_form_error(const QuantizedNetwork& network, std::size_t layer,
                                                const ReceptiveFields& fields, const TruthTable& table,
                                                WeightHistogram histogram);

}  // namespace axvp
