#include <algorithm>
#include <array>
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

/// One run of output channels that read the same input channels.
struct ChannelRun {
  int first_input_channel = 0;
  int input_channels = 0;
  int channels = 0;
  int offset = 0;  ///< Of the first channel within the tile.
};

/// The run's weights as int16, [channel][k], for products that are plain multiplications.
class ExactWeights {
 public:
  ExactWeights(const std::int8_t* weights, std::size_t channels, std::size_t fan_in)
      : weights_(weights, weights + channels * fan_in), channels_(channels), fan_in_(fan_in), patch_(fan_in) {}

  void sum(const std::uint8_t* patch, bool bytes_are_signed, std::int32_t* sums) {
    for (std::size_t k = 0; k < fan_in_; ++k)
      patch_[k] = bytes_are_signed ? static_cast<std::int8_t>(patch[k]) : static_cast<std::int16_t>(patch[k]);
    for (std::size_t n = 0; n < channels_; ++n) {
      const std::int16_t* w = weights_.data() + n * fan_in_;
      std::int32_t sum = 0;  // int16 x int16 into int32: compilers know this loop (pmaddwd)
      for (std::size_t k = 0; k < fan_in_; ++k) sum += std::int32_t{patch_[k]} * w[k];
      sums[n] = sum;
    }
  }

 private:
  std::vector<std::int16_t> weights_;
  std::size_t channels_, fan_in_;
  std::vector<std::int16_t> patch_;
};

/// The run's weights as bytes, [k][channel], for products read from a table: an activation selects a row of 256
/// products, in which the weights of eight channels at a time look theirs up. Activations of 0 are left out.
class TableWeights {
 public:
  TableWeights(const std::int8_t* weights, std::size_t channels, std::size_t fan_in)
      : channels_(channels),
        fan_in_(fan_in),
        stride_((channels + kLanes - 1) / kLanes * kLanes),
        weights_(stride_ * fan_in, 0) {
    for (std::size_t n = 0; n < channels; ++n)
      for (std::size_t k = 0; k < fan_in; ++k)
        weights_[k * stride_ + n] = static_cast<std::uint8_t>(weights[n * fan_in + k]);
  }

  void sum(const std::uint8_t* patch, const GatedProducts& products, std::int32_t* sums) {
    operands_.clear();
    for (std::size_t k = 0; k < fan_in_; ++k)
      if (patch[k] != 0) operands_.push_back({products.row(patch[k]), weights_.data() + k * stride_});
    for (std::size_t first = 0; first < channels_; first += kLanes) {
      std::array<std::int32_t, kLanes> lanes{};
      for (const Operand& operand : operands_) {
        std::uint64_t bytes = 0;
        std::memcpy(&bytes, operand.weights + first, kLanes);
        for (std::size_t lane = 0; lane < kLanes; ++lane) lanes[lane] += operand.products[(bytes >> (8 * lane)) & 0xFF];
      }
      std::copy_n(lanes.begin(), std::min(kLanes, channels_ - first), sums + first);
    }
  }

 private:
  static constexpr std::size_t kLanes = 8;
  struct Operand {
    const std::int32_t* products;
    const std::uint8_t* weights;
  };
  std::size_t channels_, fan_in_;
  std::size_t stride_;  ///< Channels, rounded up to whole lanes.
  std::vector<std::uint8_t> weights_;
  std::vector<Operand> operands_;
};

/// Input bytes under the window at one output position, k over (kernel row, kernel column, channel); padding is 0.
void gather_patch(const ConvolutionTile& tile, const ChannelRun& run, int row, int column, std::uint8_t* patch) {
  const Window& window = tile.convolution->window;
  const Shape& in = tile.input_shape;
  const auto channels = static_cast<std::size_t>(run.input_channels);
  for (int kh = 0; kh < window.kernel_height; ++kh) {
    const int y = row * window.stride_height - window.pad_top + kh * window.dilation_height;
    for (int kw = 0; kw < window.kernel_width; ++kw, patch += channels) {
      const int x = column * window.stride_width - window.pad_left + kw * window.dilation_width;
      if (y < 0 || y >= in.height || x < 0 || x >= in.width)
        std::fill(patch, patch + channels, std::uint8_t{0});
      else
        std::memcpy(patch, tile.input + index_of(in, y - tile.input_first_row, x, run.first_input_channel), channels);
    }
  }
}

/// Calls `sum(patch, sums)` for every output position of the tile.
template <class Sum>
void for_each_position(const ConvolutionTile& tile, const ChannelRun& run, std::size_t fan_in,
                       std::int32_t* accumulators, const Sum& sum) {
  const auto tile_channels = static_cast<std::size_t>(tile.channel_end - tile.channel_begin);
  const int columns = tile.convolution->window.output_width(tile.input_shape.width);
  std::vector<std::uint8_t> patch(fan_in);
  std::int32_t* sums = accumulators + run.offset;
  for (int row = tile.row_begin; row < tile.row_end; ++row)
    for (int column = 0; column < columns; ++column, sums += tile_channels) {
      gather_patch(tile, run, row, column, patch.data());
      sum(patch.data(), sums);
    }
}

void accumulate_run(const ConvolutionTile& tile, const ChannelRun& run, const GatedProducts& products,
                    std::int32_t* accumulators) {
  const Window& window = tile.convolution->window;
  const auto fan_in = static_cast<std::size_t>(window.kernel_height) * static_cast<std::size_t>(window.kernel_width) *
                      static_cast<std::size_t>(run.input_channels);
  const auto channels = static_cast<std::size_t>(run.channels);
  const std::int8_t* weights = tile.weights + static_cast<std::size_t>(run.offset) * fan_in;
  if (products.is_exact()) {
    ExactWeights exact{weights, channels, fan_in};
    for_each_position(tile, run, fan_in, accumulators, [&](const std::uint8_t* patch, std::int32_t* sums) {
      exact.sum(patch, products.x_bytes_are_signed(), sums);
    });
  } else {
    TableWeights table{weights, channels, fan_in};
    for_each_position(tile, run, fan_in, accumulators,
                      [&](const std::uint8_t* patch, std::int32_t* sums) { table.sum(patch, products, sums); });
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
