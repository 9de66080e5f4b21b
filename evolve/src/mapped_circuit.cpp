#include "mapped_circuit.h"

#include <map>

#include "cell_match.h"

namespace axvp {
namespace {

/// Which gate a cell is; found once for each cell of the library.
struct CellRole {
  GateKind kind = GateKind::Not;
  bool is_buffer = false;
  PinMap pins;
};

bool is_buffer(const LibertyCell& cell) {
  if (cell.flip_flop || cell.pins.size() != 2) return false;
  for (const LibertyPin& pin : cell.pins)
    if (pin.direction == PinDirection::Output && pin.function)
      return pin.function->pins().size() == 1 && pin.function->evaluate({1}) % 2 == 1 &&
             pin.function->evaluate({0}) % 2 == 0;
  return false;
}

Result<CellRole> role_of(const LibertyCell& cell) {
  CellRole role;
  if (is_buffer(cell)) {
    role.is_buffer = true;
    for (const LibertyPin& pin : cell.pins)
      (pin.direction == PinDirection::Output ? role.pins.outputs : role.pins.inputs).push_back(&pin);
    return role;
  }
  for (std::size_t kind = 0; kind < kGateKinds; ++kind)
    if (auto pins = match_cell(cell, static_cast<GateKind>(kind))) {
      role.kind = static_cast<GateKind>(kind);
      role.pins = std::move(*pins);
      return role;
    }
  return fail("cell {} is no gate that the evolution knows", cell.name);
}

class Converter {
 public:
  explicit Converter(const Netlist& netlist) : netlist_(netlist), signal_of_(netlist.nets) {
    signal_of_[kOneNet] = kConstantOne;
  }

  Result<GateCircuit> convert() {
    name_inputs("x_i", x_signal(0));
    name_inputs("w_i", w_signal(0));
    for (const std::size_t index : netlist_.combinational) {
      const NetlistCell& cell = netlist_.cells[index];
      const auto role = role_of_type(*cell.type);
      if (!role) return forward_error(role);
      add(cell, **role);
    }
    const NetlistPort* product = netlist_.find_port("p_o");
    if (product == nullptr || product->bits.size() != circuit_.product.size())
      return fail("{} has no port p_o of 16 bits", netlist_.top);
    for (std::size_t bit = 0; bit < circuit_.product.size(); ++bit)
      circuit_.product[bit] = signal_of_[static_cast<std::size_t>(product->bits[bit])];
    return std::move(circuit_);
  }

 private:
  void name_inputs(const char* name, SignalId first) {
    const NetlistPort* port = netlist_.find_port(name);
    if (port == nullptr) return;
    for (std::size_t bit = 0; bit < port->bits.size(); ++bit)
      signal_of_[static_cast<std::size_t>(port->bits[bit])] = static_cast<SignalId>(first + bit);
  }

  Result<const CellRole*> role_of_type(const LibertyCell& type) {
    const auto known = roles_.find(&type);
    if (known != roles_.end()) return &known->second;
    auto role = role_of(type);
    if (!role) return forward_error(role);
    return &roles_.emplace(&type, std::move(*role)).first->second;
  }

  [[nodiscard]] static NetId net_at(const NetlistCell& cell, const LibertyPin* pin) {
    return cell.nets[static_cast<std::size_t>(pin - cell.type->pins.data())];
  }

  void add(const NetlistCell& cell, const CellRole& role) {
    Gate gate{role.kind, {}};
    for (std::size_t n = 0; n < role.pins.inputs.size(); ++n)
      gate.inputs[n] = signal_of_[static_cast<std::size_t>(net_at(cell, role.pins.inputs[n]))];
    const std::size_t number = circuit_.gates.size();
    if (!role.is_buffer) circuit_.gates.push_back(gate);
    for (std::size_t n = 0; n < role.pins.outputs.size(); ++n) {
      const NetId net = net_at(cell, role.pins.outputs[n]);
      if (net == kUnconnected) continue;
      signal_of_[static_cast<std::size_t>(net)] = role.is_buffer ? gate.inputs[0]
                                                  : n == 0       ? output_signal(number)
                                                                 : carry_signal(number);
    }
  }

  const Netlist& netlist_;
  std::vector<SignalId> signal_of_;  // by net
  std::map<const LibertyCell*, CellRole> roles_;
  GateCircuit circuit_;
};

}  // namespace

Result<GateCircuit> circuit_of(const Netlist& netlist) {
  return Converter{netlist}.convert();
}

}  // namespace axvp
