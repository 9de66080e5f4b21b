#include "axvp/qos/closed_form_error.h"

#include <array>
#include <cmath>

#include "axvp/multipliers/gated_products.h"
#include "axvp/workloads/exact_network.h"

namespace axvp {
namespace {

/// E1[x] = sum_w e(x, w) p(w), E2[x] = sum_w e(x, w)^2 p(w), by stored byte of the activation.
struct MomentsOfActivation {
  std::array<double, 256> first{}, second{};
};

std::array<double, 256> histogram(const std::int8_t* weights, std::size_t count) {
  std::array<double, 256> fractions{};
  for (std::size_t i = 0; i < count; ++i)
    fractions[static_cast<std::uint8_t>(weights[i])] += 1.0 / static_cast<double>(count);
  return fractions;
}

MomentsOfActivation moments_of(const std::vector<double>& errors, const std::array<double, 256>& weights) {
  MomentsOfActivation m;
  for (std::size_t w = 0; w < 256; ++w) {
    if (weights[w] == 0.0) continue;
    for (std::size_t x = 0; x < 256; ++x) {
      const double e = errors[x * 256 + w];
      m.first[x] += e * weights[w];
      m.second[x] += e * e * weights[w];
    }
  }
  return m;
}

/// Over all fields of `group`.
ClosedFormError over_fields(const ReceptiveFields& fields, std::size_t group, const MomentsOfActivation& m) {
  const auto k = static_cast<double>(fields.fan_in), count = static_cast<double>(fields.count);
  double sum_mu = 0.0, sum_mu_squares = 0.0, sum_v = 0.0;
  for (std::size_t s = 0; s < fields.count; ++s) {
    const std::uint8_t* x = fields.bytes.data() + (s * fields.groups + group) * fields.fan_in;
    double mu = 0.0, squares = 0.0;
    for (std::size_t i = 0; i < fields.fan_in; ++i) {
      mu += m.first[x[i]];
      squares += m.second[x[i]];
    }
    mu /= k;
    sum_mu += mu;
    sum_mu_squares += mu * mu;
    sum_v += squares / k - mu * mu;
  }
  const double mean = sum_mu / count;
  return {k * mean, k * sum_v / count, k * k * (sum_mu_squares / count - mean * mean)};
}

}  // namespace

double ClosedFormError::std() const {
  return std::sqrt(std::max(0.0, noise_variance + field_variance));
}

ClosedFormError closed_form_error(const QuantizedNetwork& network, std::size_t layer, const ReceptiveFields& fields,
                                  const TruthTable& table, WeightHistogram weights) {
  const GatedProducts products{table, network.encoding, fields.is_signed};
  const GatedProducts exact{exact_table(network.encoding), network.encoding, fields.is_signed};
  std::vector<double> errors(256 * 256);
  for (std::size_t i = 0; i < errors.size(); ++i) {
    const auto x = static_cast<std::uint8_t>(i / 256), w = static_cast<std::uint8_t>(i % 256);
    errors[i] = static_cast<double>(products(x, w)) - static_cast<double>(exact(x, w));
  }
  const QuantizedConvolution& convolution = network.layer(layer);
  const auto channels = static_cast<std::size_t>(convolution.output_channels);
  const std::size_t per_group = channels / fields.groups;
  std::vector<ClosedFormError> parts;
  if (weights == WeightHistogram::Layer) {
    const auto m = moments_of(errors, histogram(convolution.weights.data(), convolution.weights.size()));
    for (std::size_t g = 0; g < fields.groups; ++g) parts.push_back(over_fields(fields, g, m));
  } else {
    for (std::size_t c = 0; c < channels; ++c) {
      const std::int8_t* first = convolution.weights.data() + c * fields.fan_in;
      parts.push_back(over_fields(fields, c / per_group, moments_of(errors, histogram(first, fields.fan_in))));
    }
  }
  ClosedFormError mean;
  for (const ClosedFormError& part : parts) {
    const auto count = static_cast<double>(parts.size());
    mean.mean += part.mean / count;
    mean.noise_variance += part.noise_variance / count;
    mean.field_variance += part.field_variance / count;
  }
  return mean;
}

}  // namespace axvp
