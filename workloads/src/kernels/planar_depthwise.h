#pragma once

#include <emmintrin.h>

#include <cstddef>
#include <cstdint>

#include "kernel_set.h"
#include "unrolled.h"

// Channels of a depthwise convolution's input as planes. Shared by the files that look products up with pixels as
// lanes; everything has internal linkage, as each is compiled for its own instruction set.
namespace axvp::kernels {
namespace {

constexpr int kChannels = 16;  ///< Whose planes are made at a time.

/// 16 pixels of 16 channels, `step` apart, into 16 planes of 16 bytes; the last pixel stands for those beyond `count`.
inline void transpose_bytes(const std::uint8_t* pixel, std::ptrdiff_t step, int count, std::uint8_t* plane,
                            std::ptrdiff_t plane_size) {
  __m128i a[16], b[16];
  if (count >= 16)
    unrolled<16>([&](auto i) AXVP_INLINE {
      a[i] = _mm_loadu_si128(reinterpret_cast<const __m128i*>(pixel));
      pixel += step;
    });
  else
    unrolled<16>([&](auto i) AXVP_INLINE {
      a[i] = _mm_loadu_si128(reinterpret_cast<const __m128i*>(pixel));
      if (i + 1 < count) pixel += step;
    });
  // Each stage pairs row i with row i + 8 and doubles the runs of neighbouring pixels (a perfect shuffle).
  const auto stage = [](const __m128i* in, __m128i* out) AXVP_INLINE {
    unrolled<8>([&](auto i) AXVP_INLINE {
      out[2 * i] = _mm_unpacklo_epi8(in[i], in[i + 8]);
      out[2 * i + 1] = _mm_unpackhi_epi8(in[i], in[i + 8]);
    });
  };
  stage(a, b);
  stage(b, a);
  stage(a, b);
  stage(b, a);
  unrolled<16>([&](auto i) AXVP_INLINE { _mm_storeu_si128(reinterpret_cast<__m128i*>(plane + i * plane_size), a[i]); });
}

/// The planes of 16 channels: [channel][row phase][column phase][row][column], so that a stride is a step of one.
struct Planes {
  Planes(const PlanarDepthwiseOperands& o, int phases_of_rows, int phases_of_columns)
      : row_phases(phases_of_rows),
        column_phases(phases_of_columns),
        rows((o.rows + row_phases - 1) / row_phases),
        columns((o.columns + column_phases - 1) / column_phases),
        phase_size(planar_phase_bytes(rows, columns)),
        channel_size(planar_channel_bytes(o.rows, o.columns, row_phases, column_phases)) {}

  int row_phases, column_phases;
  int rows, columns;  ///< Of a phase.
  std::ptrdiff_t phase_size, channel_size;
};

/// Fills the planes of 16 channels of one image.
inline void fill_planes(const PlanarDepthwiseOperands& o, const Planes& planes, int image, int channel,
                        std::uint8_t* to_image) {
  for (int row = 0; row < o.rows; ++row)
    for (int phase = 0; phase < planes.column_phases; ++phase) {
      const int row_phase = row % planes.row_phases;
      std::uint8_t* to = to_image + (row_phase * planes.column_phases + phase) * planes.phase_size +
                         static_cast<std::ptrdiff_t>(row / planes.row_phases) * planes.columns;
      const std::ptrdiff_t step = o.pixel_stride * planes.column_phases;
      const std::uint8_t* from = o.images_base + image * o.image_step +
                                 (static_cast<std::ptrdiff_t>(row) * o.columns + phase) * o.pixel_stride;
      const int count = (o.columns - phase + planes.column_phases - 1) / planes.column_phases;
      for (int column = 0; column < count; column += 16)  // what is written too far is written again
        transpose_bytes(from + column * step + channel, step, count - column, to + column, planes.channel_size);
    }
}

}  // namespace
}  // namespace axvp::kernels
