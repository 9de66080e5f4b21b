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

/// Up to this shift, two products of a byte and 16 bits and the rounding constant add up in 32 bits.
constexpr int kWidestNarrowShift = 30;

/// add_scaled in 32 bits, which compilers vectorise.
template <class A, class B>
void add_in_32_bits(const QuantizedAdd& add, const A* a, const B* b, std::size_t size, std::uint8_t* out) {
  const std::int32_t multiplier_a = add.scaling.multiplier_a;
  const std::int32_t multiplier_b = add.scaling.multiplier_b;
  const std::int32_t half = std::int32_t{1} << (add.scaling.shift - 1);
  const int shift = add.scaling.shift;
  const std::int32_t low = add.range.low;
  const std::int32_t high = add.range.high;
  for (std::size_t i = 0; i < size; ++i) {
    const std::int32_t sum = (a[i] * multiplier_a + b[i] * multiplier_b + half) >> shift;
    out[i] = static_cast<std::uint8_t>(sum < low ? low : sum > high ? high : sum);
  }
}

}  // namespace

void accumulate(const ConvolutionTile& tile, const GatedProducts& products, std::int32_t* accumulators) {
  const QuantizedConvolution& convolution = *tile.convolution;
  const Window& window = convolution.window;
  const Shape& in = tile.input_shape;
  const int columns = window.output_width(in.width);
  const int inputs_per_group = in.channels / convolution.groups;
  const int outputs_per_group = convolution.output_channels / convolution.groups;
  for (int row = tile.row_begin; row < tile.row_end; ++row)
    for (int column = 0; column < columns; ++column) {
      const std::int8_t* w = tile.weights;
      for (int channel = tile.channel_begin; channel < tile.channel_end; ++channel) {
        const int first_input = channel / outputs_per_group * inputs_per_group;
        std::int32_t sum = 0;
        for (int kh = 0; kh < window.kernel_height; ++kh)
          for (int kw = 0; kw < window.kernel_width; ++kw) {
            const int y = row * window.stride_height - window.pad_top + kh * window.dilation_height;
            const int x = column * window.stride_width - window.pad_left + kw * window.dilation_width;
            const bool padding = y < 0 || y >= in.height || x < 0 || x >= in.width;
            for (int c = 0; c < inputs_per_group; ++c, ++w)
              if (!padding)
                sum += products(tile.input[index_of(in, y - tile.input_first_row, x, first_input + c)],
                                static_cast<std::uint8_t>(*w));
          }
        *accumulators++ = sum;
      }
    }
}

void run_add(const QuantizedAdd& add, const QuantizedTensor& a, const std::uint8_t* bytes_a, const QuantizedTensor& b,
             const std::uint8_t* bytes_b, const QuantizedTensor& out, std::uint8_t* bytes_out) {
  const std::size_t size = out.shape.size();
  if (add.scaling.shift > kWidestNarrowShift) {
    for (std::size_t i = 0; i < size; ++i)
      bytes_out[i] = static_cast<std::uint8_t>(
          add_scaled(stored_value(bytes_a, a.type, i), stored_value(bytes_b, b.type, i), add.scaling, add.range));
    return;
  }
  const bool a_is_signed = a.type == ElementType::Signed8;
  const bool b_is_signed = b.type == ElementType::Signed8;
  const auto in_32_bits = [&](const auto* values_a, const auto* values_b) {
    add_in_32_bits(add, values_a, values_b, size, bytes_out);
  };
  const auto* signed_a = reinterpret_cast<const std::int8_t*>(bytes_a);
  const auto* signed_b = reinterpret_cast<const std::int8_t*>(bytes_b);
  if (a_is_signed)
    b_is_signed ? in_32_bits(signed_a, signed_b) : in_32_bits(signed_a, bytes_b);
  else
    b_is_signed ? in_32_bits(bytes_a, signed_b) : in_32_bits(bytes_a, bytes_b);
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
