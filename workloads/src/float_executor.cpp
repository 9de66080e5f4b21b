#include "axvp/workloads/float_executor.h"

#include <Eigen/Core>
#include <algorithm>
#include <cassert>
#include <limits>
#include <stdexcept>

namespace axvp {
namespace {

using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

std::size_t to_size(int value) {
  return static_cast<std::size_t>(value);
}

/// Eigen splits sums by the cache sizes it finds. Fixed sizes make the sums, and so every bit of the result, the same
/// on all machines that run the same program.
void fix_summation_order() {
  static const bool done = [] {
    Eigen::setCpuCacheSizes(32 << 10, 1 << 20, 8 << 20);
    return true;
  }();
  static_cast<void>(done);
}

/// Outputs o in [begin, end) whose input position o * stride + offset lies in [0, size).
struct Span {
  int begin = 0, end = 0;
};
Span inside(int offset, int stride, int size, int outputs) {
  const int begin = offset >= 0 ? 0 : (-offset + stride - 1) / stride;
  const int end = offset >= size ? 0 : (size - 1 - offset) / stride + 1;
  return {std::min(begin, outputs), std::max(std::min(end, outputs), std::min(begin, outputs))};
}

/// What one convolution or pool works on.
struct Geometry {
  Window window;
  Shape input;
  Shape output;

  [[nodiscard]] int row_offset(int kernel_row) const { return kernel_row * window.dilation_height - window.pad_top; }
  [[nodiscard]] int column_offset(int kernel_column) const {
    return kernel_column * window.dilation_width - window.pad_left;
  }
  [[nodiscard]] Span rows(int kernel_row) const {
    return inside(row_offset(kernel_row), window.stride_height, input.height, output.height);
  }
  [[nodiscard]] Span columns(int kernel_column) const {
    return inside(column_offset(kernel_column), window.stride_width, input.width, output.width);
  }
  /// Calls visit(output begin, input begin, count) for each stretch of output columns whose positions under one tap lie
  /// on the map, within one channel; input positions are stride_width apart.
  template <class Visit>
  void for_stretches(int kernel_row, int kernel_column, const Visit& visit) const {
    const Span rows_inside = rows(kernel_row);
    const Span columns_inside = columns(kernel_column);
    if (columns_inside.begin >= columns_inside.end) return;
    const int first_column = columns_inside.begin * window.stride_width + column_offset(kernel_column);
    for (int row = rows_inside.begin; row < rows_inside.end; ++row) {
      const int input_row = row * window.stride_height + row_offset(kernel_row);
      visit(to_size(row) * to_size(output.width) + to_size(columns_inside.begin),
            to_size(input_row) * to_size(input.width) + to_size(first_column),
            to_size(columns_inside.end - columns_inside.begin));
    }
  }
  /// Calls visit(output index, input index) for all of them.
  template <class Visit>
  void for_tap(int kernel_row, int kernel_column, const Visit& visit) const {
    const std::size_t step = to_size(window.stride_width);
    for_stretches(kernel_row, kernel_column, [&](std::size_t out, std::size_t in, std::size_t count) {
      if (step == 1)  // apart, so that the compiler can vectorise it
        for (std::size_t i = 0; i < count; ++i) visit(out + i, in + i);
      else
        for (std::size_t i = 0; i < count; ++i) visit(out + i, in + i * step);
    });
  }
  [[nodiscard]] std::size_t input_plane() const { return to_size(input.height) * to_size(input.width); }
  [[nodiscard]] std::size_t output_plane() const { return to_size(output.height) * to_size(output.width); }
};

/// One row a (channel, kernel row, kernel column), one column an output position; 0 where the window lies on padding.
void im2col(const Geometry& geometry, const float* input, int channels, std::vector<float>& columns) {
  const std::size_t plane = geometry.output_plane();
  const Window& window = geometry.window;
  const bool padded = window.pad_top > 0 || window.pad_left > 0 || window.pad_bottom > 0 || window.pad_right > 0;
  columns.resize(to_size(channels) * to_size(window.kernel_height) * to_size(window.kernel_width) * plane);
  float* row = columns.data();
  for (int channel = 0; channel < channels; ++channel, input += geometry.input_plane())
    for (int kernel_row = 0; kernel_row < window.kernel_height; ++kernel_row)
      for (int kernel_column = 0; kernel_column < window.kernel_width; ++kernel_column, row += plane) {
        if (padded) std::fill_n(row, plane, 0.0F);
        geometry.for_tap(kernel_row, kernel_column,
                         [&](std::size_t output, std::size_t position) { row[output] = input[position]; });
      }
}

/// One input channel a group: a matrix product would have nothing to share.
void convolve_depthwise(const Geometry& geometry, const Convolution& convolution, const float* input, float* output) {
  const Window& window = geometry.window;
  const int outputs_per_group = convolution.output_channels / convolution.groups;
  const float* weight = convolution.weights.data();
  for (int channel = 0; channel < convolution.output_channels; ++channel, output += geometry.output_plane()) {
    const float* map = input + to_size(channel / outputs_per_group) * geometry.input_plane();
    for (int kernel_row = 0; kernel_row < window.kernel_height; ++kernel_row)
      for (int kernel_column = 0; kernel_column < window.kernel_width; ++kernel_column, ++weight)
        geometry.for_tap(kernel_row, kernel_column,
                         [&](std::size_t out, std::size_t in) { output[out] += *weight * map[in]; });
  }
}

bool is_pointwise(const Window& window) {
  return window.kernel_height == 1 && window.kernel_width == 1 && window.stride_height == 1 &&
         window.stride_width == 1 && window.pad_top == 0 && window.pad_left == 0 && window.pad_bottom == 0 &&
         window.pad_right == 0;
}

void convolve(const Geometry& geometry, const Convolution& convolution, const float* input, float* output,
              std::vector<float>& buffer) {
  fix_summation_order();
  const int channels = geometry.input.channels / convolution.groups;
  const int outputs = convolution.output_channels / convolution.groups;
  const auto depth =
      static_cast<Eigen::Index>(channels) * convolution.window.kernel_height * convolution.window.kernel_width;
  const auto plane = static_cast<Eigen::Index>(geometry.output_plane());
  const bool direct = is_pointwise(convolution.window);
  for (int group = 0; group < convolution.groups; ++group) {
    const float* maps = input + to_size(group * channels) * geometry.input_plane();
    if (!direct) im2col(geometry, maps, channels, buffer);
    const float* weights = convolution.weights.data() + to_size(group * outputs) * static_cast<std::size_t>(depth);
    Eigen::Map<RowMajor>(output + to_size(group * outputs) * geometry.output_plane(), outputs, plane).noalias() =
        Eigen::Map<const RowMajor>(weights, outputs, depth) *
        Eigen::Map<const RowMajor>(direct ? maps : buffer.data(), depth, plane);
  }
}

/// Runs one node; `output` arrives filled with zeros.
struct Run {
  const std::vector<const std::vector<float>*>& inputs;
  const Shape& input_shape;
  const Shape& output_shape;
  std::vector<float>& output;
  std::vector<float>& buffer;  ///< Kept from node to node.

  [[nodiscard]] const std::vector<float>& input() const { return *inputs[0]; }

  void operator()(const Convolution& convolution) const {
    const Geometry geometry{convolution.window, input_shape, output_shape};
    if (convolution.groups == input_shape.channels && convolution.groups > 1)
      convolve_depthwise(geometry, convolution, input().data(), output.data());
    else
      convolve(geometry, convolution, input().data(), output.data(), buffer);
  }
  void operator()(const ChannelAffine& affine) const {
    const std::size_t plane = output.size() / affine.scale.size();
    for (std::size_t c = 0; c < affine.scale.size(); ++c) {
      const auto scale = static_cast<float>(affine.scale[c]);
      const auto offset = static_cast<float>(affine.offset[c]);
      for (std::size_t i = c * plane; i < (c + 1) * plane; ++i) output[i] = scale * input()[i] + offset;
    }
  }
  void operator()(const Clamp& clamp) const {
    const auto low = static_cast<float>(clamp.low);
    const auto high = static_cast<float>(clamp.high);
    for (std::size_t i = 0; i < output.size(); ++i) output[i] = std::min(std::max(input()[i], low), high);
  }
  void operator()(const Add& /*add*/) const {
    for (std::size_t i = 0; i < output.size(); ++i) output[i] = (*inputs[0])[i] + (*inputs[1])[i];
  }
  void operator()(const AveragePool& pool) const {
    const Geometry geometry{pool.window, input_shape, output_shape};
    std::vector<int> counts(geometry.output_plane(), 0);
    for_taps(pool.window, [&](int row, int column) {
      geometry.for_tap(row, column, [&](std::size_t out, std::size_t /*in*/) { ++counts[out]; });
    });
    if (pool.count_padding)
      std::fill(counts.begin(), counts.end(), pool.window.kernel_height * pool.window.kernel_width);
    std::vector<double> sums(geometry.output_plane());
    for (std::size_t c = 0; c < to_size(output_shape.channels); ++c) {
      const float* map = input().data() + c * geometry.input_plane();
      std::fill(sums.begin(), sums.end(), 0.0);
      for_taps(pool.window, [&](int row, int column) {
        geometry.for_tap(row, column, [&](std::size_t out, std::size_t in) { sums[out] += map[in]; });
      });
      for (std::size_t i = 0; i < sums.size(); ++i)
        output[c * sums.size() + i] = static_cast<float>(sums[i] / counts[i]);
    }
  }
  void operator()(const MaxPool& pool) const {
    const Geometry geometry{pool.window, input_shape, output_shape};
    std::fill(output.begin(), output.end(), -std::numeric_limits<float>::infinity());
    for (std::size_t c = 0; c < to_size(output_shape.channels); ++c) {
      const float* map = input().data() + c * geometry.input_plane();
      float* maxima = output.data() + c * geometry.output_plane();
      for_taps(pool.window, [&](int row, int column) {
        geometry.for_tap(row, column,
                         [&](std::size_t out, std::size_t in) { maxima[out] = std::max(maxima[out], map[in]); });
      });
    }
  }
  void operator()(const Resample& resample) const {
    const std::size_t plane = to_size(output_shape.height) * to_size(output_shape.width);
    for (int c = 0; c < input_shape.channels; ++c) {
      float* map = output.data() + to_size(c + resample.channels_before) * plane;
      for (int row = 0; row < output_shape.height; ++row)
        for (int column = 0; column < output_shape.width; ++column)
          *map++ = input()[(to_size(c * input_shape.height + row * resample.step_height + resample.first_row)) *
                               to_size(input_shape.width) +
                           to_size(column * resample.step_width + resample.first_column)];
    }
  }

 private:
  template <class Visit>
  static void for_taps(const Window& window, const Visit& visit) {
    for (int row = 0; row < window.kernel_height; ++row)
      for (int column = 0; column < window.kernel_width; ++column) visit(row, column);
  }
};

}  // namespace

FloatTensors run_float(const Network& network, const std::vector<float>& input) {
  const std::size_t expected = network.tensors[network.input].shape.size();
  if (input.size() != expected)
    throw std::invalid_argument(fmt::format("run_float: {} input values, expected {}", input.size(), expected));
  FloatTensors tensors(network.tensors.size());
  tensors[network.input] = input;
  std::vector<float> buffer;
  for (const Node& node : network.nodes) {
    std::vector<const std::vector<float>*> inputs;
    inputs.reserve(node.inputs.size());
    for (const TensorId id : node.inputs) inputs.push_back(&tensors[id]);
    const Shape& shape = network.tensors[node.output].shape;
    tensors[node.output].assign(shape.size(), 0.0F);
    std::visit(Run{inputs, network.tensors[node.inputs[0]].shape, shape, tensors[node.output], buffer}, node.operation);
  }
  return tensors;
}

std::vector<float> run_float_logits(const Network& network, const std::vector<float>& input) {
  FloatTensors tensors = run_float(network, input);
  return std::move(tensors[network.output]);
}

}  // namespace axvp
