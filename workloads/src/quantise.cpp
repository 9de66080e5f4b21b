#include "axvp/workloads/quantise.h"

#include <algorithm>
#include <cmath>

#include "bias_correction.h"
#include "calibration.h"
#include "equalisation.h"
#include "fusion.h"
#include "network_noise.h"
#include "tensor_scales.h"

namespace axvp {
namespace {

using detail::FusedNetwork;
using detail::FusedNode;
using detail::FusedTensor;

constexpr double kLargestWeight = 127.0;

/// Bounds of the stored codes: what the type can hold, and the fused Relu or Clip.
ClampRange code_range(const FusedNode& node, const QuantizedTensor& out, Encoding encoding) {
  const ClampRange full = full_range(out.type, encoding);
  const auto code = [&](double real) {
    return static_cast<std::int32_t>(
        std::clamp(std::floor(real / out.scale + 0.5), static_cast<double>(full.low), static_cast<double>(full.high)));
  };
  // With factors the upper bound lies beyond the codes of all channels or belongs to the smallest factor.
  const auto& factors = out.channel_factors;
  const double least = factors.empty() ? 1.0 : *std::min_element(factors.begin(), factors.end());
  return {code(node.clamp.low), code(node.clamp.high * least)};
}

double factor_of(const QuantizedTensor& tensor, std::size_t channel) {
  return tensor.channel_factors.empty() ? 1.0 : tensor.channel_factors[channel];
}

/// One output channel's weights for stored inputs: divided by the factor of the input channel.
std::vector<double> stored_weights(const float* weights, std::size_t first_input, std::size_t inputs, std::size_t area,
                                   const QuantizedTensor& in) {
  std::vector<double> result;
  result.reserve(inputs * area);
  for (std::size_t i = 0; i < inputs; ++i)
    for (std::size_t tap = 0; tap < area; ++tap)
      result.push_back(double{weights[i * area + tap]} / factor_of(in, first_input + i));
  return result;
}

/// From ONNX's [channel][input][row][column] to [channel][row][column][input], rounded half away from zero.
std::vector<std::int8_t> quantise_channel(const std::vector<double>& weights, std::size_t kernel_area, double scale) {
  std::vector<std::int8_t> codes;
  codes.reserve(weights.size());
  for (std::size_t tap = 0; tap < kernel_area; ++tap)
    for (std::size_t i = tap; i < weights.size(); i += kernel_area)
      codes.push_back(static_cast<std::int8_t>(std::round(weights[i] / scale)));
  return codes;
}

struct Layer {
  QuantizedConvolution convolution;
  std::vector<Requantisation> requantisation;
  std::vector<AccumulatorMoments> trained_moments;
};

Layer quantise_layer(const Convolution& source, const FusedNode& node, const QuantizedTensor& in,
                     const QuantizedTensor& out, Encoding encoding) {
  Layer layer;
  layer.convolution.window = source.window;
  layer.convolution.groups = source.groups;
  layer.convolution.output_channels = source.output_channels;
  layer.convolution.range = code_range(node, out, encoding);
  const auto inputs = static_cast<std::size_t>(in.shape.channels / source.groups);
  const auto kernel_area = static_cast<std::size_t>(source.window.kernel_height * source.window.kernel_width);
  const std::size_t outputs_of_group = static_cast<std::size_t>(source.output_channels / source.groups);
  for (std::size_t c = 0; c < static_cast<std::size_t>(source.output_channels); ++c) {
    const auto weights = stored_weights(source.weights.data() + c * inputs * kernel_area, c / outputs_of_group * inputs,
                                        inputs, kernel_area, in);
    double largest = 0.0;
    for (const double weight : weights) largest = std::max(largest, std::abs(weight));
    const double own_scale = largest > 0.0 ? largest / kLargestWeight : 1.0;
    const double weight_scale = source.weight_scales.empty() ? own_scale : source.weight_scales[c];
    const auto codes = quantise_channel(weights, kernel_area, weight_scale);
    layer.convolution.weights.insert(layer.convolution.weights.end(), codes.begin(), codes.end());
    layer.convolution.weight_scales.push_back(weight_scale);
    // A channel of zero weights has nothing to scale: dead, so that its constant stays exact.
    const double out_step = out.scale / factor_of(out, c);
    const double scale = largest > 0.0 ? in.scale * weight_scale * node.affine.scale[c] / out_step : 0.0;
    layer.requantisation.push_back(make_requantisation(scale, node.affine.offset[c] / out_step));
    const double step = in.scale * weight_scale;
    if (!node.affine.mean.empty())
      layer.trained_moments.push_back({node.affine.mean[c] / step, node.affine.deviation[c] / step});
  }
  return layer;
}

/// Elements that every window of the pool counts.
int pool_divisor(const AveragePool& pool) {
  return pool.window.kernel_height * pool.window.kernel_width;
}

QuantizedOperation quantise_operation(const Operation& source, const FusedNode& node,
                                      const std::vector<QuantizedTensor>& tensors, Encoding encoding) {
  const QuantizedTensor& in = tensors[node.inputs[0]];
  const QuantizedTensor& out = tensors[node.output];
  if (std::holds_alternative<Add>(source))
    return QuantizedAdd{make_add_scaling(in.scale / out.scale, tensors[node.inputs[1]].scale / out.scale),
                        code_range(node, out, encoding)};
  if (const auto* pool = std::get_if<AveragePool>(&source))
    return QuantizedAveragePool{pool->window, make_pool_scaling(in.scale / out.scale / pool_divisor(*pool)),
                                code_range(node, out, encoding)};
  if (const auto* pool = std::get_if<MaxPool>(&source)) return QuantizedMaxPool{pool->window};
  return std::get<Resample>(source);
}

Quantisation assemble(const Network& network, const FusedNetwork& fused, const std::vector<double>& scales,
                      const ChannelFactors& factors, Encoding encoding) {
  Quantisation result;
  QuantizedNetwork& quantised = result.network;
  quantised.name = network.name;
  quantised.encoding = encoding;
  quantised.input = fused.input;
  quantised.output = fused.output;
  quantised.preprocessing = network.preprocessing;
  for (std::size_t t = 0; t < fused.tensors.size(); ++t)
    quantised.tensors.push_back(
        {fused.tensors[t].name, fused.tensors[t].shape, fused.tensors[t].type, scales[t], factors[t]});
  for (const FusedNode& node : fused.nodes) {
    const Operation& source = network.nodes[node.source].operation;
    QuantizedNode quantised_node{node.name, {}, node.inputs, node.output};
    if (const auto* convolution = std::get_if<Convolution>(&source)) {
      Layer layer = quantise_layer(*convolution, node, quantised.tensors[node.inputs[0]],
                                   quantised.tensors[node.output], encoding);
      quantised_node.operation = std::move(layer.convolution);
      result.exact_requantisation.push_back(std::move(layer.requantisation));
      result.trained_moments.push_back(std::move(layer.trained_moments));
    } else {
      quantised_node.operation = quantise_operation(source, node, quantised.tensors, encoding);
    }
    quantised.nodes.push_back(std::move(quantised_node));
  }
  return result;
}

}  // namespace

std::string_view to_string(RangeSource source) {
  switch (source) {
    case RangeSource::Maximum:
      return "maximum";
    case RangeSource::Percentile:
      return "percentile";
    case RangeSource::MeanSquare:
      return "mean square";
    case RangeSource::Pixels:
      return "pixels";
    case RangeSource::Kept:
      return "kept";
    case RangeSource::Margin:
      return "margin";
    case RangeSource::Model:
      break;
  }
  return "model";
}

Result<Quantisation> quantise(const Network& network, const Dataset& calibration, const QuantisationOptions& options) {
  const auto fused = detail::fuse(network);
  if (!fused) return forward_error(fused);
  if (const auto fits = check_images(calibration, network.tensors[network.input].shape); !fits)
    return forward_error(fits);
  if (options.calibration_images == 0 ||
      !(options.activation_percentile > 0.0 && options.activation_percentile <= 100.0))
    return fail("quantise: percentile {} of {} calibration images, expected one in (0, 100] of at least one image",
                options.activation_percentile, options.calibration_images);
  ChannelFactors factors(fused->tensors.size());
  if (options.equalise && !has_given_scales(network)) {
    const std::size_t images = std::min(options.calibration_images, calibration.images.size());
    factors = detail::equalise(network, *fused, detail::measure_ranges(network, *fused, calibration, images));
  }
  auto scales = detail::choose_scales(network, *fused, calibration, options, factors);
  if (!scales) return forward_error(scales);
  Quantisation result = assemble(network, *fused, scales->scales, factors, options.encoding);
  result.report = std::move(scales->report);
  result.remarks = std::move(scales->remarks);
  if (options.correction_images > 0) {
    const std::size_t images = std::min(options.correction_images, calibration.images.size());
    auto corrected = detail::correct_means(network, *fused, result, calibration, images);
    if (!corrected) return forward_error(corrected);
    result.exact_requantisation = std::move(*corrected);
  }
  if (const auto measured = detail::measure_network_noise(network, *fused, calibration, options.report_images, result);
      !measured)
    return forward_error(measured);
  return result;
}

Result<Quantisation> quantise_with_scales(const Network& network, const std::vector<double>& tensor_scales,
                                          Encoding encoding, const ChannelFactors& channel_factors) {
  const auto fused = detail::fuse(network);
  if (!fused) return forward_error(fused);
  if (tensor_scales.size() != fused->tensors.size())
    return fail("{}: {} tensor scales for {} stored tensors; were they made for this network?", network.name,
                tensor_scales.size(), fused->tensors.size());
  for (std::size_t t = 0; t < tensor_scales.size(); ++t) {
    const FusedTensor& tensor = fused->tensors[t];
    if (!std::isfinite(tensor_scales[t]) || tensor_scales[t] <= 0.0)
      return fail("{}: tensor `{}`: scale {}, expected a finite number > 0", network.name, tensor.name,
                  tensor_scales[t]);
    if (tensor.scale_of && tensor_scales[t] != tensor_scales[*tensor.scale_of])
      return fail("{}: tensor `{}`: scale {}, expected {}, that of `{}` whose codes it keeps", network.name,
                  tensor.name, tensor_scales[t], tensor_scales[*tensor.scale_of],
                  fused->tensors[*tensor.scale_of].name);
  }
  if (channel_factors.empty())
    return assemble(network, *fused, tensor_scales, ChannelFactors(fused->tensors.size()), encoding);
  if (const auto fits = detail::check_factors(network, *fused, channel_factors); !fits) return forward_error(fits);
  return assemble(network, *fused, tensor_scales, channel_factors, encoding);
}

}  // namespace axvp
