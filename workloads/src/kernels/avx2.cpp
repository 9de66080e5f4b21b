#include <immintrin.h>

#include <cstring>

#include "kernel_set.h"

// AVX2, without VNNI: 8-bit operands are widened to 16 bits, so vpmaddwd adds pairs of products exactly.
namespace axvp::kernels {
namespace {

inline __m256i load(const void* address) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(address));
}
inline void store(void* address, __m256i value) {
  _mm256_storeu_si256(static_cast<__m256i*>(address), value);
}

void map_bytes(const std::uint8_t* map, const std::uint8_t* in, std::size_t count, std::uint8_t* out) {
  for (std::size_t i = 0; i < count; ++i) out[i] = map[in[i]];
}

/// One pixel's 16 channels hold two partial sums a channel: lane pairs (channel 4v, ...) of vector v.
struct PairSums {
  __m256i part[4];
};

inline __m256i widened_weights(const std::int8_t* weights) {
  return _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(weights)));
}

/// Adds the pairs and brings the 16 channels into order.
inline void store_sums(const PairSums& sums, const std::int32_t* bias, std::int32_t* out) {
  for (int half = 0; half < 2; ++half) {
    const __m256i mixed = _mm256_hadd_epi32(sums.part[2 * half], sums.part[2 * half + 1]);
    const __m256i ordered = _mm256_permute4x64_epi64(mixed, 0xd8);
    store(out + 8 * half, _mm256_add_epi32(ordered, load(bias + 8 * half)));
  }
}

template <int PixelCount>
void dot_tile(const DotOperands& o, int pixel, int channel) {
  const std::uint8_t* x[PixelCount];
  for (int p = 0; p < PixelCount; ++p) x[p] = o.pixels.base + o.pixels.offsets[pixel + p];
  const std::int8_t* weights = o.weights + static_cast<std::ptrdiff_t>(channel) * o.steps * kDotStep;
  PairSums sums[PixelCount];
  for (auto& s : sums)
    for (auto& part : s.part) part = _mm256_setzero_si256();
  for (int step = 0; step < o.steps; ++step, weights += kLanes * kDotStep) {
    const std::ptrdiff_t offset = o.step_offsets[step];
    __m256i words[PixelCount];
    for (int p = 0; p < PixelCount; ++p) {
      std::int32_t quad;
      std::memcpy(&quad, x[p] + offset, sizeof(quad));
      words[p] = _mm256_broadcastq_epi64(_mm_cvtepu8_epi16(_mm_cvtsi32_si128(quad)));
    }
    for (int v = 0; v < 4; ++v) {
      const __m256i w = widened_weights(weights + 16 * v);
      for (int p = 0; p < PixelCount; ++p)
        sums[p].part[v] = _mm256_add_epi32(sums[p].part[v], _mm256_madd_epi16(words[p], w));
    }
  }
  for (int p = 0; p < PixelCount; ++p)
    store_sums(sums[p], o.bias + channel, o.sums + (pixel + p) * o.sums_stride + channel);
}

void dot(const DotOperands& o) {
  for (int channel = 0; channel < o.channels; channel += kLanes) {
    int pixel = 0;
    for (; pixel + 2 <= o.pixels.count; pixel += 2) dot_tile<2>(o, pixel, channel);
    if (pixel < o.pixels.count) dot_tile<1>(o, pixel, channel);
  }
}

/// Channel of each entry of a row: unpacking two rows leaves channels 0 to 7 in one register and 8 to 15 in another.
constexpr int kRowOrder[kLanes] = {0, 1, 2, 3, 8, 9, 10, 11, 4, 5, 6, 7, 12, 13, 14, 15};

/// Transposes 8 codes of 16 columns into 8 rows of 16 entries.
inline void transpose_codes(const std::int16_t* const* columns, int code, std::int16_t* rows) {
  const auto part = [&](int entry) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(columns[kRowOrder[entry]] + code));
  };
  __m256i r[8], s[8];
  for (int i = 0; i < 8; ++i) r[i] = _mm256_inserti128_si256(_mm256_castsi128_si256(part(i)), part(i + 8), 1);
  for (int i = 0; i < 4; ++i) {
    s[2 * i] = _mm256_unpacklo_epi16(r[2 * i], r[2 * i + 1]);
    s[2 * i + 1] = _mm256_unpackhi_epi16(r[2 * i], r[2 * i + 1]);
  }
  for (int i = 0; i < 2; ++i)
    for (int j = 0; j < 2; ++j) {
      r[4 * i + 2 * j] = _mm256_unpacklo_epi32(s[4 * i + j], s[4 * i + 2 + j]);
      r[4 * i + 2 * j + 1] = _mm256_unpackhi_epi32(s[4 * i + j], s[4 * i + 2 + j]);
    }
  for (int i = 0; i < 4; ++i) {
    store(rows + 2 * i * kLanes, _mm256_unpacklo_epi64(r[i], r[4 + i]));
    store(rows + (2 * i + 1) * kLanes, _mm256_unpackhi_epi64(r[i], r[4 + i]));
  }
}

void build_rows(const RowSource& source, const std::uint8_t* weights, const RowBlock& block, std::int16_t* table) {
  for (int k = 0; k < block.depth; ++k, weights += kLanes, table += row_table_stride(kLanes)) {
    const std::int16_t* columns[kLanes];
    for (int lane = 0; lane < kLanes; ++lane) columns[lane] = source.by_weight + 256 * weights[lane];
    int made = 0;  // codes below this one
    for (int i = 0; i < source.code_count; ++i) {
      if (source.codes[i] < made) continue;
      const int first = source.codes[i] & ~7;
      transpose_codes(columns, first, table + first * kLanes);
      made = first + 8;
    }
  }
}

/// Reads the activation bytes eight at a time: loads, not arithmetic, limit the row kernels.
template <int Depth>
struct Codes {
  std::uint64_t words[(Depth + 7) / 8];

  explicit Codes(const std::uint8_t* x) { std::memcpy(words, x, sizeof(words)); }
  [[nodiscard]] std::size_t operator[](int k) const { return (words[k / 8] >> (8 * (k % 8))) & 0xff; }
};

/// The 32-bit sums of one pixel's 16 channels.
struct RowSums {
  __m256i low, high;

  /// Adds the entries of two rows.
  inline void add(__m256i first, __m256i second) {
    const __m256i ones = _mm256_set1_epi16(1);
    low = _mm256_add_epi32(low, _mm256_madd_epi16(_mm256_unpacklo_epi16(first, second), ones));
    high = _mm256_add_epi32(high, _mm256_madd_epi16(_mm256_unpackhi_epi16(first, second), ones));
  }
};

template <int Depth, bool Fits16Bits>
void add_block(const RowOperands& o) {
  const __m256i zero = _mm256_setzero_si256();
  for (int pixel = 0; pixel < o.pixels.count; ++pixel) {
    const Codes<Depth> x{o.pixels.base + o.pixels.offsets[pixel]};
    const auto row = [&](int k) { return load(o.table + k * row_table_stride(kLanes) + x[k] * kLanes); };
    std::int32_t* sums = o.sums + pixel * o.sums_stride;
    RowSums total{o.starts ? zero : load(sums), o.starts ? zero : load(sums + 8)};
    if constexpr (Fits16Bits) {
      __m256i small = row(0);
#pragma GCC unroll 16
      for (int k = 1; k < Depth; ++k) small = _mm256_add_epi16(small, row(k));
      total.add(small, zero);
    } else {
#pragma GCC unroll 16
      for (int k = 0; k + 1 < Depth; k += 2) total.add(row(k), row(k + 1));
      if constexpr (Depth % 2 != 0) total.add(row(Depth - 1), zero);
    }
    store(sums, total.low);
    store(sums + 8, total.high);
  }
}

template <int Depth = kBlockDepth>
void add_rows(const RowOperands& o) {
  if (o.block.depth == Depth) {
    o.fits_16_bits ? add_block<Depth, true>(o) : add_block<Depth, false>(o);
  } else {
    if constexpr (Depth > 1) add_rows<Depth - 1>(o);
  }
}

inline __m256i bytes_as_words32(const std::uint8_t* bytes) {
  return _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(bytes)));
}

void depthwise(const DepthwiseOperands& o) {
  for (int pixel = 0; pixel < o.pixels.count; ++pixel) {
    const std::uint8_t* first = o.pixels.base + o.pixels.offsets[pixel];
    for (int c = 0; c < o.channels; c += 8) {
      __m256i sums = _mm256_setzero_si256();
      for (int tap = 0; tap < o.taps; ++tap) {
        const __m256i row = _mm256_slli_epi32(bytes_as_words32(o.weights + tap * o.channels + c), 8);
        const __m256i index = _mm256_or_si256(row, bytes_as_words32(first + o.tap_offsets[tap] + c));
        sums = _mm256_add_epi32(sums, _mm256_i32gather_epi32(o.products, index, 4));
      }
      store(o.sums + pixel * o.sums_stride + c, sums);
    }
  }
}

/// 16 channels of one pixel: the even ones, then the odd ones.
void depthwise_dot(const DepthwiseDotOperands& o) {
  for (int pixel = 0; pixel < o.pixels.count; ++pixel)
    for (int c = 0; c < o.channels; c += kLanes) {
      __m256i even = _mm256_setzero_si256();
      __m256i odd = _mm256_setzero_si256();
      const std::int16_t* w = o.weights + 2 * (c / 32 * 32) * o.taps + c % 32;
      const std::uint8_t* first = o.pixels.base + o.pixels.offsets[pixel] + c;
      for (int tap = 0; tap < o.taps; ++tap, w += 64) {
        const auto* bytes = reinterpret_cast<const __m128i*>(first + o.tap_offsets[tap]);
        const __m256i words = _mm256_cvtepu8_epi16(_mm_loadu_si128(bytes));
        even = _mm256_add_epi32(even, _mm256_madd_epi16(words, load(w)));
        odd = _mm256_add_epi32(odd, _mm256_madd_epi16(words, load(w + 32)));
      }
      const __m256i low = _mm256_unpacklo_epi32(even, odd);  // channels 0 to 3, 8 to 11
      const __m256i high = _mm256_unpackhi_epi32(even, odd);
      std::int32_t* sums = o.sums + pixel * o.sums_stride + c;
      store(sums, _mm256_add_epi32(_mm256_permute2x128_si256(low, high, 0x20), load(o.bias + c)));
      store(sums + 8, _mm256_add_epi32(_mm256_permute2x128_si256(low, high, 0x31), load(o.bias + c + 8)));
    }
}

/// 4 channels: clamp((sum * multiplier + offset) >> shift) as 64-bit lanes. AVX2 lacks their arithmetic shift: the
/// biased value is shifted, then the shifted bias taken off again.
struct Requantiser {
  __m256i multiplier, offset, shift, shifted_bias, low, high;

  Requantiser(const RequantiseOperands& o, int channel)
      : multiplier(load(o.multipliers + channel)),
        shift(load(o.shifts + channel)),
        low(_mm256_set1_epi64x(o.range.low)),
        high(_mm256_set1_epi64x(o.range.high)) {
    const __m256i bias = _mm256_set1_epi64x(std::int64_t{1} << 62);
    offset = _mm256_add_epi64(load(o.offsets + channel), bias);
    shifted_bias = _mm256_srlv_epi64(bias, shift);
  }
  [[nodiscard]] inline __m256i operator()(const std::int32_t* sums) const {
    const __m256i wide = _mm256_cvtepi32_epi64(_mm_loadu_si128(reinterpret_cast<const __m128i*>(sums)));
    const __m256i biased = _mm256_add_epi64(_mm256_mul_epi32(wide, multiplier), offset);
    __m256i value = _mm256_sub_epi64(_mm256_srlv_epi64(biased, shift), shifted_bias);
    value = _mm256_blendv_epi8(value, high, _mm256_cmpgt_epi64(value, high));
    return _mm256_blendv_epi8(value, low, _mm256_cmpgt_epi64(low, value));
  }
};

/// 8 channels of some pixels.
void requantise_block(const RequantiseOperands& o, int channel, int first, int end) {
  const Requantiser left{o, channel}, right{o, channel + 4};
  // Of 32-bit lanes 0, 1, 4, 5 | 2, 3, 6, 7.
  const __m256i low_bytes = _mm256_setr_epi8(0, 4, -1, -1, 8, 12, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 0, 4,
                                             -1, -1, 8, 12, -1, -1, -1, -1, -1, -1, -1, -1);
  const int rest = o.channels - channel;
  for (int pixel = first; pixel < end; ++pixel) {
    const std::int32_t* sums = o.sums + pixel * o.sums_stride + channel;
    const __m256 low_words =
        _mm256_shuffle_ps(_mm256_castsi256_ps(left(sums)), _mm256_castsi256_ps(right(sums + 4)), 0x88);
    const __m256i halves = _mm256_shuffle_epi8(_mm256_castps_si256(low_words), low_bytes);
    const __m128i bytes = _mm_or_si128(_mm256_castsi256_si128(halves), _mm256_extracti128_si256(halves, 1));
    std::uint8_t* out = o.out + pixel * o.out_stride + channel;
    if (rest >= 8) {
      _mm_storel_epi64(reinterpret_cast<__m128i*>(out), bytes);
    } else {
      alignas(16) std::uint8_t all[16];
      _mm_store_si128(reinterpret_cast<__m128i*>(all), bytes);
      std::memcpy(out, all, static_cast<std::size_t>(rest));
    }
  }
}

void requantise_all(const RequantiseOperands& o) {
  constexpr int kPixels = 32;  // whose sums stay in the first cache for all channels
  for (int pixel = 0; pixel < o.pixels; pixel += kPixels)
    for (int channel = 0; channel < o.channels; channel += 8)
      requantise_block(o, channel, pixel, pixel + kPixels < o.pixels ? pixel + kPixels : o.pixels);
}

}  // namespace

const KernelSet& avx2_kernels() {
  static const KernelSet set = [] {
    KernelSet s;
    s.most_planes = 2;
    s.planar_images = 32;
    s.map_bytes = map_bytes;
    s.dot = dot;
    s.build_rows = build_rows;
    s.add_rows = add_rows<>;
    s.depthwise = depthwise;
    s.depthwise_dot = depthwise_dot;
    s.planar_depthwise = avx2_planar_depthwise;
    s.requantise = requantise_all;
    return s;
  }();
  return set;
}

}  // namespace axvp::kernels
