#include "axvp/accel/timing.h"

namespace axvp {
namespace {

std::uint64_t parts(std::uint64_t whole, int part) {
  const auto size = static_cast<std::uint64_t>(part);
  return (whole + size - 1) / size;
}

}  // namespace

void ChainTimer::add(const FoldGroup& group) {
  if (group.folds == 0 || group.length == 0) return;
  folds_ += group.folds;
  last_length_ = group.length;
  issue_ += group.folds * std::max<Cycles>(group.length, rows_);
}

ChainCycles ChainTimer::cycles() const {
  if (folds_ == 0) return {};
  if (dataflow_ == Dataflow::OutputStationary)
    return {issue_, (folds_ == 1 ? last_length_ : issue_) + 2 * rows_ + columns_ - 2};
  const Cycles last_interval = std::max(last_length_, rows_);
  return {issue_, 1 + (issue_ - last_interval) + last_length_ + rows_ + columns_ - 2};
}

ChainCycles chain_cycles(Dataflow dataflow, const ArrayConfig& array, const std::vector<FoldGroup>& groups) {
  ChainTimer timer{dataflow, array};
  for (const FoldGroup& group : groups) timer.add(group);
  return timer.cycles();
}

FoldGroup fold_group(Dataflow dataflow, const ArrayConfig& array, const MatrixShape& shape) {
  switch (dataflow) {
    case Dataflow::WeightStationary:
      return {parts(shape.k, array.rows) * parts(shape.n, array.columns), shape.m};
    case Dataflow::OutputStationary:
      return {parts(shape.m, array.rows) * parts(shape.n, array.columns), shape.k};
    case Dataflow::InputStationary:
      return {parts(shape.k, array.rows) * parts(shape.m, array.columns), shape.n};
  }
  return {};
}

Cycles scalesim_cycles(Dataflow dataflow, const ArrayConfig& array, const MatrixShape& shape) {
  const FoldGroup group = fold_group(dataflow, array, shape);
  const auto rows = static_cast<Cycles>(array.rows);
  const auto columns = static_cast<Cycles>(array.columns);
  const Cycles load = dataflow == Dataflow::OutputStationary ? 0 : rows;
  return group.folds * (load + rows + columns + group.length - 2);
}

}  // namespace axvp
