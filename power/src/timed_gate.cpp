#include "timed_gate.h"

#include <algorithm>

namespace axvp {
namespace {

/// Compiles the functions of one cell to the slots of its gate.
class GateCompiler {
 public:
  GateCompiler(const NetlistCell& cell, const GateDelays& delays) : cell_(cell), slot_of_pin_(cell.nets.size(), 0) {
    for (std::size_t p = 0; p < cell.nets.size(); ++p)
      if (cell.type->pins[p].direction == PinDirection::Input) {
        slot_of_pin_[p] = static_cast<std::uint32_t>(gate_.inputs.size());
        gate_.inputs.push_back(cell.nets[p]);
      }
    gate_.slots = static_cast<std::uint32_t>(gate_.inputs.size());
    zero_ = gate_.slots++;
    gate_.one = gate_.slots++;
    gate_.state = gate_.slots++;
    if (cell.type->flip_flop) return;
    for (std::size_t p = 0; p < cell.nets.size(); ++p)
      if (cell.type->pins[p].direction == PinDirection::Output && cell.nets[p] != kUnconnected)
        gate_.outputs.push_back({cell.nets[p], delays.of_net[static_cast<std::size_t>(cell.nets[p])],
                                 compile(*cell.type->pins[p].function)});
  }

  void add_counter(std::size_t index, const Counter& counter) {
    GateCounter result;
    result.counter = index;
    if (counter.cause != kUnconnected)
      for (std::size_t o = 0; o < gate_.outputs.size(); ++o)
        if (gate_.outputs[o].net == counter.net) result.output = o;
    const NetId watched = counter.cause != kUnconnected ? counter.cause : counter.net;
    const auto pin = std::find(gate_.inputs.begin(), gate_.inputs.end(), watched);
    if (pin == gate_.inputs.end()) return;  // not of this gate: never counts
    result.pin = static_cast<std::size_t>(pin - gate_.inputs.begin());
    if (counter.when != nullptr) {
      result.condition = gate_.conditions.size();
      gate_.conditions.push_back(compile(*counter.when));
    }
    gate_.counters.push_back(result);
  }

  TimedGate finish() { return std::move(gate_); }

 private:
  GateCode compile(const BooleanExpression& expression) {
    GateCode code;
    code.result = compile(expression, code.code);
    return code;
  }

  std::uint32_t compile(const BooleanExpression& expression, std::vector<GateProgram::Instruction>& code) {
    using Operator = BooleanExpression::Operator;
    std::vector<std::uint32_t> slots;
    for (const auto& node : expression.nodes()) {
      const auto operand = [&](int index) { return slots[static_cast<std::size_t>(index)]; };
      const auto emit = [&](GateProgram::Code op, std::uint32_t left, std::uint32_t right) {
        slots.push_back(gate_.slots++);
        code.push_back({op, slots.back(), left, right});
      };
      switch (node.op) {
        case Operator::Zero:
          slots.push_back(zero_);
          break;
        case Operator::One:
          slots.push_back(gate_.one);
          break;
        case Operator::Pin:
          slots.push_back(slot_of(expression.pins()[static_cast<std::size_t>(node.left)], code));
          break;
        case Operator::Not:
          emit(GateProgram::Code::Not, operand(node.left), operand(node.left));
          break;
        case Operator::And:
          emit(GateProgram::Code::And, operand(node.left), operand(node.right));
          break;
        case Operator::Or:
          emit(GateProgram::Code::Or, operand(node.left), operand(node.right));
          break;
        case Operator::Xor:
          emit(GateProgram::Code::Xor, operand(node.left), operand(node.right));
          break;
      }
    }
    return slots.back();
  }

  std::uint32_t slot_of(const std::string& pin, std::vector<GateProgram::Instruction>& code) {
    if (cell_.type->flip_flop && pin == cell_.type->flip_flop->state) return gate_.state;
    if (cell_.type->flip_flop && pin == cell_.type->flip_flop->inverted_state) {
      code.push_back({GateProgram::Code::Not, gate_.slots++, gate_.state, gate_.state});
      return code.back().to;
    }
    const LibertyPin* found = cell_.type->find_pin(pin);
    if (found->direction == PinDirection::Input)
      return slot_of_pin_[static_cast<std::size_t>(found - cell_.type->pins.data())];
    return compile(*found->function, code);  // an output named in a condition: what its inputs make of it
  }

  const NetlistCell& cell_;
  TimedGate gate_;
  std::vector<std::uint32_t> slot_of_pin_;
  std::uint32_t zero_ = 0;
};

}  // namespace

bool counts_settled_values(const Netlist& netlist, const Counter& counter) {
  if (counter.net == kUnconnected) return true;
  return netlist.clock != kUnconnected && (counter.net == netlist.clock || counter.cause == netlist.clock);
}

std::vector<TimedGate> compile_gates(const Netlist& netlist, const GateDelays& delays,
                                     const std::vector<Counter>& counters) {
  std::vector<std::size_t> driver(netlist.nets, netlist.cells.size());
  for (std::size_t c = 0; c < netlist.cells.size(); ++c)
    for (std::size_t p = 0; p < netlist.cells[c].nets.size(); ++p)
      if (netlist.cells[c].type->pins[p].direction == PinDirection::Output && netlist.cells[c].nets[p] != kUnconnected)
        driver[static_cast<std::size_t>(netlist.cells[c].nets[p])] = c;
  std::vector<std::vector<std::size_t>> counters_of(netlist.cells.size() + 1);
  for (std::size_t i = 0; i < counters.size(); ++i) {
    if (counts_settled_values(netlist, counters[i])) continue;
    const bool has_cause = counters[i].cause != kUnconnected;
    counters_of[has_cause ? driver[static_cast<std::size_t>(counters[i].net)] : counters[i].cell].push_back(i);
  }
  std::vector<TimedGate> gates;
  const auto add = [&](std::size_t c) -> TimedGate& {
    GateCompiler compiler{netlist.cells[c], delays};
    for (const std::size_t i : counters_of[c]) compiler.add_counter(i, counters[i]);
    gates.push_back(compiler.finish());
    return gates.back();
  };
  for (const std::size_t c : netlist.combinational) add(c);
  for (const std::size_t c : netlist.flip_flops) add(c);
  return gates;
}

}  // namespace axvp
