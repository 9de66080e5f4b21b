#include "gate_program.h"

namespace axvp {

GateProgram::GateProgram(const Netlist& netlist, const std::vector<Counter>& counters) : slots_(netlist.nets) {
  std::vector<std::uint32_t> state_of(netlist.cells.size(), 0);
  for (const std::size_t c : netlist.flip_flops) {
    state_of[c] = new_slot();
    compile_outputs(netlist.cells[c], state_of[c]);
  }
  for (const std::size_t c : netlist.combinational) compile_outputs(netlist.cells[c], 0);
  for (const std::size_t c : netlist.flip_flops) {
    const auto& cell = netlist.cells[c];
    const auto& flip_flop = *cell.type->flip_flop;
    Register reg;
    reg.state = state_of[c];
    reg.next = compile(flip_flop.next_state, cell, reg.state, settle_);
    reg.clear = flip_flop.clear ? compile(*flip_flop.clear, cell, reg.state, settle_) : kZeroNet;
    reg.preset = flip_flop.preset ? compile(*flip_flop.preset, cell, reg.state, settle_) : kZeroNet;
    registers_.push_back(reg);
  }
  for (const auto& counter : counters)
    conditions_.push_back(counter.when == nullptr
                              ? std::uint32_t{kOneNet}
                              : compile(*counter.when, netlist.cells[counter.cell], state_of[counter.cell], watch_));
}

void GateProgram::compile_outputs(const NetlistCell& cell, std::uint32_t state) {
  for (std::size_t p = 0; p < cell.nets.size(); ++p) {
    const LibertyPin& pin = cell.type->pins[p];
    if (pin.direction == PinDirection::Output && cell.nets[p] != kUnconnected)
      compile(*pin.function, cell, state, static_cast<std::uint32_t>(cell.nets[p]), settle_);
  }
}

std::uint32_t GateProgram::compile(const BooleanExpression& expression, const NetlistCell& cell, std::uint32_t state,
                                   std::vector<Instruction>& code) {
  const std::uint32_t to = new_slot();
  compile(expression, cell, state, to, code);
  return to;
}

void GateProgram::compile(const BooleanExpression& expression, const NetlistCell& cell, std::uint32_t state,
                          std::uint32_t to, std::vector<Instruction>& code) {
  using Operator = BooleanExpression::Operator;
  std::vector<std::uint32_t> slots;
  for (const auto& node : expression.nodes()) {
    const bool is_last = slots.size() + 1 == expression.nodes().size();
    const auto operand = [&](int index) { return slots[static_cast<std::size_t>(index)]; };
    const auto emit = [&](Code op, std::uint32_t left, std::uint32_t right) {
      slots.push_back(is_last ? to : new_slot());
      code.push_back({op, slots.back(), left, right});
    };
    const auto reuse = [&](std::uint32_t slot) { is_last ? emit(Code::Copy, slot, slot) : slots.push_back(slot); };
    switch (node.op) {
      case Operator::Zero:
        reuse(kZeroNet);
        break;
      case Operator::One:
        reuse(kOneNet);
        break;
      case Operator::Pin:
        reuse(slot_of(expression.pins()[static_cast<std::size_t>(node.left)], cell, state, code));
        break;
      case Operator::Not:
        emit(Code::Not, operand(node.left), operand(node.left));
        break;
      case Operator::And:
        emit(Code::And, operand(node.left), operand(node.right));
        break;
      case Operator::Or:
        emit(Code::Or, operand(node.left), operand(node.right));
        break;
      case Operator::Xor:
        emit(Code::Xor, operand(node.left), operand(node.right));
        break;
    }
  }
}

std::uint32_t GateProgram::slot_of(const std::string& pin, const NetlistCell& cell, std::uint32_t state,
                                   std::vector<Instruction>& code) {
  if (cell.type->flip_flop && pin == cell.type->flip_flop->state) return state;
  if (cell.type->flip_flop && pin == cell.type->flip_flop->inverted_state) {
    const std::uint32_t inverted = new_slot();
    code.push_back({Code::Not, inverted, state, state});
    return inverted;
  }
  const LibertyPin* found = cell.type->find_pin(pin);
  const auto index = static_cast<std::size_t>(found - cell.type->pins.data());
  if (cell.nets[index] != kUnconnected) return static_cast<std::uint32_t>(cell.nets[index]);
  return compile(*found->function, cell, state, code);  // an output nobody reads, named in a condition
}

void GateProgram::run(const std::vector<Instruction>& code, Block* values) {
  for (const Instruction& instruction : code) {
    Block& to = values[instruction.to];
    const Block& left = values[instruction.left];
    const Block& right = values[instruction.right];
    switch (instruction.code) {
      case Code::Copy:
        to = left;
        break;
      case Code::Not:
        for (std::size_t i = 0; i < kBlockWords; ++i) to[i] = ~left[i];
        break;
      case Code::And:
        for (std::size_t i = 0; i < kBlockWords; ++i) to[i] = left[i] & right[i];
        break;
      case Code::Or:
        for (std::size_t i = 0; i < kBlockWords; ++i) to[i] = left[i] | right[i];
        break;
      case Code::Xor:
        for (std::size_t i = 0; i < kBlockWords; ++i) to[i] = left[i] ^ right[i];
        break;
    }
  }
}

}  // namespace axvp
