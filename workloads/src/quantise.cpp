#include "axvp/workloads/quantise.h"

#include <algorithm>
#include <cmath>

#include "calibration.h"
#include "fusion.h"

namespace axvp {
namespace {

using detail::FusedNetwork;
using detail::FusedNode;
using detail::FusedTensor;

constexpr double kLargestWeight = 127.0;
/// The classifier's step stays below 1/1024 of the median margin: a quarter of that at most, so that the margin of the
/// quantised network, which differs a little, meets the bound too.
constexpr double kStepsPerMedianMargin = 4096.0;
constexpr double kStepsPerLargestLogit = 32768.0;

/// Code of the largest real value that a tensor can hold.
double largest_code(ElementType type, Encoding encoding) {
  return full_range(type, encoding).high;
}

/// Largest magnitude of a preprocessed pixel: known exactly, without images.
std::optional<double> largest_input(const Preprocessing& p) {
  double largest = 0.0;
  for (std::size_t c = 0; c < p.mean.size(); ++c)
    for (const double value : {0.0, 255.0})
      largest = std::max(largest, std::abs((value / p.divisor - p.mean[c]) / p.deviation[c]));
  return largest;
}

/// A power of two: the same on every machine although float logits differ in their last bits.
double power_of_two_below(double value) {
  return std::exp2(std::floor(std::log2(value)));
}

Result<double> logit_scale(const Network& network, const detail::ActivationStatistics& statistics,
                           const FusedNetwork& fused) {
  const auto largest = statistics.magnitudes[fused.output].percentile(100.0);
  if (!largest) return fail("{}: a logit is not finite", network.name);
  if (statistics.median_margin > 0.0) return power_of_two_below(statistics.median_margin / kStepsPerMedianMargin);
  return *largest > 0.0 ? power_of_two_below(*largest / kStepsPerLargestLogit) : 1.0;
}

/// The percentile, or the maximum of a tensor that is nearly always 0.
std::optional<double> largest_to_keep(const detail::MagnitudeHistogram& magnitudes, double percentile) {
  const auto kept = magnitudes.percentile(percentile);
  return kept && *kept == 0.0 ? magnitudes.percentile(100.0) : kept;
}

Result<std::vector<double>> calibrate(const Network& network, const FusedNetwork& fused, const Dataset& calibration,
                                      const QuantisationOptions& options) {
  const std::size_t images = std::min(options.calibration_images, calibration.images.size());
  const auto statistics = detail::measure_activations(network, fused, calibration, images);
  std::vector<double> scales;
  for (std::size_t t = 0; t < fused.tensors.size(); ++t) {
    const FusedTensor& tensor = fused.tensors[t];
    if (tensor.scale_of) {
      scales.push_back(scales[*tensor.scale_of]);
    } else if (t == fused.output) {
      const auto scale = logit_scale(network, statistics, fused);
      if (!scale) return forward_error(scale);
      scales.push_back(*scale);
    } else {
      const auto largest = t == fused.input ? largest_input(network.preprocessing)
                                            : largest_to_keep(statistics.magnitudes[t], options.activation_percentile);
      if (!largest) return fail("{}: tensor `{}` holds a value that is not finite", network.name, tensor.name);
      scales.push_back(*largest > 0.0 ? *largest / largest_code(tensor.type, options.encoding) : 1.0);
    }
  }
  return scales;
}

/// Bounds of the stored codes: what the type can hold, and the fused Relu or Clip.
ClampRange code_range(const FusedNode& node, const QuantizedTensor& out, Encoding encoding) {
  const ClampRange full = full_range(out.type, encoding);
  const auto code = [&](double real) {
    return static_cast<std::int32_t>(
        std::clamp(std::floor(real / out.scale + 0.5), static_cast<double>(full.low), static_cast<double>(full.high)));
  };
  return {code(node.clamp.low), code(node.clamp.high)};
}

/// From ONNX's [channel][input][row][column] to [channel][row][column][input], rounded half away from zero.
std::vector<std::int8_t> quantise_channel(const float* weights, int inputs, int kernel_area, double scale) {
  std::vector<std::int8_t> codes;
  codes.reserve(static_cast<std::size_t>(inputs) * static_cast<std::size_t>(kernel_area));
  for (int tap = 0; tap < kernel_area; ++tap)
    for (int input = 0; input < inputs; ++input)
      codes.push_back(
          static_cast<std::int8_t>(std::round(static_cast<double>(weights[input * kernel_area + tap]) / scale)));
  return codes;
}

struct Layer {
  QuantizedConvolution convolution;
  std::vector<Requantisation> requantisation;
};

Layer quantise_layer(const Convolution& source, const FusedNode& node, const QuantizedTensor& in,
                     const QuantizedTensor& out, Encoding encoding) {
  Layer layer;
  layer.convolution.window = source.window;
  layer.convolution.groups = source.groups;
  layer.convolution.output_channels = source.output_channels;
  layer.convolution.range = code_range(node, out, encoding);
  const int inputs = in.shape.channels / source.groups;
  const int kernel_area = source.window.kernel_height * source.window.kernel_width;
  const auto fan_in = static_cast<std::size_t>(inputs) * static_cast<std::size_t>(kernel_area);
  for (std::size_t c = 0; c < static_cast<std::size_t>(source.output_channels); ++c) {
    const float* weights = source.weights.data() + c * fan_in;
    double largest = 0.0;
    for (std::size_t k = 0; k < fan_in; ++k) largest = std::max(largest, std::abs(static_cast<double>(weights[k])));
    const double weight_scale = largest > 0.0 ? largest / kLargestWeight : 1.0;
    const auto codes = quantise_channel(weights, inputs, kernel_area, weight_scale);
    layer.convolution.weights.insert(layer.convolution.weights.end(), codes.begin(), codes.end());
    layer.convolution.weight_scales.push_back(weight_scale);
    // A channel of zero weights has nothing to scale: dead, so that its constant stays exact.
    const double scale = largest > 0.0 ? in.scale * weight_scale * node.scale[c] / out.scale : 0.0;
    layer.requantisation.push_back(make_requantisation(scale, node.offset[c] / out.scale));
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
                      Encoding encoding) {
  Quantisation result;
  QuantizedNetwork& quantised = result.network;
  quantised.name = network.name;
  quantised.encoding = encoding;
  quantised.input = fused.input;
  quantised.output = fused.output;
  quantised.preprocessing = network.preprocessing;
  for (std::size_t t = 0; t < fused.tensors.size(); ++t)
    quantised.tensors.push_back({fused.tensors[t].name, fused.tensors[t].shape, fused.tensors[t].type, scales[t]});
  for (const FusedNode& node : fused.nodes) {
    const Operation& source = network.nodes[node.source].operation;
    QuantizedNode quantised_node{node.name, {}, node.inputs, node.output};
    if (const auto* convolution = std::get_if<Convolution>(&source)) {
      Layer layer = quantise_layer(*convolution, node, quantised.tensors[node.inputs[0]],
                                   quantised.tensors[node.output], encoding);
      quantised_node.operation = std::move(layer.convolution);
      result.exact_requantisation.push_back(std::move(layer.requantisation));
    } else {
      quantised_node.operation = quantise_operation(source, node, quantised.tensors, encoding);
    }
    quantised.nodes.push_back(std::move(quantised_node));
  }
  return result;
}

}  // namespace

Result<Quantisation> quantise(const Network& network, const Dataset& calibration, const QuantisationOptions& options) {
  const auto fused = detail::fuse(network);
  if (!fused) return forward_error(fused);
  if (const auto fits = check_images(calibration, network.tensors[network.input].shape); !fits)
    return forward_error(fits);
  if (options.calibration_images == 0 ||
      !(options.activation_percentile > 0.0 && options.activation_percentile <= 100.0))
    return fail("quantise: percentile {} of {} calibration images, expected one in (0, 100] of at least one image",
                options.activation_percentile, options.calibration_images);
  const auto scales = calibrate(network, *fused, calibration, options);
  if (!scales) return forward_error(scales);
  return assemble(network, *fused, *scales, options.encoding);
}

Result<Quantisation> quantise_with_scales(const Network& network, const std::vector<double>& tensor_scales,
                                          Encoding encoding) {
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
  return assemble(network, *fused, tensor_scales, encoding);
}

}  // namespace axvp
