#include "axvp/accel/timing.h"

namespace axvp {
namespace {

std::uint64_t parts(std::uint64_t whole, int part) {
  const auto size = static_cast<std::uint64_t>(part);
  return (whole + size - 1) / size;
}

}  // namespace

ChainCycles chain_cycles(Dataflow dataflow, const ArrayConfig& array, const std::vector<FoldGroup>& groups) {
  const auto rows = static_cast<Cycles>(array.rows);
  const auto columns = static_cast<Cycles>(array.columns);
  ChainCycles cycles;
  std::uint64_t folds = 0;
  Cycles last_length = 0;
  for (const FoldGroup& group : groups) {
    if (group.folds == 0 || group.length == 0) continue;
    folds += group.folds;
    last_length = group.length;
    cycles.issue += group.folds * std::max<Cycles>(group.length, rows);
  }
  if (folds == 0) return cycles;
  const Cycles last_interval = std::max(last_length, rows);
  if (dataflow == Dataflow::OutputStationary) {
    cycles.total = (folds == 1 ? last_length : cycles.issue) + 2 * rows + columns - 2;
  } else {
    cycles.total = 1 + (cycles.issue - last_interval) + last_length + rows + columns - 2;
  }
  return cycles;
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
