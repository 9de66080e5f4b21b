#include <immintrin.h>

#include "avx512_tools.h"
#include "kernel_set.h"
#include "planar_depthwise.h"

// Depthwise convolutions on AVX-512. Tables that factorise multiply, with channels as lanes. Others are looked up, with
// pixels as lanes: a weight's 256 products are in registers then, but the map has to be transposed there and back.
namespace axvp::kernels {
namespace {

constexpr int kDotPixels = 4;
constexpr int kVectors = 4;  ///< Registers of 64 pixels that share the loads of a weight's products.
constexpr int kBlock = 64 * kVectors;
constexpr int kBlocksAtOnce = 4;

/// 32 channels of up to kDotPixels pixels.
template <int PixelCount>
void dot_block(const DepthwiseDotOperands& o, int pixel, int channel) {
  const std::uint8_t* x[PixelCount];
  unrolled<PixelCount>([&](auto p) AXVP_INLINE { x[p] = o.pixels.base + o.pixels.offsets[pixel + p] + channel; });
  __m512i even[PixelCount], odd[PixelCount];
  unrolled<PixelCount>([&](auto p) AXVP_INLINE { even[p] = odd[p] = _mm512_setzero_si512(); });
  const std::int16_t* w = o.weights + 2 * channel * o.taps;
  for (int tap = 0; tap < o.taps; ++tap, w += 64) {
    const __m512i even_weights = _mm512_loadu_si512(w);
    const __m512i odd_weights = _mm512_loadu_si512(w + 32);
    unrolled<PixelCount>([&](auto p) AXVP_INLINE {
      const auto* bytes = reinterpret_cast<const __m256i*>(x[p] + o.tap_offsets[tap]);
      const __m512i words = _mm512_cvtepu8_epi16(_mm256_loadu_si256(bytes));
      add_pairs(even[p], words, even_weights);
      add_pairs(odd[p], words, odd_weights);
    });
  }
  const __m512i first = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const __m512i second = _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  const bool both = channel + 32 <= o.channels;
  unrolled<PixelCount>([&](auto p) AXVP_INLINE {
    std::int32_t* sums = o.sums + (pixel + p) * o.sums_stride + channel;
    const std::int32_t* bias = o.bias + channel;
    const __m512i low = _mm512_permutex2var_epi32(even[p], first, odd[p]);
    _mm512_storeu_si512(sums, _mm512_add_epi32(low, _mm512_loadu_si512(bias)));
    if (both) {
      const __m512i high = _mm512_permutex2var_epi32(even[p], second, odd[p]);
      _mm512_storeu_si512(sums + 16, _mm512_add_epi32(high, _mm512_loadu_si512(bias + 16)));
    }
  });
}

/// Whether codes beyond 127 occur in the planes of 16 channels.
bool upper_half_occurs(const std::uint8_t* of_image, const Planes& planes) {
  __m512i any = _mm512_setzero_si512();
  for (std::ptrdiff_t i = 0; i < kChannels * planes.channel_size; i += 64)
    any = _mm512_or_si512(any, _mm512_loadu_si512(of_image + i));
  return _mm512_movepi8_mask(any) != 0;
}

/// Sums of low and of high product bytes: even pixels, odd pixels.
struct ByteSums {
  __m512i low_all, low_odd, high_all, high_odd;

  ByteSums() { low_all = low_odd = high_all = high_odd = _mm512_setzero_si512(); }
  [[gnu::always_inline]] inline void add(__m512i low, __m512i high) {
    low_all = _mm512_add_epi16(low_all, low);
    low_odd = _mm512_add_epi16(low_odd, _mm512_srli_epi16(low, 8));
    high_all = _mm512_add_epi16(high_all, high);
    high_odd = _mm512_add_epi16(high_odd, _mm512_srli_epi16(high, 8));
  }
  /// Four registers of sums; see lane_of.
  [[gnu::always_inline]] inline void store(__m512i bias, std::int32_t* out) const {
    const __m512i low_even = _mm512_sub_epi16(low_all, _mm512_slli_epi16(low_odd, 8));
    const __m512i high_even = _mm512_sub_epi16(high_all, _mm512_slli_epi16(high_odd, 8));
    const __m512i weights = _mm512_set1_epi32(1 | 256 << 16);
    const auto put = [&](int i, __m512i pairs) AXVP_INLINE {
      _mm512_store_si512(out + 16 * i, _mm512_add_epi32(bias, _mm512_madd_epi16(pairs, weights)));
    };
    put(0, _mm512_unpacklo_epi16(low_even, high_even));
    put(1, _mm512_unpackhi_epi16(low_even, high_even));
    put(2, _mm512_unpacklo_epi16(low_odd, high_odd));
    put(3, _mm512_unpackhi_epi16(low_odd, high_odd));
  }
};

/// Which of 64 pixels lane `lane` of register `i` of ByteSums::store holds.
constexpr int pixel_of_lane(int i, int lane) {
  return 16 * (lane / 4) + 8 * (i % 2) + 2 * (lane % 4) + i / 2;
}

/// kBlock pixels of one channel into sums[kBlock]. `UpperHalf`: codes beyond 127 occur.
template <bool UpperHalf>
void look_up_block(const PlanarDepthwiseOperands& o, const std::uint8_t* plane, const std::ptrdiff_t* shifts,
                   int channel, std::int32_t* sums) {
  ByteSums of_vector[kVectors];
  for (int tap = 0; tap < o.taps(); ++tap) {
    const std::uint8_t* bytes = o.product_bytes + 512 * o.weights[tap * o.weights_stride + channel];
    const std::uint8_t* codes = plane + shifts[tap];
    __m512i low[4], high[4];
    unrolled<UpperHalf ? 4 : 2>([&](auto i) AXVP_INLINE {
      low[i] = _mm512_loadu_si512(bytes + 64 * i);
      high[i] = _mm512_loadu_si512(bytes + 256 + 64 * i);
    });
    unrolled<kVectors>([&](auto v) AXVP_INLINE {
      const __m512i index = _mm512_loadu_si512(codes + 64 * v);
      __m512i l = _mm512_permutex2var_epi8(low[0], index, low[1]);
      __m512i h = _mm512_permutex2var_epi8(high[0], index, high[1]);
      if constexpr (UpperHalf) {
        const __mmask64 upper = _mm512_movepi8_mask(index);
        l = _mm512_mask_blend_epi8(upper, l, _mm512_permutex2var_epi8(low[2], index, low[3]));
        h = _mm512_mask_blend_epi8(upper, h, _mm512_permutex2var_epi8(high[2], index, high[3]));
      }
      of_vector[v].add(l, h);
    });
  }
  // High bytes carry 128 too much each.
  const __m512i bias = _mm512_set1_epi32(-32768 * o.taps());
  unrolled<kVectors>([&](auto v) AXVP_INLINE { of_vector[v].store(bias, sums + 64 * v); });
}

/// Register `Register` of 64 pixels of 16 channels, transposed: pixels[i] gets the channels of pixel i.
template <int Register>
[[gnu::always_inline]] inline void transpose_words(const std::int32_t* from, std::int32_t* const* pixels) {
  __m512i a[16], b[16];
  unrolled<16>([&](auto i) AXVP_INLINE { a[i] = _mm512_load_si512(from + kBlock * i); });
  unrolled<8>([&](auto i) AXVP_INLINE {
    b[2 * i] = _mm512_unpacklo_epi32(a[2 * i], a[2 * i + 1]);
    b[2 * i + 1] = _mm512_unpackhi_epi32(a[2 * i], a[2 * i + 1]);
  });
  unrolled<4>([&](auto i) AXVP_INLINE {
    a[4 * i] = _mm512_unpacklo_epi64(b[4 * i], b[4 * i + 2]);
    a[4 * i + 1] = _mm512_unpackhi_epi64(b[4 * i], b[4 * i + 2]);
    a[4 * i + 2] = _mm512_unpacklo_epi64(b[4 * i + 1], b[4 * i + 3]);
    a[4 * i + 3] = _mm512_unpackhi_epi64(b[4 * i + 1], b[4 * i + 3]);
  });
  // a[4 i + j], 128-bit lane l: channels 4 i ... 4 i + 3 of lane 4 l + j.
  unrolled<4>([&](auto j) AXVP_INLINE {
    const __m512i low01 = _mm512_shuffle_i32x4(a[j], a[4 + j], 0x44);
    const __m512i high01 = _mm512_shuffle_i32x4(a[j], a[4 + j], 0xee);
    const __m512i low23 = _mm512_shuffle_i32x4(a[8 + j], a[12 + j], 0x44);
    const __m512i high23 = _mm512_shuffle_i32x4(a[8 + j], a[12 + j], 0xee);
    b[j] = _mm512_shuffle_i32x4(low01, low23, 0x88);
    b[4 + j] = _mm512_shuffle_i32x4(low01, low23, 0xdd);
    b[8 + j] = _mm512_shuffle_i32x4(high01, high23, 0x88);
    b[12 + j] = _mm512_shuffle_i32x4(high01, high23, 0xdd);
  });
  unrolled<16>([&](auto i) AXVP_INLINE { _mm512_storeu_si512(pixels[pixel_of_lane(Register, i)], b[i]); });
}

/// Brings a block's sums to their pixels.
void write_block(const PlanarDepthwiseOperands& o, const Planes& planes, int image, int channel,
                 std::ptrdiff_t position, const std::int32_t* sums) {
  std::int32_t* of_image =
      o.sums + image * static_cast<std::ptrdiff_t>(o.output_rows) * o.output_columns * o.sums_stride;
  alignas(64) std::int32_t unwanted[kChannels];
  std::int32_t* pixels[kBlock];
  std::ptrdiff_t row = position / planes.columns;
  std::ptrdiff_t column = position % planes.columns;
  for (std::int32_t*& pixel : pixels) {
    const bool wanted = row < o.output_rows && column < o.output_columns;
    pixel = wanted ? of_image + (row * o.output_columns + column) * o.sums_stride + channel : unwanted;
    if (++column == planes.columns) ++row, column = 0;
  }
  for (int first = 0; first < kBlock; first += 64)
    unrolled<4>([&](auto i) AXVP_INLINE { transpose_words<i>(sums + first + 16 * i, pixels + first); });
}

/// From a channel's plane to the code that tap `tap` reads for the first output pixel.
std::ptrdiff_t shift_of(const PlanarDepthwiseOperands& o, const Planes& planes, int tap) {
  const int row = o.tap_rows[tap];
  const int column = o.tap_columns[tap];
  const int phase = row % o.stride_rows * o.stride_columns + column % o.stride_columns;
  return phase * planes.phase_size + static_cast<std::ptrdiff_t>(row / o.stride_rows) * planes.columns +
         column / o.stride_columns;
}

}  // namespace

void avx512_depthwise_dot(const DepthwiseDotOperands& o) {
  for (int channel = 0; channel < o.channels; channel += 32) {
    int pixel = 0;
    for (; pixel + kDotPixels <= o.pixels.count; pixel += kDotPixels) dot_block<kDotPixels>(o, pixel, channel);
    for (; pixel < o.pixels.count; ++pixel) dot_block<1>(o, pixel, channel);
  }
}

void avx512_planar_depthwise(const PlanarDepthwiseOperands& o) {
  const Planes planes{o, o.stride_rows, o.stride_columns};
  std::ptrdiff_t shifts[kMostPlanarTaps];
  for (int tap = 0; tap < o.taps(); ++tap) shifts[tap] = shift_of(o, planes, tap);
  alignas(64) std::int32_t sums[kBlocksAtOnce * kChannels * kBlock];
  const std::ptrdiff_t positions = static_cast<std::ptrdiff_t>(o.output_rows - 1) * planes.columns + o.output_columns;
  const int blocks_of_image = static_cast<int>((positions + kBlock - 1) / kBlock);
  for (int channel = 0; channel < o.channels; channel += kChannels)
    for (int image = 0; image < o.images; image += o.images_at_once) {
      const int images = o.images - image < o.images_at_once ? o.images - image : o.images_at_once;
      bool upper_half = false;
      for (int i = 0; i < images; ++i) {
        std::uint8_t* of_image = o.planes + i * kChannels * planes.channel_size;
        fill_planes(o, planes, image + i, channel, of_image);
        upper_half = upper_half_occurs(of_image, planes) || upper_half;
      }
      const int blocks = images * blocks_of_image;
      for (int first = 0; first < blocks; first += kBlocksAtOnce) {
        const int count = blocks - first < kBlocksAtOnce ? blocks - first : kBlocksAtOnce;
        for (int c = 0; c < kChannels; ++c)  // a weight's products stay in the first cache for all blocks
          for (int b = 0; b < count; ++b) {
            const int block = first + b;
            const std::uint8_t* plane = o.planes + (block / blocks_of_image * kChannels + c) * planes.channel_size +
                                        block % blocks_of_image * kBlock;
            std::int32_t* to = sums + (b * kChannels + c) * kBlock;
            if (upper_half)
              look_up_block<true>(o, plane, shifts, channel + c, to);
            else
              look_up_block<false>(o, plane, shifts, channel + c, to);
          }
        for (int b = 0; b < count; ++b)
          write_block(o, planes, image + (first + b) / blocks_of_image, channel, (first + b) % blocks_of_image * kBlock,
                      sums + b * kChannels * kBlock);
      }
    }
}

}  // namespace axvp::kernels
