#include "axvp/power/import_verilog.h"

#include <algorithm>
#include <cctype>

#include "axvp/common/text.h"
#include "axvp/power/activity.h"
#include "axvp/power/characterise.h"

namespace axvp {
namespace {

constexpr std::size_t kOperandBits = 8;
constexpr std::size_t kProductBits = 16;
constexpr const char* kWrapperTop = "ax_imported_multiplier";

bool is_identifier(const std::string& name) {
  const auto fits = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == '$'; };
  return !name.empty() && std::isdigit(static_cast<unsigned char>(name.front())) == 0 &&
         std::all_of(name.begin(), name.end(), fits);
}

std::string port_list(const Netlist& netlist) {
  std::vector<std::string> ports;
  for (const NetlistPort& port : netlist.ports)
    ports.push_back(fmt::format("{} {}[{}:0]", port.is_input ? "input" : "output", port.name, port.bits.size() - 1));
  return join(ports, ", ");
}

/// The port of this name, if it has the direction and the width.
Result<std::string> checked_port(const Netlist& netlist, const std::string& name, bool is_input, std::size_t bits) {
  const NetlistPort* port = netlist.find_port(name);
  if (port != nullptr && port->is_input == is_input && port->bits.size() == bits) return name;
  return fail("{}: no {} `{}` of {} bits; the module has {}", netlist.top, is_input ? "input" : "output", name, bits,
              port_list(netlist));
}

Result<std::string> product_port(const Netlist& netlist, const std::string& wanted) {
  if (!wanted.empty()) return checked_port(netlist, wanted, false, kProductBits);
  std::vector<std::string> fitting;
  for (const NetlistPort& port : netlist.ports)
    if (!port.is_input && port.bits.size() == kProductBits) fitting.push_back(port.name);
  if (fitting.size() == 1) return fitting.front();
  return fail("{}: {} outputs of {} bits, name the product's; the module has {}", netlist.top, fitting.size(),
              kProductBits, port_list(netlist));
}

Result<std::string> operand_port(const Netlist& netlist, const std::string& wanted, const char* usual,
                                 const char* what) {
  if (!wanted.empty()) return checked_port(netlist, wanted, true, kOperandBits);
  if (netlist.find_port(usual) != nullptr) return checked_port(netlist, usual, true, kOperandBits);
  return fail("{}: which input is the {}? Name it; the module has {}", netlist.top, what, port_list(netlist));
}

Result<MultiplierPorts> find_ports(const Netlist& netlist, const MultiplierPorts& wanted) {
  const auto x = operand_port(netlist, wanted.x, "x_i", "activation");
  if (!x) return forward_error(x);
  const auto w = operand_port(netlist, wanted.w, "w_i", "weight");
  if (!w) return forward_error(w);
  const auto p = product_port(netlist, wanted.p);
  if (!p) return forward_error(p);
  if (*x == *w) return fail("{}: `{}` cannot be activation and weight", netlist.top, *x);
  for (const NetlistPort& port : netlist.ports)
    if (port.is_input && port.name != *x && port.name != *w)
      return fail("{}: input `{}` is neither operand; a multiplier has two inputs", netlist.top, port.name);
  return MultiplierPorts{*x, *w, *p};
}

Result<TruthTable> table_of(const Netlist& netlist, const MultiplierPorts& ports, Encoding encoding) {
  constexpr std::size_t kSide = TruthTable::kSide;
  Stimulus stimulus{kSide, kSide};  // one activation a lane, one weight a step
  std::vector<std::uint64_t> x(TruthTable::kPairs), w(TruthTable::kPairs);
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = i % kSide;
    w[i] = i / kSide;
  }
  stimulus.drive(ports.x, kOperandBits, x);
  stimulus.drive(ports.w, kOperandBits, w);
  const auto products = simulate_outputs(netlist, stimulus, ports.p);
  if (!products) return forward_error(products);
  std::vector<std::int32_t> table(TruthTable::kPairs);
  for (std::size_t i = 0; i < table.size(); ++i) {
    const auto product = static_cast<std::uint16_t>((*products)[i]);
    table[x[i] * kSide + w[i]] =
        encoding == Encoding::TwosComplement ? static_cast<std::int16_t>(product) : static_cast<std::int32_t>(product);
  }
  return TruthTable{std::move(table)};
}

/// The module behind the usual ports, with the operands that occur.
std::string wrapper(const std::string& top, const MultiplierPorts& ports, Encoding encoding) {
  const bool ties_weight = encoding == Encoding::SignMagnitude;
  return fmt::format(
      "module {} (\n"
      "  input  logic [7:0]  x_i,\n"
      "  input  logic [{}:0]  w_i,\n"
      "  output logic [15:0] p_o\n"
      ");\n"
      "  {} u_mul (.{}(x_i), .{}({}), .{}(p_o));\n"
      "endmodule\n",
      kWrapperTop, ties_weight ? 6 : 7, top, ports.x, ports.w, ties_weight ? "{1'b0, w_i}" : "w_i", ports.p);
}

/// Every pair but the last with its successor, a lane each.
Stimulus given_operands(const Netlist& netlist, const std::vector<OperandPair>& operands) {
  const std::size_t count = operands.size() - 1;
  std::vector<std::uint64_t> x(2 * count), w(2 * count);
  for (std::size_t i = 0; i < count; ++i)
    for (const std::size_t step : {0u, 1u}) {
      x[step * count + i] = operands[i + step].x;
      w[step * count + i] = operands[i + step].w;
    }
  Stimulus stimulus{2, count};
  stimulus.drive("x_i", kOperandBits, x);
  stimulus.drive("w_i", static_cast<int>(netlist.find_port("w_i")->bits.size()), w);
  return stimulus;
}

}  // namespace

Result<ImportedMultiplier> import_verilog(const VerilogMultiplier& multiplier, const Synthesiser& synthesiser,
                                          const ImportStimulus& stimulus) {
  if (stimulus.operands.size() == 1) return fail("one operand pair, at least two follow one another");
  if (!is_identifier(multiplier.top)) return fail("'{}' is no module name", multiplier.top);
  const auto plain = synthesiser.run({multiplier.top, multiplier.sources, "", {}});
  if (!plain) return forward_error(plain);
  if (!plain->netlist.flip_flops.empty())
    return fail("{}: has {} flip-flops, expected a combinational multiplier", multiplier.top,
                plain->netlist.flip_flops.size());
  const auto ports = find_ports(plain->netlist, multiplier.ports);
  if (!ports) return forward_error(ports);
  const auto table = table_of(plain->netlist, *ports, multiplier.encoding);
  if (!table) return forward_error(table);

  const std::string text = wrapper(multiplier.top, *ports, multiplier.encoding);
  const auto design = synthesiser.run({kWrapperTop, multiplier.sources, text, {}});
  if (!design) return forward_error(design);
  if (const auto equal = check_against_table(design->netlist, *table, 0); !equal) return forward_error(equal);
  const auto meter = EnergyMeter::create(design->netlist);
  if (!meter) return forward_error(meter);
  const bool is_uniform = stimulus.operands.empty();
  const auto energy =
      meter->measure_both(is_uniform ? uniform_operands(design->netlist, 0, stimulus.transitions, stimulus.seed)
                                     : given_operands(design->netlist, stimulus.operands));
  if (!energy) return forward_error(energy);
  const PartEnergy total = energy->timed.total();
  return ImportedMultiplier{*ports,
                            *table,
                            energy->timed.per_transition(total),
                            energy->zero_delay.per_transition(energy->zero_delay.total()),
                            is_uniform ? energy->timed.standard_error : Picojoules{},
                            fmt::format("{}, {} operands", energy->timed.activity, is_uniform ? "uniform" : "given"),
                            energy->timed.transitions,
                            total.leakage,
                            total.area,
                            energy->timed.critical_path};
}

}  // namespace axvp
