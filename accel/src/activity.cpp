#include "axvp/accel/activity.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <functional>

#include "axvp/accel/array_block.h"

namespace axvp {
namespace {

constexpr int kByteCounts = 255;  // additions that a byte can count

constexpr std::size_t kBlock = 16;  // bytes counted side by side, one vector register
using Bytes16 = std::uint8_t __attribute__((vector_size(kBlock)));

/// Counts of bytes by their value, and whether they grow or shrink.
struct ByteCounts {
  std::uint32_t* nonzero;
  std::uint32_t* zero;
  bool grow;

  [[nodiscard]] ByteCounts from(std::size_t c) const { return {nonzero + c, zero + c, grow}; }
};

/// counts[c] +- bytes[c]
void add_to(std::uint32_t* counts, const Bytes16& bytes, bool grow) {
  std::array<std::uint8_t, kBlock> more;  // compilers widen arrays well, vectors not
  std::memcpy(more.data(), &bytes, kBlock);
  if (grow)
    for (std::size_t c = 0; c < kBlock; ++c) counts[c] += more[c];
  else
    for (std::size_t c = 0; c < kBlock; ++c) counts[c] -= more[c];
}

/// `lines` lines of `count` places each.
struct Places {
  int lines, count;
  std::ptrdiff_t line_stride, stride;
};

/// Adds kBlock neighbours at every place. Counts in bytes first: a comparison yields -1 in each byte for which it
/// holds.
void add_block(const std::uint8_t* bytes, const Places& places, const ByteCounts& counts) {
  Bytes16 nonzero{}, zero{};
  int left = kByteCounts;
  const auto flush = [&] {
    add_to(counts.nonzero, nonzero, counts.grow);
    add_to(counts.zero, zero, counts.grow);
    nonzero = zero = Bytes16{};
    left = kByteCounts;
  };
  for (int line = 0; line < places.lines; ++line) {
    const std::uint8_t* at = bytes + line * places.line_stride;
    for (int done = 0; done < places.count;) {
      const int batch = std::min(places.count - done, left);
      for (int n = 0; n < batch; ++n, at += places.stride) {
        Bytes16 values;
        std::memcpy(&values, at, kBlock);
        nonzero -= reinterpret_cast<Bytes16>(values != 0);
        zero -= reinterpret_cast<Bytes16>(values == 0);
      }
      done += batch;
      left -= batch;
      if (left == 0) flush();
    }
  }
  flush();
}

/// For each of `size` neighbours: how many of the bytes at the places are 0 and how many are not.
void add_bytes(const std::uint8_t* bytes, std::size_t size, const Places& places, const ByteCounts& counts) {
  std::size_t c = 0;
  for (; c + kBlock <= size; c += kBlock) add_block(bytes + c, places, counts.from(c));
  for (; c < size; ++c) {
    std::uint32_t nonzero = 0, zero = 0;
    for (int line = 0; line < places.lines; ++line) {
      const std::uint8_t* at = bytes + static_cast<std::ptrdiff_t>(c) + line * places.line_stride;
      for (int n = 0; n < places.count; ++n, at += places.stride) {
        const auto is_zero = static_cast<std::uint32_t>(*at == 0);  // no branch: nobody could predict it
        zero += is_zero;
        nonzero += is_zero ^ 1U;
      }
    }
    const std::uint32_t sign = counts.grow ? 1U : ~0U;
    counts.nonzero[c] += sign * nonzero;
    counts.zero[c] += sign * zero;
  }
}

/// Floor and ceiling of a / b, b > 0.
int floor_of(int a, int b) {
  return a >= 0 ? a / b : -((-a + b - 1) / b);
}
int ceiling_of(int a, int b) {
  return -floor_of(-a, b);
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

}  // namespace

/// The coordinates offset + stride * position of positions [begin, end), in a tensor of `size`.
ActivityCounter::Line ActivityCounter::line_of(int offset, int stride, int size, int begin, int end) {
  const int first_inside = std::clamp(ceiling_of(-offset, stride), begin, end);
  const int last_inside = std::clamp(floor_of(size - 1 - offset, stride), begin - 1, end - 1);
  Line line;
  line.first = offset + stride * first_inside;
  line.last = offset + stride * last_inside;
  line.inside = std::max(0, last_inside - first_inside + 1);
  line.before = first_inside - begin;
  line.behind = end - 1 - std::max(last_inside, first_inside - 1);
  return line;
}

/// A line is counted from an earlier one of the same coordinates modulo `stride` where that takes fewer additions.
void ActivityCounter::choose_models(std::vector<Line>& lines, int stride) {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    Line& line = lines[i];
    line.model = i;
    for (std::size_t j = 0; j < i; ++j) {
      const Line& other = lines[j];
      if (other.model != j || other.inside == 0 || (other.first - line.first) % stride != 0) continue;
      const int difference = (std::abs(other.first - line.first) + std::abs(other.last - line.last)) / stride;
      if (difference < line.inside) line.model = j;
    }
  }
}

ActivityCounter::ActivityCounter(const Descriptor& descriptor) : descriptor_(descriptor) {
  const Window& w = descriptor.window;
  for (int kw = 0; kw < w.kernel_width; ++kw)
    columns_.push_back(line_of(kw * w.dilation_width - w.pad_left, w.stride_width, descriptor.input.width, 0,
                               descriptor.output.width));
  choose_models(columns_, w.stride_width);
  rows_.resize(static_cast<std::size_t>(w.kernel_height));
  const std::size_t taps = rows_.size() * columns_.size();
  activity_.read.resize(taps);
  activity_.padding.resize(taps);
  activity_.nonzero.resize(taps * static_cast<std::size_t>(descriptor.input.channels));
  activity_.zero.resize(activity_.nonzero.size());
}

/// Adds the pixels of `region`, which may be empty, to a tap, or takes them off.
void ActivityCounter::add(const Region& region, std::size_t tap, bool grow) {
  if (region.last_row < region.first_row || region.last_column < region.first_column) return;
  const Window& w = descriptor_.window;
  const auto channels = static_cast<std::size_t>(descriptor_.input.channels);
  const auto row_bytes = static_cast<std::ptrdiff_t>(input_row_bytes(descriptor_));
  const auto pixel_bytes = static_cast<std::ptrdiff_t>(descriptor_.input.channels);
  const Places places{(region.last_row - region.first_row) / w.stride_height + 1,
                      (region.last_column - region.first_column) / w.stride_width + 1, w.stride_height * row_bytes,
                      w.stride_width * pixel_bytes};
  add_bytes(input_ + (region.first_row - input_begin_) * row_bytes + region.first_column * pixel_bytes, channels,
            places, {activity_.nonzero.data() + tap * channels, activity_.zero.data() + tap * channels, grow});
}

/// The tap of a kernel row and a kernel column: all its pixels, or those of a neighbour that was counted before and the
/// difference at the edges.
void ActivityCounter::count_tap(std::size_t row, std::size_t column) {
  const auto channels = static_cast<std::size_t>(descriptor_.input.channels);
  const std::size_t tap = row * columns_.size() + column;
  const Line& r = rows_[row];
  const Line& c = columns_[column];
  const auto start_from = [&](std::size_t model) {
    for (auto* counts : {&activity_.nonzero, &activity_.zero})
      std::copy_n(counts->data() + model * channels, channels, counts->data() + tap * channels);
  };
  if (r.model != row) {
    const Line& from = rows_[r.model];
    const int stride = descriptor_.window.stride_height;
    start_from(r.model * columns_.size() + column);
    add({r.first, from.first - stride, c.first, c.last}, tap, true);
    add({from.first, r.first - stride, c.first, c.last}, tap, false);
    add({from.last + stride, r.last, c.first, c.last}, tap, true);
    add({r.last + stride, from.last, c.first, c.last}, tap, false);
  } else if (c.model != column) {
    const Line& from = columns_[c.model];
    const int stride = descriptor_.window.stride_width;
    start_from(row * columns_.size() + c.model);
    add({r.first, r.last, c.first, from.first - stride}, tap, true);
    add({r.first, r.last, from.first, c.first - stride}, tap, false);
    add({r.first, r.last, from.last + stride, c.last}, tap, true);
    add({r.first, r.last, c.last + stride, from.last}, tap, false);
  } else {
    for (auto* counts : {&activity_.nonzero, &activity_.zero})
      std::fill_n(counts->data() + tap * channels, channels, 0u);
    add({r.first, r.last, c.first, c.last}, tap, true);
  }
}

const TileActivity& ActivityCounter::count(const RowTile& tile, const std::uint8_t* input) {
  if (tile.images == 1) return count_image(tile, input);
  sum_ = count_image(tile, input);
  const auto image_bytes =
      static_cast<std::ptrdiff_t>(tile.input_rows()) * static_cast<std::ptrdiff_t>(input_row_bytes(descriptor_));
  const auto add_up = [](std::vector<std::uint32_t>& sums, const std::vector<std::uint32_t>& counts) {
    std::transform(sums.begin(), sums.end(), counts.begin(), sums.begin(), std::plus<>());
  };
  for (int image = 1; image < tile.images; ++image) {
    const TileActivity& own = count_image(tile, input + image * image_bytes);
    sum_.positions += own.positions;
    add_up(sum_.read, own.read);
    add_up(sum_.padding, own.padding);
    add_up(sum_.nonzero, own.nonzero);
    add_up(sum_.zero, own.zero);
  }
  return sum_;
}

const TileActivity& ActivityCounter::count_image(const RowTile& tile, const std::uint8_t* input) {
  const Window& w = descriptor_.window;
  input_ = input;
  input_begin_ = tile.input_begin;
  activity_.positions = static_cast<std::uint64_t>(tile.rows()) * static_cast<std::uint64_t>(descriptor_.output.width);
  for (std::size_t kh = 0; kh < rows_.size(); ++kh)
    rows_[kh] = line_of(static_cast<int>(kh) * w.dilation_height - w.pad_top, w.stride_height, descriptor_.input.height,
                        tile.begin, tile.end);
  choose_models(rows_, w.stride_height);
  const auto width = static_cast<std::uint32_t>(descriptor_.output.width);
  for (std::size_t kh = 0; kh < rows_.size(); ++kh)
    for (std::size_t kw = 0; kw < columns_.size(); ++kw) {
      const Line& r = rows_[kh];
      const Line& c = columns_[kw];
      const std::size_t tap = kh * columns_.size() + kw;
      activity_.read[tap] = static_cast<std::uint32_t>(r.inside) * static_cast<std::uint32_t>(c.inside);
      activity_.padding[tap] = static_cast<std::uint32_t>(r.before + r.behind) * width +
                               static_cast<std::uint32_t>(r.inside) * static_cast<std::uint32_t>(c.before + c.behind);
      count_tap(kh, kw);
    }
  return activity_;
}

WeightActivity count_weights(const Descriptor& d, const ChannelGroup& group, const std::int8_t* weights) {
  const auto k = static_cast<std::size_t>(fan_in(d));
  WeightActivity counts;
  visit_convolution_groups(d, group, [&](int /*index*/, int begin, int channels) {
    const std::size_t first = counts.nonzero.size();
    counts.nonzero.resize(first + k);
    counts.zero.resize(first + k);
    add_bytes(reinterpret_cast<const std::uint8_t*>(weights) + static_cast<std::size_t>(begin - group.begin) * k, k,
              {1, channels, 0, static_cast<std::ptrdiff_t>(k)},
              {counts.nonzero.data() + first, counts.zero.data() + first, true});
  });
  return counts;
}

MacActivity count_macs(const Descriptor& d, const TileActivity& activity, const ChannelGroup& group,
                       const WeightActivity& weights, const ArrayConfig& array) {
  const auto group_channels = static_cast<std::size_t>(d.input.channels / d.groups);
  const auto channels = static_cast<std::size_t>(d.input.channels);
  const std::uint32_t* nonzero_weights = weights.nonzero.data();
  const std::uint32_t* zero_weights = weights.zero.data();
  MacActivity result;
  visit_convolution_groups(d, group, [&](int index, int /*begin*/, int count) {
    const auto outputs = static_cast<std::uint64_t>(count);
    const auto columns = static_cast<std::uint64_t>(array.columns);
    std::uint64_t readers = (outputs + columns - 1) / columns;  // folds that share a convolution group
    if (array.dataflow == Dataflow::InputStationary) readers = 1;
    if (d.lanes > 0) readers = outputs;
    const std::size_t first = static_cast<std::size_t>(index) * group_channels;
    std::uint64_t executed = 0, zero_weight = 0, zeros = 0, padding = 0, read = 0;
    for (std::size_t tap = 0; tap < activity.read.size(); ++tap) {
      const std::uint32_t* nonzero = activity.nonzero.data() + tap * channels + first;
      const std::uint32_t* zero = activity.zero.data() + tap * channels + first;
      for (std::size_t c = 0; c < group_channels; ++c) {
        executed += std::uint64_t{nonzero[c]} * nonzero_weights[c];
        zero_weight += std::uint64_t{nonzero[c]} * zero_weights[c];
        zeros += zero[c];
      }
      nonzero_weights += group_channels;
      zero_weights += group_channels;
      padding += activity.padding[tap];
      read += activity.read[tap];
    }
    result.executed += executed;
    result.zero_weight += zero_weight;
    result.zero_activation += zeros * outputs;
    result.padding += padding * group_channels * outputs;
    result.activation_reads += read * group_channels * readers;
  });
  return result;
}

namespace {

/// Rows hold positions, steps are those of K: in each only the columns of the step's convolution group are used.
std::uint64_t count_unused_slots_of_outputs(const Descriptor& d, const ChannelGroup& group, std::uint64_t positions,
                                            const ArrayConfig& array) {
  const int inputs = d.input.channels / d.groups, outputs = d.output.channels / d.groups;
  const auto rows = static_cast<std::uint64_t>(array.rows);
  const std::uint64_t row_folds = (positions + rows - 1) / rows;
  std::uint64_t unused = 0;
  for (int begin = group.begin; begin < group.end;) {
    const ArrayBlock block = block_at(d, group, begin);
    const int depth = depth_of(d, block);
    for (int n = block.begin; n < block.end; n += array.columns)
      for (int k = 0; k < depth; ++k) {
        const int convolution_group = (block.first_input + k % block.inputs) / inputs;
        const int first = std::max(n, convolution_group * outputs);
        const int last = std::min({n + array.columns, (convolution_group + 1) * outputs, block.end});
        const auto columns = static_cast<std::uint64_t>(std::max(0, last - first));
        unused += row_folds * rows * static_cast<std::uint64_t>(array.columns) - positions * columns;
      }
    begin = block.end;
  }
  return unused;
}

/// Rows hold K, columns positions, steps are output channels: in each only those of the row's convolution group are
/// used.
std::uint64_t count_unused_slots_of_inputs(const Descriptor& d, const ChannelGroup& group, std::uint64_t positions,
                                           const ArrayConfig& array) {
  const auto columns = static_cast<std::uint64_t>(array.columns);
  const std::uint64_t offered = (positions + columns - 1) / columns * columns;
  std::uint64_t unused = 0;
  for (int begin = group.begin; begin < group.end;) {
    const ArrayBlock block = block_at(d, group, begin);
    const int depth = depth_of(d, block);
    const auto steps = static_cast<std::uint64_t>(block.channels());
    const auto own = static_cast<std::uint64_t>(std::min(block.channels(), d.output.channels / d.groups));
    const int empty_rows = (array.rows - depth % array.rows) % array.rows;
    unused += static_cast<std::uint64_t>(empty_rows) * offered * steps;
    unused += static_cast<std::uint64_t>(depth) * ((offered - positions) * steps + positions * (steps - own));
    begin = block.end;
  }
  return unused;
}

/// Lanes without an output in the last pass.
std::uint64_t count_unused_slots_of_lanes(const Descriptor& d, const ChannelGroup& group, std::uint64_t positions) {
  const auto lanes = static_cast<std::uint64_t>(d.lanes);
  const std::uint64_t in_last_pass = positions * static_cast<std::uint64_t>(group.channels()) % lanes;
  return (lanes - in_last_pass) % lanes * static_cast<std::uint64_t>(fan_in(d));
}

}  // namespace

std::uint64_t count_unused_slots(const Descriptor& d, const ChannelGroup& group, std::uint64_t positions,
                                 const ArrayConfig& array) {
  if (d.lanes > 0) return count_unused_slots_of_lanes(d, group, positions);
  if (array.dataflow == Dataflow::OutputStationary) return count_unused_slots_of_outputs(d, group, positions, array);
  if (array.dataflow == Dataflow::InputStationary) return count_unused_slots_of_inputs(d, group, positions, array);
  const int inputs = d.input.channels / d.groups, outputs = d.output.channels / d.groups;
  std::uint64_t unused = 0;
  for (int begin = group.begin; begin < group.end;) {
    const ArrayBlock block = block_at(d, group, begin);
    const int depth = depth_of(d, block);
    for (int n = block.begin; n < block.end; n += array.columns)
      for (int k = 0; k < depth; k += array.rows) {
        const int rows = std::min(array.rows, depth - k);
        unused += static_cast<std::uint64_t>(array.rows - rows) * static_cast<std::uint64_t>(array.columns);
        for (int row = k; row < k + rows; ++row) {
          const int convolution_group = (block.first_input + row % block.inputs) / inputs;
          const int first = std::max(n, convolution_group * outputs);
          const int last = std::min({n + array.columns, (convolution_group + 1) * outputs, block.end});
          unused += static_cast<std::uint64_t>(array.columns - std::max(0, last - first));
        }
      }
    begin = block.end;
  }
  return unused * positions;
}

std::uint64_t count_fold_waits(const Descriptor& d, const ChannelGroup& group, std::uint64_t positions,
                               const ArrayConfig& array) {
  if (d.lanes > 0) return 0;
  const auto load = static_cast<std::uint64_t>(array.rows);  // a row of weights, or of finished sums, a cycle
  std::uint64_t waits = 0;
  for (const FoldGroup& folds : run_folds(d, group, positions, array.dataflow, array))
    if (folds.length < load) waits += folds.folds * (load - folds.length);
  return waits * load * static_cast<std::uint64_t>(array.columns);
}

RunTraffic run_traffic(const Descriptor& d, const ChannelGroup& group, std::uint64_t positions,
                       const ArrayConfig& array) {
  const auto rows = static_cast<std::uint64_t>(array.rows), columns = static_cast<std::uint64_t>(array.columns);
  const auto channels = static_cast<std::uint64_t>(group.channels());
  const auto parts = [&](std::uint64_t side) { return (positions + side - 1) / side; };
  RunTraffic traffic;
  traffic.weight_reads = channels * static_cast<std::uint64_t>(fan_in(d));
  std::uint64_t sums = channels;  // written by each position
  if (d.lanes > 0) {
    // Lanes of one channel share a read of its weight.
    const FoldGroup passes = lane_passes(d, group, positions);
    const auto lanes = static_cast<std::uint64_t>(d.lanes);
    const std::uint64_t in_last_pass = positions * channels - (passes.folds - 1) * lanes;
    traffic.weight_reads =
        ((passes.folds - 1) * std::min(channels, lanes) + std::min(channels, in_last_pass)) * passes.length;
    if (array.dataflow != Dataflow::OutputStationary) traffic.stationary_loads = passes.folds * passes.length * lanes;
  } else if (array.dataflow == Dataflow::OutputStationary) {
    traffic.weight_reads *= parts(rows);
  } else {
    const bool is = array.dataflow == Dataflow::InputStationary;
    if (is) traffic.weight_reads *= parts(columns);
    for (const FoldGroup& folds : run_folds(d, group, positions, array.dataflow, array))
      traffic.stationary_loads += folds.folds * array.array_elements();
    sums = partial_sums(d, group, array);
  }
  traffic.accumulator_writes = 4 * positions * sums;
  traffic.accumulator_reads = 4 * positions * (sums - channels);
  return traffic;
}

}  // namespace axvp
