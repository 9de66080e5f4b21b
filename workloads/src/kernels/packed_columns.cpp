#include "packed_columns.h"

#include <algorithm>
#include <limits>

namespace axvp::kernels {
namespace {

constexpr int kDotColumn = 64;        // channels whose sums the dot kernel keeps in registers at once
constexpr int kDepthwiseColumn = 64;  // channels

constexpr std::uint8_t kLowestWeight = 128;  // the byte of -128: no weight of the contract, and without a negative

constexpr int round_up(int value, int step) {
  return (value + step - 1) / step * step;
}

std::size_t at(int index) {
  return static_cast<std::size_t>(index);
}

int fan_in_of(const ConvolutionKernel::Description& d) {
  return d.window.kernel_height * d.window.kernel_width * d.group_inputs;
}

std::uint8_t weight_byte(const ConvolutionKernel::Description& d, int channel, int k) {
  return static_cast<std::uint8_t>(d.weights[at(channel) * at(fan_in_of(d)) + at(k)]);
}

void pack_dot(const ConvolutionKernel::Description& d, const ConvolutionLayout& layout, const ProductPlan& plan,
              const PlaneSources& sources, const std::vector<Run>& runs, PackedColumn& column) {
  struct Step {
    int plane, k, count;
  };
  std::vector<Step> steps;
  for (std::size_t plane = 0; plane < plan.planes().size(); ++plane)
    for (const Run& run : runs)
      for (int i = 0; i < run.length; i += kDotStep) {
        steps.push_back({static_cast<int>(plane), run.first_k + i, std::min(kDotStep, run.length - i)});
        column.step_offsets.push_back(
            static_cast<std::int32_t>(at(sources.source_of_plane[plane]) * layout.plane_bytes) + run.offset + i);
      }
  std::int8_t* weights = column.dot_weights.reserve(at(column.padded) * steps.size() * kDotStep);
  for (std::size_t s = 0; s < steps.size(); ++s)
    for (int c = 0; c < column.channels; ++c)
      for (int i = 0; i < steps[s].count; ++i)
        weights[(at(c / kLanes) * steps.size() + s) * kLanes * kDotStep + at(c % kLanes) * kDotStep + at(i)] =
            plan.planes()[at(steps[s].plane)].weight_map[weight_byte(d, column.first_channel + c, steps[s].k + i)];
  column.bias.assign(at(column.padded), 0);
  for (int c = 0; c < column.channels; ++c)
    for (int k = 0; k < fan_in_of(d); ++k)
      column.bias[at(c)] += plan.correction()[weight_byte(d, column.first_channel + c, k)];
}

void pack_rows(const ConvolutionKernel::Description& d, const ProductPlan& plan, const std::vector<Run>& runs,
               PackedColumn& column) {
  const int depth = block_depth(plan);
  for (const Run& run : runs)
    for (int i = 0; i < run.length; i += depth)
      column.blocks.push_back({run.offset + i, std::min(depth, run.length - i), run.first_k + i});
  std::uint8_t* weights = column.row_weights.reserve(at(fan_in_of(d)) * at(column.padded));
  column.odd_rows = plan.rows_are_odd();
  for (int k = 0; k < fan_in_of(d); ++k)
    for (int c = 0; c < column.channels; ++c) {
      const std::uint8_t weight = weight_byte(d, column.first_channel + c, k);
      weights[at(k) * at(column.padded) + at(c)] = weight;
      column.odd_rows = column.odd_rows && weight != kLowestWeight;
    }
}

void pack_taps(const ConvolutionKernel::Description& d, const ConvolutionLayout& layout, PackedColumn& column) {
  column.input_offset = column.first_channel;
  for (const Run& run : layout.runs_of_group(0))
    for (int i = 0; i < run.length; ++i) column.tap_offsets.push_back(run.offset + i);
  const int taps = fan_in_of(d);
  std::uint8_t* weights = column.row_weights.reserve(at(taps) * at(column.padded));
  for (int tap = 0; tap < taps; ++tap)
    for (int c = 0; c < column.channels; ++c)
      weights[at(tap) * at(column.padded) + at(c)] = weight_byte(d, column.first_channel + c, tap);
}

/// The same for a plan of planes: their taps follow each other.
void pack_tap_products(const ConvolutionKernel::Description& d, const ConvolutionLayout& layout,
                       const ProductPlan& plan, const PlaneSources& sources, PackedColumn& column) {
  const auto offsets = column.tap_offsets;
  const std::size_t taps = offsets.size();
  const std::size_t all = taps * plan.planes().size();
  column.tap_offsets.clear();
  std::int16_t* weights = column.tap_weights.reserve(at(round_up(column.padded, kWidestGroup)) * 2 * all);
  column.bias.assign(at(column.padded), 0);
  for (std::size_t i = 0; i < all; ++i) {
    const ProductPlan::Plane& plane = plan.planes()[i / taps];
    const std::size_t plane_offset = at(sources.source_of_plane[i / taps]) * layout.plane_bytes;
    column.tap_offsets.push_back(static_cast<std::int32_t>(plane_offset) + offsets[i % taps]);
    for (int c = 0; c < column.channels; ++c) {
      const std::uint8_t weight = weight_byte(d, column.first_channel + c, static_cast<int>(i % taps));
      const std::size_t half = at(c % 2) * kWidestGroup;
      weights[(at(c / kWidestGroup) * all + i) * 2 * kWidestGroup + half + at(c % kWidestGroup)] =
          plane.weight_map[weight];
      if (i < taps) column.bias[at(c)] += plan.correction()[weight];
    }
  }
}

/// Product rows as wide as the set allows, but no wider than the channels need.
int row_width_for(int channels, const KernelSet& set) {
  return channels > kLanes ? set.widest_group : kLanes;
}

}  // namespace

PlaneSources::PlaneSources(const ProductPlan& plan) : stored_bytes(plan.rows() != ProductPlan::Rows::None) {
  int own = stored_bytes ? 1 : 0;
  for (const ProductPlan::Plane& plane : plan.planes())
    source_of_plane.push_back(plane.maps_activation_to_itself && stored_bytes ? 0 : own++);
  count = std::max(1, own);
}

bool is_depthwise(const ConvolutionKernel::Description& d) {
  return d.groups > 1 && d.group_inputs == 1 && d.channels_of_group == 1;
}

int block_depth(const ProductPlan& plan) {
  constexpr int kLargest = std::numeric_limits<std::int16_t>::max();
  const int entries = kLargest / std::max(1, plan.largest_row_entry());  // that 16 bits can add up
  return entries < kBlockDepth && entries >= kBlockDepth / 2 ? kBlockDepth / 2 : kBlockDepth;
}

std::vector<PackedColumn> pack_columns(const ConvolutionKernel::Description& d, const ConvolutionLayout& layout,
                                       const ProductPlan& plan, const PlaneSources& sources, const KernelSet& set) {
  const bool depthwise = is_depthwise(d);
  const bool rows = plan.rows() != ProductPlan::Rows::None;
  const int group_channels = depthwise ? d.groups : d.channels_of_group;
  std::vector<PackedColumn> columns;
  for (int group = 0; group < (depthwise ? 1 : d.groups); ++group) {
    const std::vector<Run> runs = layout.runs_of_group(group);
    for (int first = 0; first < group_channels;) {
      const int rest = group_channels - first;
      PackedColumn column;
      column.row_width = row_width_for(rest, set);
      column.channels = std::min(rest, depthwise ? kDepthwiseColumn : rows ? column.row_width : kDotColumn);
      column.padded = round_up(column.channels, rows && !depthwise ? column.row_width : kLanes);
      column.first_channel = group * group_channels + first;
      if (depthwise) {
        pack_taps(d, layout, column);
        if (!rows) pack_tap_products(d, layout, plan, sources, column);
      } else {
        if (!plan.planes().empty() || !rows) pack_dot(d, layout, plan, sources, runs, column);
        if (rows) pack_rows(d, plan, runs, column);
      }
      first += column.channels;
      columns.push_back(std::move(column));
    }
  }
  return columns;
}

}  // namespace axvp::kernels
