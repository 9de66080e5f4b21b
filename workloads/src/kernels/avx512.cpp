#include <immintrin.h>

#include <cstring>

#include "kernel_set.h"

// AVX-512 F, BW, VL, VBMI and VNNI.
namespace axvp::kernels {
namespace {

/// sums[16] += for each lane 4 unsigned bytes of x times 4 signed bytes of w. Inline assembly because g++ 12 copies the
/// accumulator for the intrinsic, which halves the speed of the dot kernel.
inline void dot4(__m512i& sums, __m512i x, __m512i w) {
  asm("vpdpbusd %2, %1, %0" : "+v"(sums) : "v"(x), "v"(w));
}

inline void add_pairs(__m512i& sums, __m512i pairs, __m512i selector) {
  asm("vpdpwssd %2, %1, %0" : "+v"(sums) : "v"(pairs), "v"(selector));
}

/// Four 64-entry registers as one table of 256 bytes.
struct ByteTable {
  __m512i part[4];

  explicit ByteTable(const std::uint8_t* bytes)
      : part{_mm512_loadu_si512(bytes), _mm512_loadu_si512(bytes + 64), _mm512_loadu_si512(bytes + 128),
             _mm512_loadu_si512(bytes + 192)} {}
  [[nodiscard]] __m512i operator()(__m512i index, __mmask64 upper) const {
    return _mm512_mask_blend_epi8(upper, _mm512_permutex2var_epi8(part[0], index, part[1]),
                                  _mm512_permutex2var_epi8(part[2], index, part[3]));
  }
};

void map_bytes(const std::uint8_t* map, const std::uint8_t* in, std::size_t count, std::uint8_t* out) {
  const ByteTable table{map};
  for (std::size_t i = 0; i < count; i += 64) {
    const __mmask64 wanted = count - i >= 64 ? ~__mmask64{0} : (__mmask64{1} << (count - i)) - 1;
    const __m512i codes = _mm512_maskz_loadu_epi8(wanted, in + i);
    _mm512_mask_storeu_epi8(out + i, wanted, table(codes, _mm512_movepi8_mask(codes)));
  }
}

template <int PixelCount, int Vectors>
void dot_tile(const DotOperands& o, int pixel, int vector) {
  const std::uint8_t* x[PixelCount];
  for (int p = 0; p < PixelCount; ++p) x[p] = o.pixels.base + o.pixels.offsets[pixel + p];
  const std::ptrdiff_t vector_bytes = static_cast<std::ptrdiff_t>(o.steps) * 64;
  const std::int8_t* weights = o.weights + vector * vector_bytes;
  __m512i sums[PixelCount][Vectors];
  for (int v = 0; v < Vectors; ++v)
    for (int p = 0; p < PixelCount; ++p) sums[p][v] = _mm512_loadu_si512(o.bias + 16 * (vector + v));
  for (int step = 0; step < o.steps; ++step, weights += 64) {
    const std::ptrdiff_t offset = o.step_offsets[step];
    __m512i w[Vectors];
    for (int v = 0; v < Vectors; ++v) w[v] = _mm512_loadu_si512(weights + v * vector_bytes);
    for (int p = 0; p < PixelCount; ++p) {
      std::int32_t quad;
      std::memcpy(&quad, x[p] + offset, sizeof(quad));
      const __m512i broadcast = _mm512_set1_epi32(quad);
      for (int v = 0; v < Vectors; ++v) dot4(sums[p][v], broadcast, w[v]);
    }
  }
  for (int p = 0; p < PixelCount; ++p)
    for (int v = 0; v < Vectors; ++v)
      _mm512_storeu_si512(o.sums + (pixel + p) * o.sums_stride + 16 * (vector + v), sums[p][v]);
}

template <int PixelCount, int Vectors>
void dot_column(const DotOperands& o, int vector) {
  int pixel = 0;
  for (; pixel + PixelCount <= o.pixels.count; pixel += PixelCount) dot_tile<PixelCount, Vectors>(o, pixel, vector);
  if (pixel == o.pixels.count) return;
  if (o.pixels.count >= PixelCount) {  // computes some pixels twice
    dot_tile<PixelCount, Vectors>(o, o.pixels.count - PixelCount, vector);
    return;
  }
  for (; pixel < o.pixels.count; ++pixel) dot_tile<1, Vectors>(o, pixel, vector);
}

void dot(const DotOperands& o) {
  const int vectors = o.channels / 16;
  int vector = 0;
  for (; vectors - vector >= 4; vector += 4) dot_column<6, 4>(o, vector);
  switch (vectors - vector) {
    case 3:
      return dot_column<8, 3>(o, vector);
    case 2:
      return dot_column<12, 2>(o, vector);
    case 1:
      return dot_column<14, 1>(o, vector);
    default:
      return;
  }
}

/// Byte order of 64 weights so that unpacking two looked-up planes gives rows of int16 in order: 32 entries from the
/// low halves of the four 128-bit lanes, 32 from the high halves. `Width` 32: a row is interleaved as channels 0, 16,
/// 1, 17, ... for add_pairs; two k a register. 16: natural order, four k a register.
template <int Width>
__m512i unpack_order() {
  alignas(64) std::uint8_t order[64];
  for (int half = 0; half < 2; ++half)
    for (int i = 0; i < 32; ++i) {
      const int position = 16 * (i / 8) + 8 * half + i % 8;
      const int channel = Width == 32 ? i / 2 + 16 * (i % 2) : i;
      order[position] = static_cast<std::uint8_t>(32 * half + channel);
    }
  return _mm512_load_si512(order);
}

template <int Width>
void build_rows_of(const RowSource& source, const std::uint8_t* weights, const RowBlock& block, int codes,
                   std::int16_t* table) {
  constexpr int kRowsAtOnce = 64 / Width;
  const __m512i order = unpack_order<Width>();
  for (int k = 0; k < block.depth; k += kRowsAtOnce) {
    const int rows = block.depth - k < kRowsAtOnce ? block.depth - k : kRowsAtOnce;
    const __mmask64 wanted = ~__mmask64{0} >> (64 - rows * Width);
    const __m512i index = _mm512_permutexvar_epi8(order, _mm512_maskz_loadu_epi8(wanted, weights + k * Width));
    const __mmask64 upper = _mm512_movepi8_mask(index);
    std::int16_t* row = table + 256 * k * Width;
    for (int code = 0; code < codes; ++code, row += Width) {
      const std::uint8_t* bytes = source.bytes + 512 * code;
      const __m512i low = ByteTable{bytes}(index, upper);
      const __m512i high = ByteTable{bytes + 256}(index, upper);
      const __m512i first = _mm512_unpacklo_epi8(low, high);
      const __m512i second = _mm512_unpackhi_epi8(low, high);
      if constexpr (Width == 32) {
        _mm512_storeu_si512(row, first);
        _mm512_storeu_si512(row + 256 * Width, second);
      } else {
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(row), _mm512_castsi512_si256(first));
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(row + 256 * Width), _mm512_extracti64x4_epi64(first, 1));
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(row + 512 * Width), _mm512_castsi512_si256(second));
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(row + 768 * Width), _mm512_extracti64x4_epi64(second, 1));
      }
    }
  }
}

void build_rows(const RowSource& source, const std::uint8_t* weights, const RowBlock& block, int codes,
                std::int16_t* table) {
  if (block.width == 32)
    build_rows_of<32>(source, weights, block, codes, table);
  else
    build_rows_of<16>(source, weights, block, codes, table);
}

inline const __m256i* narrow_row(const std::int16_t* table, int k, std::uint8_t code) {
  return reinterpret_cast<const __m256i*>(table + (256 * k + code) * 16);
}

/// 32 channels a row.
template <int Depth, bool Fits16Bits>
void add_wide_block(const RowOperands& o) {
  const __m512i even = _mm512_set1_epi32(1);
  const __m512i odd = _mm512_set1_epi32(1 << 16);
  for (int pixel = 0; pixel < o.pixels.count; ++pixel) {
    const std::uint8_t* x = o.pixels.base + o.pixels.offsets[pixel];
    std::int32_t* sums = o.sums + pixel * o.sums_stride;
    __m512i low = _mm512_loadu_si512(sums);
    __m512i high = _mm512_loadu_si512(sums + 16);
    if constexpr (Fits16Bits) {
      __m512i pairs = _mm512_load_si512(o.table + x[0] * 32);
#pragma GCC unroll 16
      for (int k = 1; k < Depth; ++k)
        pairs = _mm512_add_epi16(pairs, _mm512_load_si512(o.table + (256 * k + x[k]) * 32));
      add_pairs(low, pairs, even);
      add_pairs(high, pairs, odd);
    } else {
#pragma GCC unroll 16
      for (int k = 0; k < Depth; ++k) {
        const __m512i pairs = _mm512_load_si512(o.table + (256 * k + x[k]) * 32);
        add_pairs(low, pairs, even);
        add_pairs(high, pairs, odd);
      }
    }
    _mm512_storeu_si512(sums, low);
    _mm512_storeu_si512(sums + 16, high);
  }
}

/// 16 channels a row.
template <int Depth, bool Fits16Bits>
void add_narrow_block(const RowOperands& o) {
  for (int pixel = 0; pixel < o.pixels.count; ++pixel) {
    const std::uint8_t* x = o.pixels.base + o.pixels.offsets[pixel];
    std::int32_t* sums = o.sums + pixel * o.sums_stride;
    __m512i total = _mm512_loadu_si512(sums);
    if constexpr (Fits16Bits) {
      __m256i small = _mm256_load_si256(narrow_row(o.table, 0, x[0]));
#pragma GCC unroll 16
      for (int k = 1; k < Depth; ++k) small = _mm256_add_epi16(small, _mm256_load_si256(narrow_row(o.table, k, x[k])));
      total = _mm512_add_epi32(total, _mm512_cvtepi16_epi32(small));
    } else {
#pragma GCC unroll 16
      for (int k = 0; k < Depth; ++k)
        total = _mm512_add_epi32(total, _mm512_cvtepi16_epi32(_mm256_load_si256(narrow_row(o.table, k, x[k]))));
    }
    _mm512_storeu_si512(sums, total);
  }
}

template <int Depth = kBlockDepth>
void add_rows(const RowOperands& o) {
  if (o.block.depth == Depth) {
    if (o.block.width == 32)
      o.fits_16_bits ? add_wide_block<Depth, true>(o) : add_wide_block<Depth, false>(o);
    else
      o.fits_16_bits ? add_narrow_block<Depth, true>(o) : add_narrow_block<Depth, false>(o);
  } else {
    if constexpr (Depth > 1) add_rows<Depth - 1>(o);
  }
}

inline __m512i bytes_as_words32(const std::uint8_t* bytes) {
  return _mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes)));
}

void depthwise(const DepthwiseOperands& o) {
  for (int pixel = 0; pixel < o.pixels.count; ++pixel) {
    const std::uint8_t* first = o.pixels.base + o.pixels.offsets[pixel];
    for (int c = 0; c < o.channels; c += 16) {
      __m512i sums = _mm512_setzero_si512();
      for (int tap = 0; tap < o.taps; ++tap) {
        const __m512i row = _mm512_slli_epi32(bytes_as_words32(o.weights + tap * o.channels + c), 8);
        const __m512i index = _mm512_or_si512(row, bytes_as_words32(first + o.tap_offsets[tap] + c));
        sums = _mm512_add_epi32(sums, _mm512_i32gather_epi32(index, o.products, 4));
      }
      _mm512_storeu_si512(o.sums + pixel * o.sums_stride + c, sums);
    }
  }
}

/// 8 channels: clamp((sum * multiplier + offset) >> shift) as 64-bit lanes.
struct Requantiser {
  __m512i multiplier, offset, shift, low, high;

  Requantiser(const RequantiseOperands& o, int channel)
      : multiplier(_mm512_loadu_si512(o.multipliers + channel)),
        offset(_mm512_loadu_si512(o.offsets + channel)),
        shift(_mm512_loadu_si512(o.shifts + channel)),
        low(_mm512_set1_epi64(o.range.low)),
        high(_mm512_set1_epi64(o.range.high)) {}
  [[nodiscard]] __m128i operator()(__m256i sums) const {
    const __m512i product = _mm512_mul_epi32(_mm512_cvtepi32_epi64(sums), multiplier);
    const __m512i value = _mm512_srav_epi64(_mm512_add_epi64(product, offset), shift);
    return _mm512_cvtepi64_epi8(_mm512_max_epi64(low, _mm512_min_epi64(high, value)));
  }
};

void requantise_all(const RequantiseOperands& o) {
  for (int channel = 0; channel < o.channels; channel += 16) {
    const Requantiser first{o, channel};
    const Requantiser second{o, channel + 8};
    const int rest = o.channels - channel;
    const auto wanted = static_cast<__mmask16>(rest >= 16 ? 0xffff : (1 << rest) - 1);
    for (int pixel = 0; pixel < o.pixels; ++pixel) {
      const std::int32_t* sums = o.sums + pixel * o.sums_stride + channel;
      const __m128i bytes = _mm_unpacklo_epi64(first(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(sums))),
                                               second(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(sums + 8))));
      _mm_mask_storeu_epi8(o.out + pixel * o.out_stride + channel, wanted, bytes);
    }
  }
}

}  // namespace

const KernelSet& avx512_kernels() {
  static const KernelSet set{32, map_bytes, dot, build_rows, add_rows<>, depthwise, requantise_all};
  return set;
}

}  // namespace axvp::kernels
