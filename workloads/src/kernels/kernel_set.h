#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "axvp/workloads/convolution_kernel.h"

// What one instruction set has to provide. Every set computes the same integers; src/kernels/<set>.cpp is the only file
// compiled for that set, so nothing inline may be shared with it except this header's plain structs.
namespace axvp::kernels {

inline constexpr int kLanes = 16;           ///< Channels are padded to multiples of this.
inline constexpr int kDotStep = 4;          ///< Consecutive activation bytes of one dot step.
inline constexpr int kBlockDepth = 16;      ///< Most k of one block of product rows.
inline constexpr int kWidestGroup = 32;     ///< Most channels of one product row.
inline constexpr std::size_t kSlack = 128;  ///< Bytes that may be read, not used, behind a buffer.

/// Entries from the rows of one k to those of the next. A cache line more than the rows themselves: with a power of two
/// the rows of one code would share an L1 set.
constexpr std::size_t row_table_stride(int width) {
  return 256 * static_cast<std::size_t>(width) + 32;
}

/// Output positions: their activation bytes start at base + offsets[i].
struct Pixels {
  const std::uint8_t* base = nullptr;
  const std::int32_t* offsets = nullptr;
  int count = 0;
};

/// sums[pixel][channel] = bias[channel] + sum over steps of 4 activation bytes (unsigned) times 4 weights.
struct DotOperands {
  Pixels pixels;
  const std::int32_t* step_offsets = nullptr;  ///< Of the first byte of each step, from the pixel.
  int steps = 0;
  const std::int8_t* weights = nullptr;  ///< [channels / 16][steps][16][4].
  const std::int32_t* bias = nullptr;    ///< [channels].
  int channels = 0;                      ///< A multiple of 16.
  std::int32_t* sums = nullptr;
  std::ptrdiff_t sums_stride = 0;
};

/// What product rows are made from; see ProductPlan.
struct RowSource {
  const std::int16_t* by_weight = nullptr;
  const std::uint8_t* bytes = nullptr;
  const std::uint8_t* codes = nullptr;  ///< The activation codes whose rows are wanted, rising.
  int code_count = 0;
  bool odd = false;  ///< row(x, -w) = -row(x, w), and no weight is -128.
};

/// Product rows of `depth` consecutive k for `width` channels: table[k * row_table_stride(width) + code * width +
/// channel, in the set's own order].
struct RowBlock {
  int depth = 0;  ///< [1, kBlockDepth].
  int width = 0;  ///< 16, or 32 where the set offers it.
};

/// sums[pixel][channel] += sum over the block's k of table[k][activation byte][channel].
struct RowOperands {
  RowBlock block;
  const std::int16_t* table = nullptr;
  Pixels pixels;  ///< base points at the block's first k.
  std::int32_t* sums = nullptr;
  std::ptrdiff_t sums_stride = 0;
  bool starts = false;        ///< The sums so far are 0, whatever their memory holds.
  bool fits_16_bits = false;  ///< No sum over `depth` entries leaves 16 signed bits.
};

/// Each channel reads its own input channel: sums[pixel][c] = sum over taps of products(x[pixel + tap][c], w[tap][c]).
struct DepthwiseOperands {
  Pixels pixels;  ///< base points at the first channel.
  const std::int32_t* tap_offsets = nullptr;
  int taps = 0;
  const std::int32_t* products = nullptr;  ///< [weight byte][activation byte].
  const std::uint8_t* weights = nullptr;   ///< [tap][channels].
  int channels = 0;                        ///< A multiple of 16; the padding may read kSlack bytes too far.
  std::int32_t* sums = nullptr;
  std::ptrdiff_t sums_stride = 0;
};

/// Depthwise by multiplication: sums[pixel][c] = bias[c] + sum over taps of x[pixel + tap][c] * w[tap][c], where taps
/// run over the plan's planes too.
struct DepthwiseDotOperands {
  Pixels pixels;  ///< base points at the first channel.
  const std::int32_t* tap_offsets = nullptr;
  int taps = 0;
  /// [channels / 32, rounded up][tap][64]: the weights of 32 channels with 0 for the odd ones, then for the even ones.
  const std::int16_t* weights = nullptr;
  const std::int32_t* bias = nullptr;  ///< [channels].
  int channels = 0;                    ///< A multiple of 16.
  std::int32_t* sums = nullptr;
  std::ptrdiff_t sums_stride = 0;
};

inline constexpr int kMostPlanarTaps = 128;  ///< So that sums of product bytes fit in 15 bits.

/// Bytes of one phase (the pixels that a stride leaves together) with what transposing may write behind it.
constexpr std::ptrdiff_t planar_phase_bytes(int rows, int columns) {
  return static_cast<std::ptrdiff_t>(rows) * columns + 16;
}

/// Bytes of one channel's plane of PlanarDepthwiseOperands::planes, with what may be read behind it.
constexpr std::ptrdiff_t planar_channel_bytes(int rows, int columns, int stride_rows, int stride_columns) {
  const std::ptrdiff_t phase =
      planar_phase_bytes((rows + stride_rows - 1) / stride_rows, (columns + stride_columns - 1) / stride_columns);
  return (phase * stride_rows * stride_columns + 511) / 64 * 64;
}

/// Depthwise by look-up. A set uses `product_bytes` or `products` and `work`.
struct PlanarDepthwiseOperands {
  const std::uint8_t* images_base = nullptr;  ///< Padded, [image][row][column][pixel_stride], at the first channel.
  std::ptrdiff_t image_step = 0;
  int images = 0;
  int rows = 0, columns = 0;
  std::ptrdiff_t pixel_stride = 0;
  int stride_rows = 1, stride_columns = 1;
  const int* tap_rows = nullptr;  ///< Of the first output pixel.
  const int* tap_columns = nullptr;
  int kernel_rows = 0, kernel_columns = 0;      ///< Up to kMostPlanarTaps taps.
  const std::uint8_t* product_bytes = nullptr;  ///< [weight byte][256 low bytes, then 256 high bytes plus 128].
  const std::int32_t* products = nullptr;       ///< [weight byte][activation byte].
  const std::uint8_t* weights = nullptr;        ///< [tap][weights_stride].
  std::ptrdiff_t weights_stride = 0;
  int channels = 0;  ///< A multiple of 16.
  int output_rows = 0, output_columns = 0;
  std::int32_t* sums = nullptr;  ///< [image][output row][output column][sums_stride].
  std::ptrdiff_t sums_stride = 0;
  int images_at_once = 1;
  std::uint8_t* planes = nullptr;  ///< Scratch of images_at_once * 16 * planar_channel_bytes(...) bytes.
  std::int32_t* work = nullptr;    ///< Scratch of PlanarWork::all entries.

  [[nodiscard]] int taps() const { return kernel_rows * kernel_columns; }
};

/// Entries of PlanarDepthwiseOperands::work, in this order.
struct PlanarWork {
  static constexpr int kOutputs = 256;  ///< That are computed together.

  explicit PlanarWork(const PlanarDepthwiseOperands& o)
      : quads((o.kernel_columns + 3) / 4),
        is_one_run(o.stride_rows == 1 && o.stride_columns == 1),
        output_row(is_one_run ? o.columns : o.output_columns),
        products(std::ptrdiff_t{o.kernel_rows} * quads * 4 * 256),
        lane(kOutputs * o.stride_columns + (o.columns + 15) / 8 * 8),
        lanes(4 * quads * lane),
        channel((std::ptrdiff_t{o.images_at_once} * o.output_rows * output_row + 23) / 8 * 8),
        offsets((planar_phase_bytes(o.rows, o.columns) + 16) / 2),
        all(products + lanes + kLanes * channel + offsets) {}

  int quads;                  ///< Of kernel columns.
  bool is_one_run;            ///< Output rows are as far apart as input rows.
  std::ptrdiff_t output_row;  ///< From one output row to the next.
  std::ptrdiff_t products;    ///< By code, for four kernel columns together.
  std::ptrdiff_t lane;        ///< Sums of one kernel column.
  std::ptrdiff_t lanes;
  std::ptrdiff_t channel;  ///< One channel's sums.
  std::ptrdiff_t offsets;  ///< One channel's codes, as 16-bit offsets.
  std::ptrdiff_t all;
};

/// Requantises sums[pixel][0, channels) into out[pixel * out_stride].
struct RequantiseOperands {
  const std::int32_t* sums = nullptr;
  std::ptrdiff_t sums_stride = 0;
  int pixels = 0;
  int channels = 0;
  const std::int64_t* multipliers = nullptr;
  const std::int64_t* offsets = nullptr;
  const std::int64_t* shifts = nullptr;
  ClampRange range;
  std::uint8_t* out = nullptr;
  std::ptrdiff_t out_stride = 0;
};

struct KernelSet {
  int widest_group = kLanes;
  std::size_t most_planes = 0;      ///< Of a plan that is faster than product rows.
  int planar_images = 0;            ///< Most images that planar_depthwise takes at once.
  bool planar_reads_bytes = false;  ///< planar_depthwise reads `product_bytes`, not `products`.
  void (*map_bytes)(const std::uint8_t* map, const std::uint8_t* in, std::size_t count, std::uint8_t* out) = nullptr;
  void (*dot)(const DotOperands& operands) = nullptr;
  /// `weights`: [k][width].
  void (*build_rows)(const RowSource& source, const std::uint8_t* weights, const RowBlock& block,
                     std::int16_t* table) = nullptr;
  void (*add_rows)(const RowOperands& operands) = nullptr;
  void (*depthwise)(const DepthwiseOperands& operands) = nullptr;
  void (*depthwise_dot)(const DepthwiseDotOperands& operands) = nullptr;
  /// Null where `depthwise` is all there is.
  void (*planar_depthwise)(const PlanarDepthwiseOperands& operands) = nullptr;
  void (*requantise)(const RequantiseOperands& operands) = nullptr;
};

void avx2_planar_depthwise(const PlanarDepthwiseOperands& operands);
void avx512_depthwise_dot(const DepthwiseDotOperands& operands);
void avx512_planar_depthwise(const PlanarDepthwiseOperands& operands);

[[nodiscard]] const KernelSet& portable_kernels();
[[nodiscard]] const KernelSet& avx2_kernels();
[[nodiscard]] const KernelSet& avx512_kernels();
[[nodiscard]] const KernelSet& kernels_of(KernelTier tier);

}  // namespace axvp::kernels
