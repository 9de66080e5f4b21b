#include <immintrin.h>

#include <cstring>

#include "kernel_set.h"
#include "planar_depthwise.h"

// Depthwise convolutions by look-up on AVX2, one channel after the other. A code reads its products with up to four
// weights of one kernel row in one load. Added up over the kernel's rows, they are sums by kernel column, which the
// output pixels then take from as many places.
namespace axvp::kernels {
namespace {

constexpr int kCodes = 256;

inline __m128i load4(const std::int32_t* from) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
}
inline void store4(std::int32_t* to, __m128i value) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to), value);
}
inline __m256i load8(const std::int32_t* from) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
}
inline void store8(std::int32_t* to, __m256i value) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), value);
}

/// rows[i] becomes column i.
[[gnu::always_inline]] inline void transpose4(__m128i (&rows)[4]) {
  const __m128i low01 = _mm_unpacklo_epi32(rows[0], rows[1]), high01 = _mm_unpackhi_epi32(rows[0], rows[1]);
  const __m128i low23 = _mm_unpacklo_epi32(rows[2], rows[3]), high23 = _mm_unpackhi_epi32(rows[2], rows[3]);
  rows[0] = _mm_unpacklo_epi64(low01, low23);
  rows[1] = _mm_unpackhi_epi64(low01, low23);
  rows[2] = _mm_unpacklo_epi64(high01, high23);
  rows[3] = _mm_unpackhi_epi64(high01, high23);
}

/// The same in each half.
[[gnu::always_inline]] inline void transpose4(__m256i (&rows)[4]) {
  const __m256i low01 = _mm256_unpacklo_epi32(rows[0], rows[1]), high01 = _mm256_unpackhi_epi32(rows[0], rows[1]);
  const __m256i low23 = _mm256_unpacklo_epi32(rows[2], rows[3]), high23 = _mm256_unpackhi_epi32(rows[2], rows[3]);
  rows[0] = _mm256_unpacklo_epi64(low01, low23);
  rows[1] = _mm256_unpackhi_epi64(low01, low23);
  rows[2] = _mm256_unpacklo_epi64(high01, high23);
  rows[3] = _mm256_unpackhi_epi64(high01, high23);
}

/// The products of one channel: [quad][kernel row][code][4 kernel columns].
void gather_products(const PlanarDepthwiseOperands& o, const PlanarWork& work, int channel, std::int32_t* products) {
  static constexpr std::int32_t kNone[kCodes] = {};
  for (int quad = 0; quad < work.quads; ++quad)
    for (int row = 0; row < o.kernel_rows; ++row) {
      const std::int32_t* of_weight[4];
      for (int i = 0; i < 4; ++i) {
        const int column = 4 * quad + i;
        const int tap = row * o.kernel_columns + column;
        of_weight[i] = column < o.kernel_columns
                           ? o.products + std::ptrdiff_t{kCodes} * o.weights[tap * o.weights_stride + channel]
                           : kNone;
      }
      for (int code = 0; code < kCodes; code += 8, products += 32) {
        __m256i entries[4];
        unrolled<4>([&](auto i) AXVP_INLINE { entries[i] = load8(of_weight[i] + code); });
        transpose4(entries);  // codes 0 to 3 and 4 to 7
        unrolled<4>([&](auto i) AXVP_INLINE {
          store4(products + 4 * i, _mm256_castsi256_si128(entries[i]));
          store4(products + 4 * (i + 4), _mm256_extracti128_si256(entries[i], 1));
        });
      }
    }
}

/// Codes as offsets into a kernel row's products, in bytes.
void widen_codes(const std::uint8_t* codes, std::ptrdiff_t count, std::uint16_t* offsets) {
  for (std::ptrdiff_t i = 0; i < count; i += 16) {
    const __m256i words = _mm256_cvtepu8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(codes + i)));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(offsets + i), _mm256_slli_epi16(words, 4));
  }
}

/// Sums over the kernel's rows for `columns` input columns: lanes[kernel column][input column]. `Rows`: the kernel's,
/// or 0 for any number.
template <int Rows>
void add_kernel_rows(const std::int32_t* products, const std::uint16_t* const* offsets_of_row, int kernel_rows,
                     int columns, std::int32_t* lanes, std::ptrdiff_t lane) {
  const auto rows = static_cast<std::size_t>(Rows == 0 ? kernel_rows : Rows);
  const std::uint16_t* offsets[Rows == 0 ? kMostPlanarTaps : Rows];
  for (std::size_t row = 0; row < rows; ++row) offsets[row] = offsets_of_row[row];
  for (int column = 0; column < columns; column += 4) {
    __m128i sums[4];
    unrolled<4>([&](auto i) AXVP_INLINE { sums[i] = _mm_setzero_si128(); });
    for (std::size_t row = 0; row < rows; ++row) {
      const char* of_row = reinterpret_cast<const char*>(products + row * 4 * kCodes);
      unrolled<4>([&](auto i) AXVP_INLINE {
        const auto* entry = reinterpret_cast<const __m128i*>(of_row + offsets[row][column + i]);
        sums[i] = _mm_add_epi32(sums[i], _mm_load_si128(entry));
      });
    }
    transpose4(sums);
    unrolled<4>([&](auto i) AXVP_INLINE { store4(lanes + i * lane + column, sums[i]); });
  }
}

/// `count` sums: of what each kernel column has at the output's place. May write up to 7 entries too far. `Columns`:
/// the kernel's, or 0 for any number.
template <int Columns>
void add_kernel_columns(const PlanarDepthwiseOperands& o, const std::int32_t* lanes, std::ptrdiff_t lane, int count,
                        std::int32_t* out) {
  const int columns = Columns == 0 ? o.kernel_columns : Columns;
  const std::int32_t* of_column[Columns == 0 ? kMostPlanarTaps : Columns];
  for (int k = 0; k < columns; ++k) of_column[k] = lanes + k * lane + o.tap_columns[k];
  if (o.stride_columns == 1) {
    for (int i = 0; i < count; i += 8) {
      __m256i sum = load8(of_column[0] + i);
      for (int k = 1; k < columns; ++k) sum = _mm256_add_epi32(sum, load8(of_column[k] + i));
      store8(out + i, sum);
    }
    return;
  }
  for (int i = 0; i < count; ++i) {
    std::int32_t sum = 0;
    for (int k = 0; k < columns; ++k) sum += of_column[k][i * o.stride_columns];
    out[i] = sum;
  }
}

/// Sums of `count` outputs from `first` on, whose receptive fields follow each other in steps of the stride.
void look_up_run(const PlanarDepthwiseOperands& o, const PlanarWork& work, const std::uint16_t* first, int count,
                 const std::int32_t* products, std::int32_t* lanes, std::int32_t* out) {
  const auto add_rows = o.kernel_rows == 3 ? add_kernel_rows<3> : add_kernel_rows<0>;
  const auto add_columns = o.kernel_columns == 3 ? add_kernel_columns<3> : add_kernel_columns<0>;
  const std::uint16_t* offsets_of_row[kMostPlanarTaps];
  for (int done = 0; done < count; done += PlanarWork::kOutputs) {
    const int outputs = count - done < PlanarWork::kOutputs ? count - done : PlanarWork::kOutputs;
    const int reach = (outputs - 1) * o.stride_columns + o.tap_columns[o.kernel_columns - 1] + 1;
    for (int row = 0; row < o.kernel_rows; ++row)
      offsets_of_row[row] = first + static_cast<std::ptrdiff_t>(o.tap_rows[row * o.kernel_columns]) * o.columns +
                            static_cast<std::ptrdiff_t>(done) * o.stride_columns;
    for (int quad = 0; quad < work.quads; ++quad)
      add_rows(products + quad * o.kernel_rows * 4 * kCodes, offsets_of_row, o.kernel_rows, reach,
               lanes + 4 * quad * work.lane, work.lane);
    add_columns(o, lanes, work.lane, outputs, out + done);
  }
}

/// All outputs of one image's channel: row by row, or where rows follow each other without a step in one run that
/// computes what lies between them, too.
void look_up_channel(const PlanarDepthwiseOperands& o, const PlanarWork& work, const std::uint16_t* plane,
                     const std::int32_t* products, std::int32_t* lanes, std::int32_t* out) {
  if (work.is_one_run) {
    look_up_run(o, work, plane, (o.output_rows - 1) * o.columns + o.output_columns, products, lanes, out);
    return;
  }
  for (int row = 0; row < o.output_rows; ++row)
    look_up_run(o, work, plane + static_cast<std::ptrdiff_t>(row) * o.stride_rows * o.columns, o.output_columns,
                products, lanes, out + row * work.output_row);
}

/// Up to 8 pixels of 8 channels.
[[gnu::always_inline]] inline void transpose8(const std::int32_t* from, std::ptrdiff_t step, int pixels,
                                              std::int32_t* to, std::ptrdiff_t to_step) {
  // Halves of channels i and i + 4 side by side.
  __m256i left[4], right[4];
  unrolled<4>([&](auto i) AXVP_INLINE {
    const std::int32_t* a = from + i * step;
    const std::int32_t* b = from + (i + 4) * step;
    left[i] = _mm256_inserti128_si256(_mm256_castsi128_si256(load4(a)), load4(b), 1);
    right[i] = _mm256_inserti128_si256(_mm256_castsi128_si256(load4(a + 4)), load4(b + 4), 1);
  });
  transpose4(left);
  transpose4(right);
  unrolled<4>([&](auto i) AXVP_INLINE {
    if (i < pixels) store8(to + i * to_step, left[i]);
    if (i + 4 < pixels) store8(to + (i + 4) * to_step, right[i]);
  });
}

/// Brings one output row of 16 channels from [channel][pixel] to [pixel][channel].
void write_row(const std::int32_t* by_channel, std::ptrdiff_t channel_step, int pixels, std::int32_t* out,
               std::ptrdiff_t out_step) {
  for (int pixel = 0; pixel < pixels; pixel += 8)
    for (int channel = 0; channel < kChannels; channel += 8)
      transpose8(by_channel + channel * channel_step + pixel, channel_step, pixels - pixel,
                 out + pixel * out_step + channel, out_step);
}

}  // namespace

void avx2_planar_depthwise(const PlanarDepthwiseOperands& o) {
  const Planes planes{o, 1, 1};
  const PlanarWork work{o};
  std::int32_t* products = o.work;
  std::int32_t* lanes = products + work.products;
  std::int32_t* by_channel = lanes + work.lanes;
  auto* offsets = reinterpret_cast<std::uint16_t*>(by_channel + kChannels * work.channel);
  for (int channel = 0; channel < o.channels; channel += kChannels)
    for (int image = 0; image < o.images; image += o.images_at_once) {
      const int images = o.images - image < o.images_at_once ? o.images - image : o.images_at_once;
      for (int i = 0; i < images; ++i)
        fill_planes(o, planes, image + i, channel, o.planes + i * kChannels * planes.channel_size);
      for (int c = 0; c < kChannels; ++c) {
        gather_products(o, work, channel + c, products);
        for (int i = 0; i < images; ++i) {
          widen_codes(o.planes + (i * kChannels + c) * planes.channel_size, planes.phase_size, offsets);
          look_up_channel(o, work, offsets, products, lanes,
                          by_channel + c * work.channel + i * o.output_rows * work.output_row);
        }
      }
      for (int row = 0; row < images * o.output_rows; ++row)
        write_row(by_channel + row * work.output_row, work.channel, o.output_columns,
                  o.sums +
                      (static_cast<std::ptrdiff_t>(image) * o.output_rows + row) * o.output_columns * o.sums_stride +
                      channel,
                  o.sums_stride);
    }
}

}  // namespace axvp::kernels
