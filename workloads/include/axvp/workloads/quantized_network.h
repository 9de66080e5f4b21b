#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "axvp/multipliers/encoding.h"
#include "axvp/workloads/arithmetic.h"
#include "axvp/workloads/network.h"

namespace axvp {

/// How a tensor's elements are stored. Zero point 0 always.
enum class ElementType {
  Unsigned8,  ///< Non-negative: 0..255 in sm8, 0..127 in s8.
  Signed8,    ///< Two's complement, [-127, 127].
  Signed32,   ///< The network's output only: logits to one common scale.
};

struct QuantizedTensor {
  std::string name;
  Shape shape;  ///< Stored NHWC: element (h, w, c) at (h * width + w) * channels + c.
  ElementType type = ElementType::Unsigned8;
  double scale = 1.0;  ///< Real value of one step; the same at every operating point.
  /// One a channel, or empty for all 1: element x scale = real value x factor. The convolutions in front and behind
  /// hold them in their requantisation and weights; nothing else sees them.
  std::vector<double> channel_factors{};
};

/// Bytes of the whole tensor as stored.
[[nodiscard]] std::size_t stored_bytes(const QuantizedTensor& tensor);

/// Convolution (a classifier is one over a 1x1 map). Bias, BatchNorm and scales live in the requantisation sets.
struct QuantizedConvolution {
  Window window;
  int groups = 1;
  int output_channels = 0;
  std::vector<std::int8_t>
      weights;  ///< [output channel][k], k runs over (kernel row, kernel column, channel in group).
  std::vector<double> weight_scales;  ///< Per output channel.
  ClampRange range;                   ///< Of the output: carries Relu and Relu6.

  [[nodiscard]] int fan_in(const Shape& input) const {
    return window.kernel_height * window.kernel_width * (input.channels / groups);
  }
};

struct QuantizedAdd {
  AddScaling scaling;
  ClampRange range;
};

/// Every window holds the same number of counted elements (others are refused when quantising).
struct QuantizedAveragePool {
  Window window;
  PoolScaling scaling;
  ClampRange range;
};

struct QuantizedMaxPool {
  Window window;  ///< Padding never wins.
};

using QuantizedOperation =
    std::variant<QuantizedConvolution, QuantizedAdd, QuantizedAveragePool, QuantizedMaxPool, Resample>;

struct QuantizedNode {
  std::string name;
  QuantizedOperation operation;
  std::vector<TensorId> inputs;
  TensorId output = 0;
};

/// An int8 network without its requantisation: that is the operating point's. What all operating points share.
struct QuantizedNetwork {
  std::string name;
  Encoding encoding = Encoding::SignMagnitude;
  std::vector<QuantizedTensor> tensors;
  std::vector<QuantizedNode> nodes;
  TensorId input = 0;
  TensorId output = 0;
  Preprocessing preprocessing;

  /// Indices of the convolution nodes: the *layers* that operating points assign multipliers to, in this order.
  [[nodiscard]] std::vector<std::size_t> layers() const;
  [[nodiscard]] const QuantizedConvolution& layer(std::size_t index) const;  ///< Of layers(), not of nodes.
  [[nodiscard]] std::uint64_t macs_of_layer(std::size_t index) const;
};

/// Bounds that an element type and an encoding set: [0, 255], [0, 127], [-127, 127] or all of int32.
[[nodiscard]] ClampRange full_range(ElementType type, Encoding encoding);

}  // namespace axvp
