#include "axvp/accel/activity.h"

#include <algorithm>

namespace axvp {
namespace {

constexpr int kByteCounts = 255;  // additions that a byte can count

/// counts[c] += number of pixels x = first, first + step, .. <= last whose channel c is not 0. Counts in bytes first:
/// the compiler makes one compare and one subtraction of 16 channels from the inner loop.
void add_nonzero(const std::uint8_t* row, int channels, int first, int last, int step,
                 std::vector<std::uint8_t>& scratch, std::uint32_t* counts) {
  const auto size = static_cast<std::size_t>(channels);
  for (int x = first; x <= last;) {
    std::fill(scratch.begin(), scratch.end(), std::uint8_t{0});
    for (int n = 0; n < kByteCounts && x <= last; ++n, x += step) {
      const std::uint8_t* pixel = row + static_cast<std::size_t>(x) * size;
      std::uint8_t* count = scratch.data();
      for (std::size_t c = 0; c < size; ++c) count[c] = static_cast<std::uint8_t>(count[c] + (pixel[c] != 0 ? 1 : 0));
    }
    for (std::size_t c = 0; c < size; ++c) counts[c] += scratch[c];
  }
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

/// Non-zero counts of one input row for every kernel column: [kernel column][channel]. Kernel columns that are the same
/// modulo the stride differ at the row's ends only, so one of them is counted and the others corrected.
void count_row(const Descriptor& d, const std::vector<Columns>& columns, const std::uint8_t* row,
               std::vector<std::uint8_t>& scratch, std::vector<std::uint32_t>& counts) {
  const int channels = d.input.channels;
  const int stride = d.window.stride_width;
  std::fill(counts.begin(), counts.end(), 0u);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    std::uint32_t* mine = counts.data() + i * static_cast<std::size_t>(channels);
    std::size_t model = i;
    for (std::size_t j = 0; j < i; ++j)
      if ((columns[j].first - columns[i].first) % stride == 0 && columns[j].count(stride) > 0) model = j;
    const int difference =
        model == i
            ? 0
            : (std::abs(columns[model].first - columns[i].first) + std::abs(columns[model].last - columns[i].last)) /
                  stride;
    if (model == i || difference >= columns[i].count(stride)) {
      add_nonzero(row, channels, columns[i].first, columns[i].last, stride, scratch, mine);
      continue;
    }
    const Columns& from = columns[model];
    const std::uint32_t* other = counts.data() + model * static_cast<std::size_t>(channels);
    std::copy(other, other + channels, mine);
    const auto correct = [&](int first, int last, std::uint32_t sign) {
      for (int x = first; x <= last; x += stride)
        for (int c = 0; c < channels; ++c)
          if (row[x * channels + c] != 0) mine[c] += sign;
    };
    const auto minus_one = static_cast<std::uint32_t>(-1);
    correct(columns[i].first, from.first - stride, 1);
    correct(from.first, columns[i].first - stride, minus_one);
    correct(from.last + stride, columns[i].last, 1);
    correct(columns[i].last + stride, from.last, minus_one);
  }
}

/// counts[k] = channels of `weights` ([channels][k]) whose weight is not 0.
std::vector<std::uint32_t> nonzero_weights(const std::int8_t* weights, int channels, std::size_t fan_in) {
  std::vector<std::uint32_t> counts(fan_in, 0);
  std::vector<std::uint8_t> scratch(fan_in);
  for (int n = 0; n < channels;) {
    std::fill(scratch.begin(), scratch.end(), std::uint8_t{0});
    for (int i = 0; i < kByteCounts && n < channels; ++i, ++n) {
      const std::int8_t* row = weights + static_cast<std::size_t>(n) * fan_in;
      for (std::size_t k = 0; k < fan_in; ++k)
        scratch[k] = static_cast<std::uint8_t>(scratch[k] + (row[k] != 0 ? 1 : 0));
    }
    for (std::size_t k = 0; k < fan_in; ++k) counts[k] += scratch[k];
  }
  return counts;
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
  activity.nonzero.assign(taps * channels, 0);
  std::vector<Columns> columns;
  for (int kw = 0; kw < w.kernel_width; ++kw) columns.push_back(columns_of(d, kw));
  std::vector<std::uint8_t> scratch(channels);
  std::vector<std::uint32_t> row_counts(kernel_columns * channels);
  for (int y = tile.input_begin; y < tile.input_end; ++y) {
    bool counted = false;
    for (int kh = 0; kh < w.kernel_height; ++kh) {
      const int offset = y + w.pad_top - kh * w.dilation_height;
      if (offset % w.stride_height != 0) continue;
      const int output_row = offset / w.stride_height;
      if (offset < 0 || output_row < tile.begin || output_row >= tile.end) continue;
      if (!counted)
        count_row(d, columns, input + static_cast<std::size_t>(y - tile.input_begin) * input_row_bytes(d), scratch,
                  row_counts);
      counted = true;
      std::uint32_t* sums = activity.nonzero.data() + static_cast<std::size_t>(kh) * kernel_columns * channels;
      for (std::size_t i = 0; i < row_counts.size(); ++i) sums[i] += row_counts[i];
      for (std::size_t kw = 0; kw < kernel_columns; ++kw)
        activity.read[static_cast<std::size_t>(kh) * kernel_columns + kw] +=
            static_cast<std::uint32_t>(columns[kw].count(w.stride_width));
    }
  }
  return activity;
}

MacActivity count_macs(const Descriptor& d, const TileActivity& activity, const ChannelGroup& group,
                       const std::int8_t* weights, const ArrayConfig& array) {
  const int per_convolution_group = d.output.channels / d.groups;
  const auto group_channels = static_cast<std::size_t>(d.input.channels / d.groups);
  const auto channels = static_cast<std::size_t>(d.input.channels);
  const auto k = static_cast<std::size_t>(fan_in(d));
  MacActivity result;
  for (int begin = group.begin; begin < group.end;) {
    const int convolution_group = begin / per_convolution_group;
    const int end = std::min(group.end, (convolution_group + 1) * per_convolution_group);
    const auto outputs = static_cast<std::uint64_t>(end - begin);
    const auto column_folds =
        (outputs + static_cast<std::uint64_t>(array.columns) - 1) / static_cast<std::uint64_t>(array.columns);
    const auto weight_counts =
        nonzero_weights(weights + static_cast<std::size_t>(begin - group.begin) * k, end - begin, k);
    for (std::size_t tap = 0; tap < activity.read.size(); ++tap) {
      const std::uint64_t read = activity.read[tap];
      const std::uint32_t* nonzero =
          activity.nonzero.data() + tap * channels + static_cast<std::size_t>(convolution_group) * group_channels;
      std::uint64_t sum_nonzero = 0;
      std::uint64_t executed = 0;
      for (std::size_t c = 0; c < group_channels; ++c) {
        sum_nonzero += nonzero[c];
        executed += std::uint64_t{nonzero[c]} * weight_counts[tap * group_channels + c];
      }
      result.executed += executed;
      result.zero_weight += sum_nonzero * outputs - executed;
      result.zero_activation += (read * group_channels - sum_nonzero) * outputs;
      result.padding += (activity.positions - read) * group_channels * outputs;
      result.activation_reads += read * group_channels * column_folds;
    }
    begin = end;
  }
  return result;
}

}  // namespace axvp
