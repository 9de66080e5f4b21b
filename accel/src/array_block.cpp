#include "axvp/accel/array_block.h"

#include <algorithm>

namespace axvp {
namespace {

std::uint64_t ceil_divide(int a, int b) {
  return static_cast<std::uint64_t>((a + b - 1) / b);
}

}  // namespace

ArrayBlock block_at(const Descriptor& d, const ChannelGroup& group, int begin) {
  const int inputs = d.input.channels / d.groups, outputs = d.output.channels / d.groups;
  const int first = begin / outputs;
  const int whole = std::max(1, std::min(d.packed_groups, (group.end - begin) / outputs));
  return {begin, std::min(group.end, (first + whole) * outputs), first * inputs, whole * inputs};
}

int depth_of(const Descriptor& d, const ArrayBlock& block) {
  return d.window.kernel_height * d.window.kernel_width * block.inputs;
}

std::vector<BlockShape> block_shapes(const Descriptor& d, const ChannelGroup& group) {
  const int outputs = d.output.channels / d.groups;
  const int whole = group.channels() / outputs;
  if (whole == 0) return {{1, group.channels(), fan_in(d)}};
  std::vector<BlockShape> shapes;
  const int packed = d.packed_groups, rest = whole % packed;
  if (whole >= packed)
    shapes.push_back({static_cast<std::uint64_t>(whole / packed), packed * outputs, packed * fan_in(d)});
  if (rest > 0) shapes.push_back({1, rest * outputs, rest * fan_in(d)});
  return shapes;
}

std::uint64_t fold_count(const Descriptor& d, const ChannelGroup& group, const ArrayConfig& array) {
  std::uint64_t folds = 0;
  for (const BlockShape& shape : block_shapes(d, group))
    folds += shape.blocks * ceil_divide(shape.depth, array.rows) * ceil_divide(shape.channels, array.columns);
  return folds;
}

std::vector<FoldGroup> run_folds(const Descriptor& d, const ChannelGroup& group, std::uint64_t positions,
                                 Dataflow dataflow, const ArrayConfig& array) {
  std::vector<FoldGroup> folds;
  for (const BlockShape& shape : block_shapes(d, group)) {
    folds.push_back(
        fold_group(dataflow, array,
                   {positions, static_cast<std::uint64_t>(shape.channels), static_cast<std::uint64_t>(shape.depth)}));
    folds.back().folds *= shape.blocks;
  }
  return folds;
}

std::uint64_t partial_sums(const Descriptor& d, const ChannelGroup& group, const ArrayConfig& array) {
  std::uint64_t sums = 0;
  for (const BlockShape& shape : block_shapes(d, group))
    sums += shape.blocks * static_cast<std::uint64_t>(shape.channels) * ceil_divide(shape.depth, array.rows);
  return sums;
}

}  // namespace axvp
