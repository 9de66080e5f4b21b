#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "axvp/common/result.h"

namespace axvp {

/// One image's tensor, without the batch: rank 3; a vector of n values is n x 1 x 1.
struct Shape {
  int channels = 0;
  int height = 0;
  int width = 0;

  [[nodiscard]] std::size_t size() const {
    return static_cast<std::size_t>(channels) * static_cast<std::size_t>(height) * static_cast<std::size_t>(width);
  }
  friend bool operator==(const Shape& a, const Shape& b) {
    return a.channels == b.channels && a.height == b.height && a.width == b.width;
  }
  friend bool operator!=(const Shape& a, const Shape& b) { return !(a == b); }
};

/// Sliding window of convolutions and pools, in ONNX's terms.
struct Window {
  int kernel_height = 1, kernel_width = 1;
  int stride_height = 1, stride_width = 1;
  int dilation_height = 1, dilation_width = 1;
  int pad_top = 0, pad_left = 0, pad_bottom = 0, pad_right = 0;

  /// Output rows and columns for an input of `height` x `width` (rounded down); 0 if the window does not fit.
  [[nodiscard]] int output_height(int height) const {
    const int span = height + pad_top + pad_bottom - dilation_height * (kernel_height - 1) - 1;
    return span < 0 ? 0 : span / stride_height + 1;
  }
  [[nodiscard]] int output_width(int width) const {
    const int span = width + pad_left + pad_right - dilation_width * (kernel_width - 1) - 1;
    return span < 0 ? 0 : span / stride_width + 1;
  }
};

/// Convolution without bias (a bias arrives as a ChannelAffine). A Gemm is a convolution whose kernel covers the map.
struct Convolution {
  Window window;
  int groups = 1;
  int output_channels = 0;
  std::vector<float> weights;  ///< [output channel][input channel / groups][kernel row][kernel column], as in ONNX.
  /// One an output channel: its weights are multiples of it, up to 127 of them, because the model came quantised.
  /// Empty: weights of any value.
  std::vector<double> weight_scales{};
};

/// y = scale[c] * x + offset[c]: a BatchNormalization or a bias, never folded into the weights.
struct ChannelAffine {
  std::vector<double> scale;   ///< gamma / sqrt(variance + epsilon); 1 for a bias.
  std::vector<double> offset;  ///< beta - mean * scale; the bias itself for a bias.
  /// What a BatchNormalization takes the mean and sqrt(variance + epsilon) of its input to be; empty for a bias.
  std::vector<double> mean{}, deviation{};
};

/// second(first(x)). Moments are those of x.
[[nodiscard]] ChannelAffine compose(const ChannelAffine& first, const ChannelAffine& second);

/// Relu: [0, infinity]; Clip: its bounds.
struct Clamp {
  double low = 0.0;
  double high = 0.0;
};

struct Add {};  ///< Elementwise sum of two tensors of the same shape.

/// Mean over the window.
struct AveragePool {
  Window window;
  bool count_padding = false;  ///< Divide by the whole window also where it hangs over the edge.
};

struct MaxPool {
  Window window;
};

/// Picks rows and columns with a step, then surrounds with zero channels: ONNX Slice and Pad, ResNet's option-A
/// shortcut. y[c][h][w] = x[c - channels_before][h * step_height + first_row][w * step_width + first_column], 0 for
/// other channels.
struct Resample {
  int first_row = 0, first_column = 0;
  int step_height = 1, step_width = 1;
  int channels_before = 0, channels_after = 0;
};

using Operation = std::variant<Convolution, ChannelAffine, Clamp, Add, AveragePool, MaxPool, Resample>;

/// Index into Network::tensors.
using TensorId = std::size_t;

/// The scale that a quantised model gives a tensor; the values beyond are clamped by the node that makes it.
struct GivenScale {
  double step = 1.0;
  int largest_code = 127;  ///< 127 or 255.

  friend bool operator==(const GivenScale& a, const GivenScale& b) {
    return a.step == b.step && a.largest_code == b.largest_code;
  }
};

struct Tensor {
  std::string name;  ///< Of the ONNX value.
  Shape shape;
  std::optional<GivenScale> scale{};
};

struct Node {
  std::string name;  ///< Of the ONNX node, or "<operator>_<index>" where it has none.
  Operation operation;
  std::vector<TensorId> inputs;
  TensorId output = 0;
};

/// How an 8-bit RGB image becomes the network's float input: brought to its size, then each pixel
/// (value / divisor - mean[c]) / deviation[c].
struct Preprocessing {
  double divisor = 255.0;
  std::array<double, 3> mean{0.485, 0.456, 0.406};
  std::array<double, 3> deviation{0.229, 0.224, 0.225};
  int shorter_side = 0;  ///< Of ImageFitting: 0 resizes whole images.
};

/// A float network as imported: one input, one output, nodes in an order that can be executed.
struct Network {
  std::string name;
  std::vector<Tensor> tensors;
  std::vector<Node> nodes;
  TensorId input = 0;
  TensorId output = 0;
  Preprocessing preprocessing;
  std::vector<std::string> remarks{};  ///< What of a quantised model's scales could not be kept: node and reason.
};

/// Whether the model came quantised and some of its scales are kept.
[[nodiscard]] bool has_given_scales(const Network& network);

/// Shape of `node`'s output from its inputs' shapes; an error names the node and what does not fit.
[[nodiscard]] Result<Shape> infer_shape(const Node& node, const std::vector<Shape>& inputs);

/// Multiply-accumulates of one convolution for one image, padding positions counted (as the papers count).
[[nodiscard]] std::uint64_t count_macs(const Convolution& convolution, const Shape& input);

}  // namespace axvp
