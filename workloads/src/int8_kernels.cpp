#include <algorithm>
#include <cstring>
#include <limits>

#include "axvp/workloads/int8_executor.h"

namespace axvp {
namespace {

std::size_t index_of(const Shape& shape, int row, int column, int channel) {
  return (static_cast<std::size_t>(row) * static_cast<std::size_t>(shape.width) + static_cast<std::size_t>(column)) *
             static_cast<std::size_t>(shape.channels) +
         static_cast<std::size_t>(channel);
}

std::int32_t stored_value(const std::uint8_t* bytes, ElementType type, std::size_t index) {
  return type == ElementType::Signed8 ? static_cast<std::int8_t>(bytes[index]) : bytes[index];
}

/// Weights of channels [begin, end) as [k][channel], so that one activation meets a run of weights.
std::vector<std::uint8_t> transposed(const std::int8_t* weights, int channels, int fan_in) {
  std::vector<std::uint8_t> result(static_cast<std::size_t>(channels) * static_cast<std::size_t>(fan_in));
  for (int n = 0; n < channels; ++n)
    for (int k = 0; k < fan_in; ++k)
      result[static_cast<std::size_t>(k) * static_cast<std::size_t>(channels) + static_cast<std::size_t>(n)] =
          static_cast<std::uint8_t>(
              weights[static_cast<std::size_t>(n) * static_cast<std::size_t>(fan_in) + static_cast<std::size_t>(k)]);
  return result;
}

/// One run of output channels that read the same input channels.
struct ChannelRun {
  int first_input_channel;
  int input_channels;
  int channels;
  int offset;  ///< Of the first channel within the tile.
};

void accumulate_run(const ConvolutionTile& tile, const ChannelRun& run, const GatedProducts& products,
                    std::int32_t* accumulators) {
  const Window& window = tile.convolution->window;
  const Shape& in = tile.input_shape;
  const int fan_in = window.kernel_height * window.kernel_width * run.input_channels;
  const int tile_channels = tile.channel_end - tile.channel_begin;
  const auto weights = transposed(
      tile.weights + static_cast<std::size_t>(run.offset) * static_cast<std::size_t>(fan_in), run.channels, fan_in);
  const int columns = window.output_width(in.width);
  for (int row = tile.row_begin; row < tile.row_end; ++row) {
    for (int column = 0; column < columns; ++column) {
      std::int32_t* acc = accumulators +
                          static_cast<std::size_t>((row - tile.row_begin) * columns + column) *
                              static_cast<std::size_t>(tile_channels) +
                          run.offset;
      std::fill(acc, acc + run.channels, 0);
      for (int kh = 0; kh < window.kernel_height; ++kh) {
        const int y = row * window.stride_height - window.pad_top + kh * window.dilation_height;
        if (y < 0 || y >= in.height) continue;
        for (int kw = 0; kw < window.kernel_width; ++kw) {
          const int x = column * window.stride_width - window.pad_left + kw * window.dilation_width;
          if (x < 0 || x >= in.width) continue;
          const std::uint8_t* pixel = tile.input + index_of(in, y - tile.input_first_row, x, run.first_input_channel);
          const std::uint8_t* w = weights.data() + static_cast<std::size_t>((kh * window.kernel_width + kw) *
                                                                            run.input_channels * run.channels);
          for (int c = 0; c < run.input_channels; ++c, w += run.channels) {
            if (pixel[c] == 0) continue;  // gated: the product is 0
            const std::int32_t* product_of = products.row(pixel[c]);
            for (int n = 0; n < run.channels; ++n) acc[n] += product_of[w[n]];
          }
        }
      }
    }
  }
}

}  // namespace

void accumulate(const ConvolutionTile& tile, const GatedProducts& products, std::int32_t* accumulators) {
  const QuantizedConvolution& convolution = *tile.convolution;
  const int outputs_per_group = convolution.output_channels / convolution.groups;
  const int inputs_per_group = tile.input_shape.channels / convolution.groups;
  for (int channel = tile.channel_begin; channel < tile.channel_end;) {
    const int group = channel / outputs_per_group;
    const int end = std::min(tile.channel_end, (group + 1) * outputs_per_group);
    accumulate_run(tile, {group * inputs_per_group, inputs_per_group, end - channel, channel - tile.channel_begin},
                   products, accumulators);
    channel = end;
  }
}

void run_add(const QuantizedAdd& add, const QuantizedTensor& a, const std::uint8_t* bytes_a, const QuantizedTensor& b,
             const std::uint8_t* bytes_b, const QuantizedTensor& out, std::uint8_t* bytes_out) {
  const std::size_t size = out.shape.size();
  for (std::size_t i = 0; i < size; ++i)
    bytes_out[i] = static_cast<std::uint8_t>(
        add_scaled(stored_value(bytes_a, a.type, i), stored_value(bytes_b, b.type, i), add.scaling, add.range));
}

void run_average_pool(const QuantizedAveragePool& pool, const QuantizedTensor& in, const std::uint8_t* bytes_in,
                      const QuantizedTensor& out, std::uint8_t* bytes_out) {
  const Window& window = pool.window;
  for (int row = 0; row < out.shape.height; ++row)
    for (int column = 0; column < out.shape.width; ++column)
      for (int c = 0; c < out.shape.channels; ++c) {
        std::int64_t sum = 0;
        for (int kh = 0; kh < window.kernel_height; ++kh)
          for (int kw = 0; kw < window.kernel_width; ++kw) {
            const int y = row * window.stride_height - window.pad_top + kh * window.dilation_height;
            const int x = column * window.stride_width - window.pad_left + kw * window.dilation_width;
            if (y < 0 || x < 0 || y >= in.shape.height || x >= in.shape.width) continue;
            sum += stored_value(bytes_in, in.type, index_of(in.shape, y, x, c));
          }
        bytes_out[index_of(out.shape, row, column, c)] =
            static_cast<std::uint8_t>(average(sum, pool.scaling, pool.range));
      }
}

void run_max_pool(const QuantizedMaxPool& pool, const QuantizedTensor& in, const std::uint8_t* bytes_in,
                  const QuantizedTensor& out, std::uint8_t* bytes_out) {
  const Window& window = pool.window;
  for (int row = 0; row < out.shape.height; ++row)
    for (int column = 0; column < out.shape.width; ++column)
      for (int c = 0; c < out.shape.channels; ++c) {
        std::int32_t largest = std::numeric_limits<std::int32_t>::min();
        for (int kh = 0; kh < window.kernel_height; ++kh)
          for (int kw = 0; kw < window.kernel_width; ++kw) {
            const int y = row * window.stride_height - window.pad_top + kh * window.dilation_height;
            const int x = column * window.stride_width - window.pad_left + kw * window.dilation_width;
            if (y < 0 || x < 0 || y >= in.shape.height || x >= in.shape.width) continue;
            largest = std::max(largest, stored_value(bytes_in, in.type, index_of(in.shape, y, x, c)));
          }
        bytes_out[index_of(out.shape, row, column, c)] = static_cast<std::uint8_t>(largest);
      }
}

void run_resample(const Resample& r, const QuantizedTensor& in, const std::uint8_t* bytes_in,
                  const QuantizedTensor& out, std::uint8_t* bytes_out) {
  std::fill(bytes_out, bytes_out + out.shape.size(), std::uint8_t{0});
  for (int row = 0; row < out.shape.height; ++row)
    for (int column = 0; column < out.shape.width; ++column)
      std::memcpy(
          bytes_out + index_of(out.shape, row, column, r.channels_before),
          bytes_in + index_of(in.shape, r.first_row + row * r.step_height, r.first_column + column * r.step_width, 0),
          static_cast<std::size_t>(in.shape.channels));
}

void requantise_tensor(const std::int32_t* accumulators, std::size_t pixels, const std::vector<Requantisation>& set,
                       ClampRange range, ElementType type, std::uint8_t* bytes_out) {
  const std::size_t channels = set.size();
  for (std::size_t p = 0; p < pixels; ++p)
    for (std::size_t c = 0; c < channels; ++c) {
      const std::size_t index = p * channels + c;
      const std::int32_t y = requantise(accumulators[index], set[c], range);
      if (type == ElementType::Signed32) {
        const auto word = static_cast<std::uint32_t>(y);
        for (std::size_t byte = 0; byte < 4; ++byte)
          bytes_out[4 * index + byte] = static_cast<std::uint8_t>(word >> (8 * byte));
      } else {
        bytes_out[index] = static_cast<std::uint8_t>(y);
      }
    }
}

}  // namespace axvp
