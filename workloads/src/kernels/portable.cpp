#include <cstring>

#include "kernel_set.h"

// Plain C++: what the other sets are measured against, and what runs where they do not. Loops over the 16 lanes are
// written so that compilers turn them into vector instructions of the baseline.
namespace axvp::kernels {
namespace {

void map_bytes(const std::uint8_t* map, const std::uint8_t* in, std::size_t count, std::uint8_t* out) {
  for (std::size_t i = 0; i < count; ++i) out[i] = map[in[i]];
}

constexpr int kStepsAtOnce = 64;
constexpr int kWordsAtOnce = kStepsAtOnce * kDotStep;

/// Some steps of 16 channels, widened: one row a channel, so that a product sum is the loop of int16 factors that
/// compilers know.
struct WideWeights {
  std::int16_t words[kLanes][kWordsAtOnce];

  WideWeights(const std::int8_t* weights, int steps) {
    for (int step = 0; step < steps; ++step)
      for (int lane = 0; lane < kLanes; ++lane)
        for (int k = 0; k < kDotStep; ++k)
          words[lane][kDotStep * step + k] = weights[(kLanes * step + lane) * kDotStep + k];
  }
};

void add_steps(const DotOperands& o, int first_step, int steps, int channel) {
  const std::ptrdiff_t channels_before = static_cast<std::ptrdiff_t>(channel) * o.steps;
  const WideWeights weights{o.weights + (channels_before + kLanes * first_step) * kDotStep, steps};
  const int words = steps * kDotStep;
  for (int pixel = 0; pixel < o.pixels.count; ++pixel) {
    const std::uint8_t* bytes = o.pixels.base + o.pixels.offsets[pixel];
    std::int16_t x[kWordsAtOnce];
    for (int step = 0; step < steps; ++step)
      for (int k = 0; k < kDotStep; ++k) x[kDotStep * step + k] = bytes[o.step_offsets[first_step + step] + k];
    std::int32_t* sums = o.sums + pixel * o.sums_stride + channel;
    for (int lane = 0; lane < kLanes; ++lane) {
      const std::int16_t* w = weights.words[lane];
      std::int32_t sum = first_step == 0 ? o.bias[channel + lane] : sums[lane];
      for (int i = 0; i < words; ++i) sum += x[i] * w[i];
      sums[lane] = sum;
    }
  }
}

void dot(const DotOperands& o) {
  for (int channel = 0; channel < o.channels; channel += kLanes) {
    int step = 0;
    do {  // also for no steps at all: the sums are the bias then
      const int steps = o.steps - step < kStepsAtOnce ? o.steps - step : kStepsAtOnce;
      add_steps(o, step, steps, channel);
      step += kStepsAtOnce;
    } while (step < o.steps);
  }
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

// 128-bit vectors of the compiler's own: every target has them, if need be as scalars.
typedef std::int16_t Words __attribute__((vector_size(16)));
typedef std::int32_t Ints __attribute__((vector_size(16)));
typedef std::uint32_t Bits __attribute__((vector_size(16)));

inline Words load_words(const std::int16_t* address) {
  Words words;
  std::memcpy(&words, address, sizeof(words));
  return words;
}

inline Ints as_ints(Bits bits) {
  Ints ints;
  std::memcpy(&ints, &bits, sizeof(ints));
  return ints;
}

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "PairSums takes the low half of a pair for its even word");

/// 32-bit sums of the even and of the odd words of 8 channels.
struct PairSums {
  Ints even{}, odd{};

  void add(Words words) {
    Bits bits;
    std::memcpy(&bits, &words, sizeof(bits));
    even += as_ints(bits << 16) >> 16;
    odd += as_ints(bits) >> 16;
  }
};

inline void finish(const PairSums& pairs, bool starts, std::int32_t* sums) {
  for (int i = 0; i < 4; ++i) {
    sums[2 * i] = pairs.even[i] + (starts ? 0 : sums[2 * i]);
    sums[2 * i + 1] = pairs.odd[i] + (starts ? 0 : sums[2 * i + 1]);
  }
}

/// `Fits16Bits`: the rows of a block add up in 16 bits.
template <int Depth, bool Fits16Bits>
void add_block(const RowOperands& o) {
  for (int pixel = 0; pixel < o.pixels.count; ++pixel) {
    const std::uint8_t* x = o.pixels.base + o.pixels.offsets[pixel];
    PairSums low, high;
    Words small_low{}, small_high{};
    for (int k = 0; k < Depth; ++k) {
      const std::int16_t* row = o.table + k * row_table_stride(kLanes) + x[k] * kLanes;
      if constexpr (Fits16Bits) {
        small_low += load_words(row);
        small_high += load_words(row + 8);
      } else {
        low.add(load_words(row));
        high.add(load_words(row + 8));
      }
    }
    if constexpr (Fits16Bits) {
      low.add(small_low);
      high.add(small_high);
    }
    std::int32_t* sums = o.sums + pixel * o.sums_stride;
    finish(low, o.starts, sums);
    finish(high, o.starts, sums + 8);
  }
}

template <int Depth = kBlockDepth>
void add_rows_of(const RowOperands& o) {
  if (o.block.depth == Depth) {
    o.fits_16_bits ? add_block<Depth, true>(o) : add_block<Depth, false>(o);
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
  static const KernelSet set = [] {
    KernelSet s;
    s.most_planes = 2;
    s.map_bytes = map_bytes;
    s.dot = dot;
    s.build_rows = build_rows;
    s.add_rows = add_rows_of<>;
    s.depthwise = depthwise;
    s.depthwise_dot = depthwise_dot;
    s.requantise = requantise_all;
    return s;
  }();
  return set;
}

}  // namespace axvp::kernels
