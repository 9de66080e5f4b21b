#include "axvp/accel/activity.h"

#include <algorithm>
#include <array>

namespace axvp {
namespace {

constexpr int kByteCounts = 255;  // additions that a byte can count

constexpr std::size_t kBlock = 16;  // channels counted side by side, one vector register

/// counts[c] += number of pixels x = first, first + step, .. <= last whose channel c is not 0, for kBlock channels from
/// `pixel` on. Counts in bytes first: a compare and a subtraction for 16 channels.
void add_nonzero_block(const std::uint8_t* pixel, std::ptrdiff_t stride, int pixels, std::uint32_t* counts) {
  while (pixels > 0) {
    std::array<std::uint8_t, kBlock> bytes{};
    const int batch = std::min(pixels, kByteCounts);
    for (int n = 0; n < batch; ++n, pixel += stride)
      for (std::size_t c = 0; c < kBlock; ++c) bytes[c] = static_cast<std::uint8_t>(bytes[c] + (pixel[c] != 0 ? 1 : 0));
    for (std::size_t c = 0; c < kBlock; ++c) counts[c] += bytes[c];
    pixels -= batch;
  }
}

/// counts[c] += number of pixels x = first, first + step, .. <= last whose channel c is not 0.
void add_nonzero(const std::uint8_t* row, int channels, int first, int last, int step, std::uint32_t* counts) {
  if (last < first) return;
  const auto size = static_cast<std::size_t>(channels);
  const int pixels = (last - first) / step + 1;
  const std::uint8_t* pixel = row + static_cast<std::size_t>(first) * size;
  const std::ptrdiff_t stride = static_cast<std::ptrdiff_t>(step) * channels;
  std::size_t c = 0;
  for (; c + kBlock <= size; c += kBlock) add_nonzero_block(pixel + c, stride, pixels, counts + c);
  for (; c < size; ++c)
    for (int n = 0; n < pixels; ++n) counts[c] += pixel[n * stride + static_cast<std::ptrdiff_t>(c)] != 0 ? 1 : 0;
}

/// Columns of one kernel column that lie inside the row: first, first + stride, .., last.
struct Columns {
  int first = 0, last = -1;

  [[nodiscard]] int count(int stride) const { return last < first ? 0 : (last - first) / stride + 1; }
};

Columns columns_of(const Descriptor& d, int kernel_column) {
  const Window& w = d.window;
  const int offset = kernel_column * w.dilation_width - w.pad_left;
  const int skipped = offset < 0 ? (-offset + w.stride_width - 1) / w.stride_width : 0;
  const int last_inside = (d.input.width - 1 - offset) / w.stride_width;
  Columns columns;
  columns.first = offset + skipped * w.stride_width;
  columns.last = d.input.width - 1 - offset < 0 ? columns.first - 1
                                                : offset + std::min(d.output.width - 1, last_inside) * w.stride_width;
  return columns;
}

/// How a kernel column is counted: by itself, or from another one that is the same modulo the stride and differs at the
/// row's ends only.
struct KernelColumn {
  Columns columns;
  std::size_t model = 0;  ///< Its own index if it is counted by itself.
};

std::vector<KernelColumn> kernel_columns_of(const Descriptor& d) {
  const int stride = d.window.stride_width;
  std::vector<KernelColumn> result;
  for (int kw = 0; kw < d.window.kernel_width; ++kw) {
    KernelColumn column{columns_of(d, kw), result.size()};
    const Columns& mine = column.columns;
    for (std::size_t j = 0; j < result.size(); ++j) {
      const Columns& other = result[j].columns;
      if ((other.first - mine.first) % stride != 0 || other.count(stride) == 0) continue;
      const int difference = (std::abs(other.first - mine.first) + std::abs(other.last - mine.last)) / stride;
      if (difference < mine.count(stride)) column.model = j;
    }
    result.push_back(column);
  }
  return result;
}

/// Non-zero counts of one input row for every kernel column: [kernel column][channel].
void count_row(const Descriptor& d, const std::vector<KernelColumn>& columns, const std::uint8_t* row,
               std::vector<std::uint32_t>& counts) {
  const int channels = d.input.channels;
  const int stride = d.window.stride_width;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    std::uint32_t* mine = counts.data() + i * static_cast<std::size_t>(channels);
    const Columns& to = columns[i].columns;
    if (columns[i].model == i) {
      std::fill(mine, mine + channels, 0u);
      add_nonzero(row, channels, to.first, to.last, stride, mine);
      continue;
    }
    const Columns& from = columns[columns[i].model].columns;
    const std::uint32_t* other = counts.data() + columns[i].model * static_cast<std::size_t>(channels);
    std::copy(other, other + channels, mine);
    const auto correct = [&](int first, int last, std::uint32_t sign) {
      for (int x = first; x <= last; x += stride) {
        const std::uint8_t* pixel = row + static_cast<std::ptrdiff_t>(x) * channels;
        for (int c = 0; c < channels; ++c) mine[c] += sign * (pixel[c] != 0 ? 1u : 0u);
      }
    };
    const auto minus_one = static_cast<std::uint32_t>(-1);
    correct(to.first, from.first - stride, 1);
    correct(from.first, to.first - stride, minus_one);
    correct(from.last + stride, to.last, 1);
    correct(to.last + stride, from.last, minus_one);
  }
}

/// counts[k] = channels of `weights` ([channels][k]) whose weight is not 0.
void add_nonzero_weights(const std::int8_t* weights, int channels, std::size_t fan_in, std::uint32_t* counts) {
  std::vector<std::uint8_t> bytes(fan_in);
  for (int n = 0; n < channels;) {
    std::fill(bytes.begin(), bytes.end(), std::uint8_t{0});
    for (int i = 0; i < kByteCounts && n < channels; ++i, ++n) {
      const std::int8_t* row = weights + static_cast<std::size_t>(n) * fan_in;
      for (std::size_t k = 0; k < fan_in; ++k) bytes[k] = static_cast<std::uint8_t>(bytes[k] + (row[k] != 0 ? 1 : 0));
    }
    for (std::size_t k = 0; k < fan_in; ++k) counts[k] += bytes[k];
  }
}

/// Calls `visit(convolution group, first channel, channels)` for each convolution group that `group` touches.
template <class Visitor>
void visit_convolution_groups(const Descriptor& d, const ChannelGroup& group, Visitor&& visit) {
  const int per_group = d.output.channels / d.groups;
  for (int begin = group.begin; begin < group.end;) {
    const int index = begin / per_group;
    const int end = std::min(group.end, (index + 1) * per_group);
    visit(index, begin, end - begin);
    begin = end;
  }
}

/// padding[tap] += positions of the tile whose activation lies above, below, left or right of the tensor.
void count_padding(const Descriptor& d, const RowTile& tile, const std::vector<KernelColumn>& columns,
                   std::vector<std::uint32_t>& padding) {
  const auto width = static_cast<std::uint32_t>(d.output.width);
  for (int row = tile.begin; row < tile.end; ++row)
    for (int kh = 0; kh < d.window.kernel_height; ++kh) {
      const int y = row * d.window.stride_height - d.window.pad_top + kh * d.window.dilation_height;
      const bool is_inside = y >= 0 && y < d.input.height;
      for (std::size_t kw = 0; kw < columns.size(); ++kw)
        padding[static_cast<std::size_t>(kh) * columns.size() + kw] +=
            is_inside ? width - static_cast<std::uint32_t>(columns[kw].columns.count(d.window.stride_width)) : width;
    }
}

}  // namespace

TileActivity count_activations(const Descriptor& d, const RowTile& tile, const std::uint8_t* input) {
  const Window& w = d.window;
  const auto channels = static_cast<std::size_t>(d.input.channels);
  const auto kernel_columns = static_cast<std::size_t>(w.kernel_width);
  const std::size_t taps = static_cast<std::size_t>(w.kernel_height) * kernel_columns;
  TileActivity activity;
  activity.positions = static_cast<std::uint64_t>(tile.rows()) * static_cast<std::uint64_t>(d.output.width);
  activity.read.assign(taps, 0);
  activity.padding.assign(taps, 0);
  activity.nonzero.assign(taps * channels, 0);
  const std::vector<KernelColumn> columns = kernel_columns_of(d);
  count_padding(d, tile, columns, activity.padding);
  std::vector<std::uint32_t> row_counts(kernel_columns * channels);
  for (int y = tile.input_begin; y < tile.input_end; ++y) {
    bool counted = false;
    for (int kh = 0; kh < w.kernel_height; ++kh) {
      const int offset = y + w.pad_top - kh * w.dilation_height;
      if (offset % w.stride_height != 0) continue;
      const int output_row = offset / w.stride_height;
      if (offset < 0 || output_row < tile.begin || output_row >= tile.end) continue;
      if (!counted)
        count_row(d, columns, input + static_cast<std::size_t>(y - tile.input_begin) * input_row_bytes(d), row_counts);
      counted = true;
      std::uint32_t* sums = activity.nonzero.data() + static_cast<std::size_t>(kh) * kernel_columns * channels;
      for (std::size_t i = 0; i < row_counts.size(); ++i) sums[i] += row_counts[i];
      for (std::size_t kw = 0; kw < kernel_columns; ++kw)
        activity.read[static_cast<std::size_t>(kh) * kernel_columns + kw] +=
            static_cast<std::uint32_t>(columns[kw].columns.count(w.stride_width));
    }
  }
  return activity;
}

std::vector<std::uint32_t> count_weights(const Descriptor& d, const ChannelGroup& group, const std::int8_t* weights) {
  const auto k = static_cast<std::size_t>(fan_in(d));
  std::vector<std::uint32_t> counts;
  visit_convolution_groups(d, group, [&](int /*index*/, int begin, int channels) {
    counts.resize(counts.size() + k);
    add_nonzero_weights(weights + static_cast<std::size_t>(begin - group.begin) * k, channels, k,
                        counts.data() + counts.size() - k);
  });
  return counts;
}

MacActivity count_macs(const Descriptor& d, const TileActivity& activity, const ChannelGroup& group,
                       const std::vector<std::uint32_t>& nonzero_weights, const ArrayConfig& array) {
  const auto group_channels = static_cast<std::size_t>(d.input.channels / d.groups);
  const auto channels = static_cast<std::size_t>(d.input.channels);
  const std::uint32_t* weight_count = nonzero_weights.data();
  MacActivity result;
  visit_convolution_groups(d, group, [&](int index, int /*begin*/, int count) {
    const auto outputs = static_cast<std::uint64_t>(count);
    const auto column_folds =
        (outputs + static_cast<std::uint64_t>(array.columns) - 1) / static_cast<std::uint64_t>(array.columns);
    for (std::size_t tap = 0; tap < activity.read.size(); ++tap) {
      const std::uint64_t read = activity.read[tap];
      const std::uint32_t* nonzero =
          activity.nonzero.data() + tap * channels + static_cast<std::size_t>(index) * group_channels;
      std::uint64_t sum_nonzero = 0;
      std::uint64_t executed = 0;
      for (std::size_t c = 0; c < group_channels; ++c) {
        sum_nonzero += nonzero[c];
        executed += std::uint64_t{nonzero[c]} * *weight_count++;
      }
      result.executed += executed;
      result.zero_weight += sum_nonzero * outputs - executed;
      result.zero_activation += (read * group_channels - sum_nonzero) * outputs;
      result.padding += std::uint64_t{activity.padding[tap]} * group_channels * outputs;
      result.activation_reads += read * group_channels * column_folds;
    }
  });
  return result;
}

std::uint64_t count_unused_slots(const Descriptor& d, const ChannelGroup& group, std::uint64_t positions,
                                 const ArrayConfig& array) {
  std::uint64_t unused = 0;
  visit_convolution_groups(d, group, [&](int /*index*/, int /*begin*/, int channels) {
    for (int k = 0; k < fan_in(d); k += array.rows)
      for (int n = 0; n < channels; n += array.columns) {
        const int rows = std::min(array.rows, fan_in(d) - k);
        const int columns = std::min(array.columns, channels - n);
        unused += static_cast<std::uint64_t>(array.rows) * static_cast<std::uint64_t>(array.columns) -
                  static_cast<std::uint64_t>(rows) * static_cast<std::uint64_t>(columns);
      }
  });
  return unused * positions;
}

}  // namespace axvp
