#include "port_log.h"

namespace axvp {
namespace {

std::size_t index(int i) {
  return static_cast<std::size_t>(i);
}

}  // namespace

WsPortLog::WsPortLog(const ArrayConfig& shape) : shape_(shape), ring_(index(shape.rows + shape.columns + 2)) {
  begin_run();
}

void WsPortLog::begin_run() {
  cycles_ = 0;
  fold_ = -1;
  weights_.assign(index(shape_.rows), {});
}

void WsPortLog::record(const WsArrayInputs& inputs) {
  if (inputs.swap) {
    ++fold_;
    select_ = inputs.select;
  }
  PortCycle& now = ring_[cycles_++ % ring_.size()];
  now.fold = inputs.activations == nullptr ? -1 : fold_;
  now.swap = inputs.swap;
  now.is_signed = inputs.activations_signed;
  now.select = select_;
  if (inputs.activations != nullptr)
    now.activations.assign(inputs.activations, inputs.activations + shape_.rows);
  else
    now.activations.assign(index(shape_.rows), 0);
  now.weight_row = inputs.weights == nullptr ? -1 : inputs.weight_row;
  if (inputs.weights == nullptr) return;
  now.weights.assign(inputs.weights, inputs.weights + shape_.columns);
  weights_[index(inputs.weight_row)].push_back(now.weights);
}

const WsPortLog::PortCycle* WsPortLog::at(std::int64_t cycle) const {
  const auto size = static_cast<std::int64_t>(ring_.size());
  if (cycle < 0 || cycle >= static_cast<std::int64_t>(cycles_) || cycle + size < static_cast<std::int64_t>(cycles_))
    return nullptr;
  return &ring_[static_cast<std::size_t>(cycle % size)];
}

ElementOperands WsPortLog::operands(std::int64_t cycle, int row, int column) const {
  const PortCycle* port = at(cycle - row - column);
  ElementOperands operands;
  if (port == nullptr || port->fold < 0) return operands;
  operands.fold = port->fold;
  operands.x = port->activations[index(row)];
  operands.x_is_signed = port->is_signed;
  operands.select = port->select;
  const auto& of_row = weights_[index(row)];
  if (index(port->fold) < of_row.size()) operands.w = of_row[index(port->fold)][index(column)];
  return operands;
}

bool WsPortLog::swaps(std::int64_t cycle, int row, int column) const {
  const PortCycle* port = at(cycle - row - column);
  return port != nullptr && port->swap;
}

const std::int8_t* WsPortLog::written_weight(std::int64_t cycle, int row, int column) const {
  const PortCycle* port = at(cycle - column);
  return port != nullptr && port->weight_row == row ? &port->weights[index(column)] : nullptr;
}

OsPortLog::OsPortLog(const ArrayConfig& shape) : shape_(shape), ring_(index(shape.rows + shape.columns + 2)) {}

void OsPortLog::begin_run() {
  cycles_ = 0;
  fold_ = -1;
}

void OsPortLog::record(const OsArrayInputs& inputs) {
  if (inputs.first) {
    ++fold_;
    select_ = inputs.select;
  }
  PortCycle& now = ring_[cycles_++ % ring_.size()];
  now.fold = inputs.activations == nullptr || inputs.weights == nullptr ? -1 : fold_;
  now.is_signed = inputs.activations_signed;
  now.select = select_;
  if (now.fold < 0) return;
  now.activations.assign(inputs.activations, inputs.activations + shape_.rows);
  now.weights.assign(inputs.weights, inputs.weights + shape_.columns);
}

ElementOperands OsPortLog::operands(std::int64_t cycle, int row, int column) const {
  cycle -= row + column;
  const auto size = static_cast<std::int64_t>(ring_.size());
  ElementOperands operands;
  if (cycle < 0 || cycle >= static_cast<std::int64_t>(cycles_) || cycle + size < static_cast<std::int64_t>(cycles_))
    return operands;
  const PortCycle& port = ring_[static_cast<std::size_t>(cycle % size)];
  if (port.fold < 0) return operands;
  operands.fold = port.fold;
  operands.x = port.activations[index(row)];
  operands.x_is_signed = port.is_signed;
  operands.w = port.weights[index(column)];
  operands.select = port.select;
  return operands;
}

}  // namespace axvp
