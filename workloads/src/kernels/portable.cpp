#include <cstring>

#include "kernel_set.h"

// Plain C++: what the other sets are measured against, and what runs where they do not. Loops over the 16 lanes are
// written so that compilers turn them into vector instructions of the baseline.
namespace axvp::kernels {
namespace {

void map_bytes(const std::uint8_t* map, const std::uint8_t* in, std::size_t count, std::uint8_t* out) {
  for (std::size_t i = 0; i < count; ++i) out[i] = map[in[i]];
}

/// 16 channels of one pixel.
void dot_lanes(const DotOperands& o, const std::uint8_t* pixel, const std::int8_t* weights, const std::int32_t* bias,
               std::int32_t* sums) {
  std::int32_t lanes[kLanes];
  for (int lane = 0; lane < kLanes; ++lane) lanes[lane] = bias[lane];
  for (int step = 0; step < o.steps; ++step, weights += kLanes * kDotStep) {
    const std::uint8_t* x = pixel + o.step_offsets[step];
    for (int lane = 0; lane < kLanes; ++lane)
      for (int k = 0; k < kDotStep; ++k) lanes[lane] += x[k] * weights[kDotStep * lane + k];
  }
  std::memcpy(sums, lanes, sizeof(lanes));
}

void dot(const DotOperands& o) {
  const std::ptrdiff_t block = static_cast<std::ptrdiff_t>(o.steps) * kLanes * kDotStep;
  for (int pixel = 0; pixel < o.pixels.count; ++pixel)
    for (int channel = 0; channel < o.channels; channel += kLanes)
      dot_lanes(o, o.pixels.base + o.pixels.offsets[pixel], o.weights + channel / kLanes * block, o.bias + channel,
                o.sums + pixel * o.sums_stride + channel);
}

void build_rows(const RowSource& source, const std::uint8_t* weights, const RowBlock& block, std::int16_t* table) {
  for (int k = 0; k < block.depth; ++k, weights += kLanes, table += row_table_stride(kLanes)) {
    const std::int16_t* column[kLanes];
    for (int lane = 0; lane < kLanes; ++lane) column[lane] = source.by_weight + 256 * weights[lane];
    for (int i = 0; i < source.code_count; ++i) {
      const int code = source.codes[i];
      for (int lane = 0; lane < kLanes; ++lane) table[code * kLanes + lane] = column[lane][code];
    }
  }
}

template <int Depth>
void add_block(const RowOperands& o) {
  for (int pixel = 0; pixel < o.pixels.count; ++pixel) {
    const std::uint8_t* x = o.pixels.base + o.pixels.offsets[pixel];
    std::int32_t* sums = o.sums + pixel * o.sums_stride;
    std::int32_t lanes[kLanes] = {};
    if (!o.starts) std::memcpy(lanes, sums, sizeof(lanes));
    for (int k = 0; k < Depth; ++k) {
      const std::int16_t* row = o.table + k * row_table_stride(kLanes) + x[k] * kLanes;
      for (int lane = 0; lane < kLanes; ++lane) lanes[lane] += row[lane];
    }
    std::memcpy(sums, lanes, sizeof(lanes));
  }
}

template <int Depth>
void add_small_block(const RowOperands& o) {
  for (int pixel = 0; pixel < o.pixels.count; ++pixel) {
    const std::uint8_t* x = o.pixels.base + o.pixels.offsets[pixel];
    std::int32_t* sums = o.sums + pixel * o.sums_stride;
    std::int16_t lanes[kLanes] = {};
    for (int k = 0; k < Depth; ++k) {
      const std::int16_t* row = o.table + k * row_table_stride(kLanes) + x[k] * kLanes;
      for (int lane = 0; lane < kLanes; ++lane) lanes[lane] = static_cast<std::int16_t>(lanes[lane] + row[lane]);
    }
    for (int lane = 0; lane < kLanes; ++lane) sums[lane] = lanes[lane] + (o.starts ? 0 : sums[lane]);
  }
}

template <int Depth = kBlockDepth>
void add_rows_of(const RowOperands& o) {
  if (o.block.depth == Depth) {
    o.fits_16_bits ? add_small_block<Depth>(o) : add_block<Depth>(o);
  } else {
    if constexpr (Depth > 1) add_rows_of<Depth - 1>(o);
  }
}

void depthwise(const DepthwiseOperands& o) {
  for (int pixel = 0; pixel < o.pixels.count; ++pixel) {
    std::int32_t* sums = o.sums + pixel * o.sums_stride;
    std::memset(sums, 0, sizeof(*sums) * static_cast<std::size_t>(o.channels));
    for (int tap = 0; tap < o.taps; ++tap) {
      const std::uint8_t* x = o.pixels.base + o.pixels.offsets[pixel] + o.tap_offsets[tap];
      const std::uint8_t* w = o.weights + tap * o.channels;
      for (int c = 0; c < o.channels; ++c) sums[c] += o.products[256 * w[c] + x[c]];
    }
  }
}

void depthwise_dot(const DepthwiseDotOperands& o) {
  for (int pixel = 0; pixel < o.pixels.count; ++pixel) {
    std::int32_t* sums = o.sums + pixel * o.sums_stride;
    for (int c = 0; c < o.channels; c += kLanes) {
      std::int32_t lanes[kLanes];
      std::memcpy(lanes, o.bias + c, sizeof(lanes));
      const std::int16_t* w = o.weights + 2 * (c / 32 * 32) * o.taps + c % 32;
      for (int tap = 0; tap < o.taps; ++tap, w += 64) {
        const std::uint8_t* x = o.pixels.base + o.pixels.offsets[pixel] + o.tap_offsets[tap] + c;
        for (int lane = 0; lane < kLanes; ++lane) lanes[lane] += x[lane] * (w[lane] + w[32 + lane]);
      }
      std::memcpy(sums + c, lanes, sizeof(lanes));
    }
  }
}

void requantise_all(const RequantiseOperands& o) {
  for (int pixel = 0; pixel < o.pixels; ++pixel) {
    const std::int32_t* sums = o.sums + pixel * o.sums_stride;
    std::uint8_t* out = o.out + pixel * o.out_stride;
    for (int c = 0; c < o.channels; ++c) {
      const std::int64_t value = (sums[c] * o.multipliers[c] + o.offsets[c]) >> o.shifts[c];
      out[c] = static_cast<std::uint8_t>(clamp_to(value, o.range));
    }
  }
}

}  // namespace

const KernelSet& portable_kernels() {
  static const KernelSet set{kLanes,    map_bytes,     dot,     build_rows,    add_rows_of<>,
                             depthwise, depthwise_dot, nullptr, requantise_all};
  return set;
}

}  // namespace axvp::kernels
