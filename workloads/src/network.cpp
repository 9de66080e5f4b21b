#include "axvp/workloads/network.h"

#include <algorithm>
#include <cmath>

namespace axvp {
namespace {

Result<Shape> window_shape(const Node& node, const Window& window, const Shape& input, int channels) {
  const Shape shape{channels, window.output_height(input.height), window.output_width(input.width)};
  if (shape.height <= 0 || shape.width <= 0)
    return fail("{}: the {}x{} window does not fit into the {}x{} input", node.name, window.kernel_height,
                window.kernel_width, input.height, input.width);
  return shape;
}

struct ShapeOf {
  const Node& node;
  const std::vector<Shape>& inputs;

  Result<Shape> operator()(const Convolution& c) const {
    const int in = inputs[0].channels;
    if (c.groups < 1 || in % c.groups != 0 || c.output_channels < 1 || c.output_channels % c.groups != 0)
      return fail("{}: {} groups do not divide {} input and {} output channels", node.name, c.groups, in,
                  c.output_channels);
    const std::size_t expected = static_cast<std::size_t>(c.output_channels) * static_cast<std::size_t>(in / c.groups) *
                                 static_cast<std::size_t>(c.window.kernel_height) *
                                 static_cast<std::size_t>(c.window.kernel_width);
    if (c.weights.size() != expected)
      return fail("{}: {} weights, {} expected for {} input channels", node.name, c.weights.size(), expected, in);
    return window_shape(node, c.window, inputs[0], c.output_channels);
  }
  Result<Shape> operator()(const ChannelAffine& a) const {
    const auto channels = static_cast<std::size_t>(inputs[0].channels);
    if (a.scale.size() != channels || a.offset.size() != channels)
      return fail("{}: {} scales and {} offsets for {} channels", node.name, a.scale.size(), a.offset.size(), channels);
    return inputs[0];
  }
  Result<Shape> operator()(const Clamp& /*clamp*/) const { return inputs[0]; }
  Result<Shape> operator()(const Add& /*add*/) const {
    if (inputs[0] != inputs[1])
      return fail("{}: operands of different shapes {}x{}x{} and {}x{}x{}", node.name, inputs[0].channels,
                  inputs[0].height, inputs[0].width, inputs[1].channels, inputs[1].height, inputs[1].width);
    return inputs[0];
  }
  Result<Shape> operator()(const AveragePool& p) const {
    return window_shape(node, p.window, inputs[0], inputs[0].channels);
  }
  Result<Shape> operator()(const MaxPool& p) const {
    return window_shape(node, p.window, inputs[0], inputs[0].channels);
  }
  Result<Shape> operator()(const Resample& r) const {
    const Shape& in = inputs[0];
    if (r.first_row < 0 || r.first_column < 0 || r.first_row >= in.height || r.first_column >= in.width ||
        r.step_height < 1 || r.step_width < 1 || r.channels_before < 0 || r.channels_after < 0)
      return fail("{}: the slice does not lie inside the {}x{} input", node.name, in.height, in.width);
    return Shape{in.channels + r.channels_before + r.channels_after,
                 (in.height - r.first_row + r.step_height - 1) / r.step_height,
                 (in.width - r.first_column + r.step_width - 1) / r.step_width};
  }
};

}  // namespace

Result<Shape> infer_shape(const Node& node, const std::vector<Shape>& inputs) {
  const std::size_t expected = std::holds_alternative<Add>(node.operation) ? 2 : 1;
  if (inputs.size() != expected) return fail("{}: {} inputs, {} expected", node.name, inputs.size(), expected);
  return std::visit(ShapeOf{node, inputs}, node.operation);
}

bool has_given_scales(const Network& network) {
  return std::any_of(network.tensors.begin(), network.tensors.end(),
                     [](const Tensor& t) { return t.scale.has_value(); }) ||
         std::any_of(network.nodes.begin(), network.nodes.end(), [](const Node& node) {
           const auto* convolution = std::get_if<Convolution>(&node.operation);
           return convolution != nullptr && !convolution->weight_scales.empty();
         });
}

ChannelAffine compose(const ChannelAffine& first, const ChannelAffine& second) {
  ChannelAffine both{{}, {}, first.mean, first.deviation};
  for (std::size_t c = 0; c < second.scale.size(); ++c) {
    both.scale.push_back(second.scale[c] * first.scale[c]);
    both.offset.push_back(second.scale[c] * first.offset[c] + second.offset[c]);
  }
  if (!first.mean.empty()) return both;
  for (std::size_t c = 0; c < second.mean.size(); ++c) {
    both.mean.push_back((second.mean[c] - first.offset[c]) / first.scale[c]);
    both.deviation.push_back(second.deviation[c] / std::abs(first.scale[c]));
  }
  return both;
}

std::uint64_t count_macs(const Convolution& convolution, const Shape& input) {
  const auto positions = static_cast<std::uint64_t>(convolution.window.output_height(input.height)) *
                         static_cast<std::uint64_t>(convolution.window.output_width(input.width));
  return positions * convolution.weights.size();
}

}  // namespace axvp
