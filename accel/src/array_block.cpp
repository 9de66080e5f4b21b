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

std::array<BlockShape, 2> block_shapes(const Descriptor& d, const ChannelGroup& group) {
  const int outputs = d.output.channels / d.groups;
  const int whole = group.channels() / outputs;
  if (whole == 0) return {{{1, group.channels(), fan_in(d)}, {}}};
  const int packed = d.packed_groups, rest = whole % packed;
  std::array<BlockShape, 2> shapes;
  if (whole >= packed) shapes[0] = {static_cast<std::uint64_t>(whole / packed), packed * outputs, packed * fan_in(d)};
  if (rest > 0) shapes[1] = {1, rest * outputs, rest * fan_in(d)};
  return shapes;
}

std::uint64_t fold_count(const Descriptor& d, const ChannelGroup& group, const ArrayConfig& array) {
  std::uint64_t folds = 0;
  for (const BlockShape& shape : block_shapes(d, group))
    folds += shape.blocks * ceil_divide(shape.depth, array.rows) * ceil_divide(shape.channels, array.columns);
  return folds;
}

FoldGroup lane_passes(const Descriptor& d, const ChannelGroup& group, std::uint64_t positions) {
  const auto lanes = static_cast<std::uint64_t>(d.lanes);
  const std::uint64_t outputs = positions * static_cast<std::uint64_t>(group.channels());
  return {(outputs + lanes - 1) / lanes, static_cast<std::uint64_t>(fan_in(d))};
}

std::vector<FoldGroup> run_folds(const Descriptor& d, const ChannelGroup& group, std::uint64_t positions,
                                 Dataflow dataflow, const ArrayConfig& array) {
  if (d.lanes > 0) return {lane_passes(d, group, positions)};
  std::vector<FoldGroup> folds;
  for (const BlockShape& shape : block_shapes(d, group)) {
    if (shape.blocks == 0) continue;
    folds.push_back(
        fold_group(dataflow, array,
                   {positions, static_cast<std::uint64_t>(shape.channels), static_cast<std::uint64_t>(shape.depth)}));
    folds.back().folds *= shape.blocks;
  }
  return folds;
}

RunTimer::RunTimer(const Descriptor& d, const ChannelGroup& group, Dataflow dataflow, const ArrayConfig& array)
    : dataflow_(dataflow), array_(array), lanes_(static_cast<std::uint64_t>(d.lanes)) {
  if (lanes_ > 0) {
    folds_[0] = {static_cast<std::uint64_t>(group.channels()), static_cast<std::uint64_t>(fan_in(d))};
    return;
  }
  auto folds = folds_.begin();
  for (const BlockShape& shape : block_shapes(d, group)) {
    *folds = fold_group(dataflow, array,
                        {1, static_cast<std::uint64_t>(shape.channels), static_cast<std::uint64_t>(shape.depth)});
    folds++->folds *= shape.blocks;
  }
}

ChainCycles RunTimer::cycles(std::uint64_t positions) const {
  if (lanes_ > 0) return lane_cycles({(positions * folds_[0].folds + lanes_ - 1) / lanes_, folds_[0].length});
  const auto side = static_cast<std::uint64_t>(dataflow_ == Dataflow::OutputStationary ? array_.rows : array_.columns);
  const bool ws = dataflow_ == Dataflow::WeightStationary;
  const std::uint64_t parts = ws ? 1 : (positions + side - 1) / side;  // positions lie in the array, or pass it
  ChainTimer timer{dataflow_, array_};
  for (const FoldGroup& folds : folds_) timer.add({folds.folds * parts, ws ? positions : folds.length});
  return timer.cycles();
}

ChainCycles run_cycles(const Descriptor& d, const ChannelGroup& group, std::uint64_t positions, Dataflow dataflow,
                       const ArrayConfig& array) {
  return RunTimer{d, group, dataflow, array}.cycles(positions);
}

std::uint64_t partial_sums(const Descriptor& d, const ChannelGroup& group, const ArrayConfig& array) {
  std::uint64_t sums = 0;
  for (const BlockShape& shape : block_shapes(d, group))
    sums += shape.blocks * static_cast<std::uint64_t>(shape.channels) * ceil_divide(shape.depth, array.rows);
  return sums;
}

}  // namespace axvp
