#include <immintrin.h>

#include <cstring>

#include "avx512_tools.h"
#include "kernel_set.h"

// AVX-512 F, BW, VL, VBMI and VNNI.
namespace axvp::kernels {
namespace {

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
  unrolled<PixelCount>([&](auto p) AXVP_INLINE { x[p] = o.pixels.base + o.pixels.offsets[pixel + p]; });
  const std::ptrdiff_t vector_bytes = static_cast<std::ptrdiff_t>(o.steps) * 64;
  const std::int8_t* weights = o.weights + vector * vector_bytes;
  __m512i sums[PixelCount * Vectors];
  unrolled<Vectors>([&](auto v) AXVP_INLINE {
    const __m512i bias = _mm512_loadu_si512(o.bias + 16 * (vector + v));
    unrolled<PixelCount>([&](auto p) AXVP_INLINE { sums[p * Vectors + v] = bias; });
  });
  for (int step = 0; step < o.steps; ++step, weights += 64) {
    const std::ptrdiff_t offset = o.step_offsets[step];
    __m512i w[Vectors];
    unrolled<Vectors>([&](auto v) AXVP_INLINE { w[v] = _mm512_loadu_si512(weights + v * vector_bytes); });
    unrolled<PixelCount>([&](auto p) AXVP_INLINE {
      std::int32_t quad;
      std::memcpy(&quad, x[p] + offset, sizeof(quad));
      const __m512i broadcast = _mm512_set1_epi32(quad);
      unrolled<Vectors>([&](auto v) AXVP_INLINE { dot4(sums[p * Vectors + v], broadcast, w[v]); });
    });
  }
  unrolled<PixelCount * Vectors>([&](auto i) AXVP_INLINE {
    _mm512_storeu_si512(o.sums + (pixel + i / Vectors) * o.sums_stride + 16 * (vector + i % Vectors), sums[i]);
  });
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

constexpr int kIndexVectors = 4;

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

/// Up to kIndexVectors x 64 weights, as indices into the bytes of a code's products.
template <int Width>
struct RowIndices {
  static constexpr int kRows = 64 / Width;  ///< Rows of one register.
  __m512i index[kIndexVectors];
  __mmask64 upper[kIndexVectors];        ///< Index beyond 127.
  __mmask32 negative[kIndexVectors][2];  ///< Sign of the weight of each unpacked entry.

  RowIndices(const std::uint8_t* weights, int rows, bool odd) {
    const __m512i order = unpack_order<Width>();
    const __m512i zero = _mm512_setzero_si512();
    unrolled<kIndexVectors>([&](auto v) AXVP_INLINE {
      const int left = rows - v * kRows < 0 ? 0 : rows - v * kRows < kRows ? rows - v * kRows : kRows;
      const __mmask64 wanted = left == 0 ? 0 : ~__mmask64{0} >> (64 - left * Width);
      index[v] = _mm512_permutexvar_epi8(order, _mm512_maskz_loadu_epi8(wanted, weights + 64 * v));
      upper[v] = _mm512_movepi8_mask(index[v]);
      negative[v][0] = _mm512_movepi16_mask(_mm512_unpacklo_epi8(zero, index[v]));
      negative[v][1] = _mm512_movepi16_mask(_mm512_unpackhi_epi8(zero, index[v]));
      if (odd) index[v] = _mm512_abs_epi8(index[v]);
    });
  }
};

template <int Width>
inline void store_rows(std::int16_t* row, __m512i first, __m512i second) {
  if constexpr (Width == 32) {
    _mm512_storeu_si512(row, first);
    _mm512_storeu_si512(row + row_table_stride(Width), second);
  } else {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(row), _mm512_castsi512_si256(first));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(row + row_table_stride(Width)), _mm512_extracti64x4_epi64(first, 1));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(row + 2 * row_table_stride(Width)), _mm512_castsi512_si256(second));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(row + 3 * row_table_stride(Width)),
                        _mm512_extracti64x4_epi64(second, 1));
  }
}

/// Any table: 256 products a code.
template <int Width>
void build_any_rows(const RowSource& source, const RowIndices<Width>& rows, int vectors, std::int16_t* table) {
  for (int i = 0; i < source.code_count; ++i) {
    const std::uint8_t* bytes = source.bytes + 512 * source.codes[i];
    std::int16_t* row = table + Width * source.codes[i];
    const ByteTable low{bytes};
    const ByteTable high{bytes + 256};
    for (int v = 0; v < vectors; ++v) {
      const __m512i l = low(rows.index[v], rows.upper[v]);
      const __m512i h = high(rows.index[v], rows.upper[v]);
      store_rows<Width>(row + v * (64 / Width) * row_table_stride(Width), _mm512_unpacklo_epi8(l, h),
                        _mm512_unpackhi_epi8(l, h));
    }
  }
}

/// Tables that are odd in the weight: 128 products a code, looked up by magnitude, and the sign.
template <int Width>
void build_odd_rows(const RowSource& source, const RowIndices<Width>& rows, int vectors, std::int16_t* table) {
  const __m512i zero = _mm512_setzero_si512();
  for (int i = 0; i < source.code_count; ++i) {
    const std::uint8_t* bytes = source.bytes + 512 * source.codes[i];
    std::int16_t* row = table + Width * source.codes[i];
    const __m512i low0 = _mm512_loadu_si512(bytes), low1 = _mm512_loadu_si512(bytes + 64);
    const __m512i high0 = _mm512_loadu_si512(bytes + 256), high1 = _mm512_loadu_si512(bytes + 320);
    for (int v = 0; v < vectors; ++v) {
      const __m512i l = _mm512_permutex2var_epi8(low0, rows.index[v], low1);
      const __m512i h = _mm512_permutex2var_epi8(high0, rows.index[v], high1);
      const __m512i first = _mm512_unpacklo_epi8(l, h);
      const __m512i second = _mm512_unpackhi_epi8(l, h);
      store_rows<Width>(row + v * (64 / Width) * row_table_stride(Width),
                        _mm512_mask_sub_epi16(first, rows.negative[v][0], zero, first),
                        _mm512_mask_sub_epi16(second, rows.negative[v][1], zero, second));
    }
  }
}

template <int Width>
void build_rows_of(const RowSource& source, const std::uint8_t* weights, const RowBlock& block, std::int16_t* table) {
  constexpr int kRowsAtOnce = kIndexVectors * (64 / Width);
  for (int k = 0; k < block.depth; k += kRowsAtOnce) {
    const int rows = block.depth - k < kRowsAtOnce ? block.depth - k : kRowsAtOnce;
    const RowIndices<Width> indices{weights + k * Width, rows, source.odd};
    const int vectors = (rows * Width + 63) / 64;
    if (source.odd)
      build_odd_rows<Width>(source, indices, vectors, table + k * row_table_stride(Width));
    else
      build_any_rows<Width>(source, indices, vectors, table + k * row_table_stride(Width));
  }
}

void build_rows(const RowSource& source, const std::uint8_t* weights, const RowBlock& block, std::int16_t* table) {
  if (block.width == 32)
    build_rows_of<32>(source, weights, block, table);
  else
    build_rows_of<16>(source, weights, block, table);
}

/// Reads the activation bytes eight at a time: loads, not arithmetic, limit the row kernels.
template <int Depth>
struct Codes {
  std::uint64_t words[(Depth + 7) / 8];

  explicit Codes(const std::uint8_t* x) { std::memcpy(words, x, sizeof(words)); }
  [[nodiscard]] std::size_t operator[](int k) const { return (words[k / 8] >> (8 * (k % 8))) & 0xff; }
};

/// 32 channels a row.
template <int Depth, bool Fits16Bits>
void add_wide_block(const RowOperands& o) {
  const __m512i even = _mm512_set1_epi32(1);
  const __m512i odd = _mm512_set1_epi32(1 << 16);
  for (int pixel = 0; pixel < o.pixels.count; ++pixel) {
    const Codes<Depth> x{o.pixels.base + o.pixels.offsets[pixel]};
    const auto row = [&](int k)
                         AXVP_INLINE { return _mm512_load_si512(o.table + k * row_table_stride(32) + x[k] * 32); };
    std::int32_t* sums = o.sums + pixel * o.sums_stride;
    __m512i low = o.starts ? _mm512_setzero_si512() : _mm512_loadu_si512(sums);
    __m512i high = o.starts ? _mm512_setzero_si512() : _mm512_loadu_si512(sums + 16);
    if constexpr (Fits16Bits) {
      __m512i pairs = row(0);
      unrolled<Depth - 1>([&](auto k) AXVP_INLINE { pairs = _mm512_add_epi16(pairs, row(k + 1)); });
      add_pairs(low, pairs, even);
      add_pairs(high, pairs, odd);
    } else {
      unrolled<Depth>([&](auto k) AXVP_INLINE {
        const __m512i pairs = row(k);
        add_pairs(low, pairs, even);
        add_pairs(high, pairs, odd);
      });
    }
    _mm512_storeu_si512(sums, low);
    _mm512_storeu_si512(sums + 16, high);
  }
}

/// 16 channels a row.
template <int Depth, bool Fits16Bits>
void add_narrow_block(const RowOperands& o) {
  for (int pixel = 0; pixel < o.pixels.count; ++pixel) {
    const Codes<Depth> x{o.pixels.base + o.pixels.offsets[pixel]};
    const auto row = [&](int k) AXVP_INLINE {
      const std::int16_t* address = o.table + k * row_table_stride(16) + x[k] * 16;
      return _mm256_load_si256(reinterpret_cast<const __m256i*>(address));
    };
    std::int32_t* sums = o.sums + pixel * o.sums_stride;
    __m512i total = o.starts ? _mm512_setzero_si512() : _mm512_loadu_si512(sums);
    if constexpr (Fits16Bits) {
      __m256i small = row(0);
      unrolled<Depth - 1>([&](auto k) AXVP_INLINE { small = _mm256_add_epi16(small, row(k + 1)); });
      total = _mm512_add_epi32(total, _mm512_cvtepi16_epi32(small));
    } else {
      unrolled<Depth>([&](auto k) AXVP_INLINE { total = _mm512_add_epi32(total, _mm512_cvtepi16_epi32(row(k))); });
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
  static const KernelSet set = [] {
    KernelSet s;
    s.widest_group = 32;
    s.most_planes = 8;
    s.planar_images = 4;
    s.planar_reads_bytes = true;
    s.map_bytes = map_bytes;
    s.dot = dot;
    s.build_rows = build_rows;
    s.add_rows = add_rows<>;
    s.depthwise = depthwise;
    s.depthwise_dot = avx512_depthwise_dot;
    s.planar_depthwise = avx512_planar_depthwise;
    s.requantise = requantise_all;
    return s;
  }();
  return set;
}

}  // namespace axvp::kernels
