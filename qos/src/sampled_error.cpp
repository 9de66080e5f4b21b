#include "axvp/qos/sampled_error.h"

#include <cmath>

#include "axvp/workloads/exact_network.h"
#include "axvp/workloads/product_plan.h"

namespace axvp {
namespace {

constexpr std::size_t kImagesAtATime = 16;

KernelScratch& thread_scratch() {
  thread_local KernelScratch scratch;
  return scratch;
}

}  // namespace

SampledErrors::SampledErrors(const Quantisation& quantisation, std::vector<ReceptiveFields> fields)
    : quantisation_(quantisation), fields_(std::move(fields)) {
  const TruthTable exact = exact_table(quantisation.network.encoding);
  for (std::size_t l = 0; l < fields_.size(); ++l) {
    steps_.push_back(accumulator_steps(quantisation, l));
    exact_sums_.push_back(sums(l, exact));
    ErrorMoments moments{steps_[l].size()};
    moments.add(exact_sums_[l].data(), exact_sums_[l].data(), fields_[l].count);
    double variance = 0.0;
    for (std::size_t c = 0; c < steps_[l].size(); ++c)
      variance += steps_[l][c] * steps_[l][c] * moments.channels()[c].exact_variance();
    signal_variance_.push_back(variance / static_cast<double>(steps_[l].size()));
  }
}

std::vector<std::int32_t> SampledErrors::sums(std::size_t layer, const TruthTable& table) const {
  const ReceptiveFields& fields = fields_[layer];
  const QuantizedConvolution& convolution = quantisation_.network.layer(layer);
  ConvolutionKernel::Description description;
  description.input = {static_cast<int>(fields.groups * fields.fan_in), 1, static_cast<int>(fields.count)};
  description.channels_of_group = convolution.output_channels / convolution.groups;
  description.groups = convolution.groups;
  description.group_inputs = static_cast<int>(fields.fan_in);
  description.weights = convolution.weights.data();
  const auto plan = ProductPlan::of(table, quantisation_.network.encoding, fields.is_signed);
  const ConvolutionKernel kernel{description, plan, default_kernel_tier()};
  std::vector<std::int32_t> sums(fields.count * static_cast<std::size_t>(convolution.output_channels));
  const std::uint8_t* bytes = fields.bytes.data();
  kernel.accumulate(&bytes, 1, sums.data(), thread_scratch());
  return sums;
}

ErrorMoments SampledErrors::moments(std::size_t layer, const TruthTable& table) const {
  ErrorMoments moments{steps_[layer].size()};
  const auto approximate = sums(layer, table);
  moments.add(exact_sums_[layer].data(), approximate.data(), fields_[layer].count);
  return moments;
}

LayerError SampledErrors::predict(std::size_t layer, const TruthTable& table) const {
  return moments(layer, table).summary(steps_[layer]);
}

std::vector<Requantisation> SampledErrors::matched(std::size_t layer, const TruthTable& table) const {
  const ErrorMoments of_layer = moments(layer, table);
  std::vector<Requantisation> set;
  for (const Requantisation& exact : quantisation_.exact_requantisation[layer]) {
    const auto& m = of_layer.channels()[set.size()];
    const RealAffine real = to_real(exact);
    const double variance = m.approximate_variance();
    const double scale = variance > 0.0 ? real.scale * std::sqrt(m.exact_variance() / variance) : real.scale;
    const bool stays = exact.multiplier == 0 || (m.error_variance() == 0.0 && m.error == 0.0);
    set.push_back(stays ? exact
                        : make_requantisation(scale, real.offset + real.scale * m.exact_mean() -
                                                         scale * (m.exact_mean() + m.error_mean())));
  }
  return set;
}

LayerError measure_error(const Quantisation& quantisation, std::size_t layer,
                         const std::vector<const std::uint8_t*>& inputs, const TruthTable& table) {
  const QuantizedNetwork& network = quantisation.network;
  const QuantizedNode& node = network.nodes[network.layers()[layer]];
  const QuantizedTensor& in = network.tensors[node.inputs[0]];
  const auto& convolution = network.layer(layer);
  const bool is_signed = in.type == ElementType::Signed8;
  const ConvolutionKernel exact{convolution, in.shape,
                                ProductPlan::of(exact_table(network.encoding), network.encoding, is_signed)};
  const ConvolutionKernel approximate{convolution, in.shape, ProductPlan::of(table, network.encoding, is_signed)};
  const std::size_t outputs = network.tensors[node.output].shape.size();
  const auto channels = static_cast<std::size_t>(convolution.output_channels);
  std::vector<std::int32_t> exact_sums(outputs * kImagesAtATime), sums(outputs * kImagesAtATime);
  ErrorMoments moments{channels};
  for (std::size_t i = 0; i < inputs.size(); i += kImagesAtATime) {
    const std::size_t count = std::min(kImagesAtATime, inputs.size() - i);
    exact.accumulate(inputs.data() + i, count, exact_sums.data(), thread_scratch());
    approximate.accumulate(inputs.data() + i, count, sums.data(), thread_scratch());
    moments.add(exact_sums.data(), sums.data(), outputs / channels * count);
  }
  return moments.summary(accumulator_steps(quantisation, layer));
}

}  // namespace axvp
