#include "axvp/accel/port_log.h"

namespace axvp {
namespace {

std::size_t index(int i) {
  return static_cast<std::size_t>(i);
}

/// The entry of `cycle`, or null if it is not recorded any more or not yet.
template <class Entry>
const Entry* within_ring(const std::vector<Entry>& ring, std::uint64_t cycles, std::int64_t cycle) {
  const auto size = static_cast<std::int64_t>(ring.size()), recorded = static_cast<std::int64_t>(cycles);
  if (cycle < 0 || cycle >= recorded || cycle + size < recorded) return nullptr;
  return &ring[static_cast<std::size_t>(cycle % size)];
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
  return within_ring(ring_, cycles_, cycle);
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
  now.first = inputs.first;
  now.last = inputs.last;
  now.is_signed = inputs.activations_signed;
  now.select = select_;
  if (now.fold < 0) return;
  now.activations.assign(inputs.activations, inputs.activations + shape_.rows);
  now.weights.assign(inputs.weights, inputs.weights + shape_.columns);
}

const OsPortLog::PortCycle* OsPortLog::at(std::int64_t cycle) const {
  return within_ring(ring_, cycles_, cycle);
}

ElementOperands OsPortLog::operands(std::int64_t cycle, int row, int column) const {
  const PortCycle* port = at(cycle - row - column);
  ElementOperands operands;
  if (port == nullptr || port->fold < 0) return operands;
  operands.fold = port->fold;
  operands.x = port->activations[index(row)];
  operands.x_is_signed = port->is_signed;
  operands.w = port->weights[index(column)];
  operands.select = port->select;
  return operands;
}

bool OsPortLog::begins(std::int64_t cycle, int row, int column) const {
  const PortCycle* port = at(cycle - row - column);
  return port != nullptr && port->first;
}

bool OsPortLog::ends(std::int64_t cycle, int row, int column) const {
  const PortCycle* port = at(cycle - row - column);
  return port != nullptr && port->last;
}

}  // namespace axvp
