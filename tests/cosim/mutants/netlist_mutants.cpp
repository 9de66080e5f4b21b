#include "netlist_mutants.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <stdexcept>
#include <utility>

#include "axvp/common/text.h"
#include "rtl/netlists.h"

namespace axvp {
namespace {

std::vector<Statement> statements_of(const ModuleNetlist& netlist) {
  std::vector<Statement> all;
  for (const Section& section : netlist.sections)
    all.insert(all.end(), section.statements.begin(), section.statements.end());
  return all;
}

// ---- Making mutants

class Maker {
 public:
  explicit Maker(const ModuleNetlist& netlist) : netlist_(netlist), statements_(statements_of(netlist)) {}

  std::vector<NetlistMutant> make() {
    for (std::size_t n = 0; n < statements_.size(); ++n) mutate(n);
    for (std::size_t bit = 0; bit + 1 < netlist_.product.size(); ++bit) {
      auto product = netlist_.product;
      std::swap(product[bit], product[bit + 1]);
      NetlistMutant mutant{"product bits exchanged", fmt::format("p_o[{}] and p_o[{}]", bit, bit + 1)};
      mutant.product = product;
      mutants_.push_back(std::move(mutant));
    }
    NetlistMutant crossed{"operand ports exchanged", "x_i and w_i"};
    crossed.exchanges_operands = true;
    mutants_.push_back(crossed);
    if (netlist_.has_modes) mutate_mode();
    return std::move(mutants_);
  }

 private:
  void add(const std::string& kind, std::size_t n, Statement by, bool exchanges_outputs = false) {
    NetlistMutant mutant{kind, statements_[n].output};
    mutant.replacement = NetlistMutant::Replacement{n, std::move(by), exchanges_outputs};
    mutants_.push_back(std::move(mutant));
  }

  void add_operation(const std::string& kind, std::size_t n, Operation operation) {
    Statement by = statements_[n];
    by.operation = operation;
    add(kind, n, std::move(by));
  }

  void mutate(std::size_t n) {
    const Statement& s = statements_[n];
    if (s.operation == Operation::ModeBelow) {
      for (const int level : {s.level - 1, s.level + 1}) {
        Statement by = s;
        by.level = level;
        add("gate level off by one", n, std::move(by));
      }
      return;
    }
    if (has_carry(s.operation))
      mutate_adder(n);
    else
      mutate_gate(n);
    rewire(n);
  }

  void mutate_gate(std::size_t n) {
    const Statement& s = statements_[n];
    switch (s.operation) {
      case Operation::And:
      case Operation::Isolate:
        add_operation("gate inverted", n, Operation::Nand);
        add_operation("gate replaced", n, Operation::Or);
        break;
      case Operation::Nand:
        add_operation("gate inverted", n, Operation::And);
        break;
      case Operation::Or:
        add_operation("gate replaced", n, Operation::And);
        add_operation("gate replaced", n, Operation::Xor);
        break;
      case Operation::Xor:
        add_operation("gate inverted", n, Operation::Xnor);
        add_operation("gate replaced", n, Operation::Or);
        break;
      case Operation::Xnor:
        add_operation("gate inverted", n, Operation::Xor);
        break;
      default:
        add_operation("gate inverted", n, Operation::And);  // a Not becomes a wire
        break;
    }
    for (const auto value : {ModuleNetlist::kZero, ModuleNetlist::kOne})
      add("stuck at a constant", n, {Operation::And, {std::string{value}}, s.output});
    if (s.inputs.size() > 1) {
      Statement by = s;
      by.inputs.pop_back();
      add("input left out", n, std::move(by));
    }
  }

  void mutate_adder(std::size_t n) {
    const Statement& s = statements_[n];
    add("output pins exchanged", n, s, true);
    if (s.operation == Operation::FullAdder) {
      Statement by{Operation::HalfAdder, {s.inputs[0], s.inputs[1]}, s.output, s.carry};
      add("input left out", n, std::move(by));
    }
    if (s.operation == Operation::HalfAdder) add_operation("gate replaced", n, Operation::HalfAdderAndOne);
    if (s.operation == Operation::HalfAdderAndOne) add_operation("gate replaced", n, Operation::HalfAdder);
  }

  /// One input reads the output of an earlier statement, or the port bit beside it, instead.
  void rewire(std::size_t n) {
    const Statement& s = statements_[n];
    for (std::size_t input = 0; input < s.inputs.size() && input < 3; ++input) {
      const std::string& net = s.inputs[input];
      std::string other;
      if (net.size() == 6 && net[1] == '_')  // "x_i[3]"
        other = fmt::format("{}_i[{}]", net[0], (net[4] - '0' + 1) % 8);
      else if (n > 0)
        other = statements_[(n + input * 7) % n].output;
      if (other.empty() || other == net) continue;
      Statement by = s;
      by.inputs[input] = other;
      add("input at another net", n, std::move(by));
    }
  }

  void mutate_mode() {
    const std::array<std::array<int, 4>, 5> seen{
        {{0, 0, 0, 0}, {0, 2, 1, 3}, {1, 0, 2, 3}, {0, 1, 2, 2}, {3, 2, 1, 0}}};
    for (const auto& modes : seen) {
      NetlistMutant mutant{"mode misread", fmt::format("modes {}", fmt::join(modes, ""))};
      mutant.mode_seen = modes;
      mutants_.push_back(std::move(mutant));
    }
    for (const char operand : {'x', 'w'})
      for (int bit = 0; bit < 8; ++bit) {
        const std::string net = fmt::format("{}_i[{}]", operand, bit);
        NetlistMutant mutant{"stale mode", "unless " + net};
        mutant.mode_holds_unless = net;
        mutants_.push_back(std::move(mutant));
      }
  }

  const ModuleNetlist& netlist_;
  std::vector<Statement> statements_;
  std::vector<NetlistMutant> mutants_;
};

// ---- SystemVerilog

std::string literal(const std::string& net) {
  return net == ModuleNetlist::kZero ? "1'b0" : net == ModuleNetlist::kOne ? "1'b1" : net;
}

struct Expressions {
  std::string output, carry;
};

Expressions expressions(const Statement& s) {
  std::vector<std::string> in;
  for (const std::string& net : s.inputs) in.push_back(literal(net));
  const auto all = [&in](const char* separator) { return "(" + join(in, separator) + ")"; };
  switch (s.operation) {
    case Operation::And:
    case Operation::Isolate:
      return {all(" & "), ""};
    case Operation::Nand:
      return {"~" + all(" & "), ""};
    case Operation::Or:
      return {all(" | "), ""};
    case Operation::Xor:
      return {all(" ^ "), ""};
    case Operation::Xnor:
      return {"~" + all(" ^ "), ""};
    case Operation::Not:
      return {"~" + in[0], ""};
    case Operation::ModeBelow:
      return {fmt::format("({{30'd0, mode_i}} < 32'd{})", s.level), ""};
    case Operation::FullAdder:
      return {all(" ^ "), fmt::format("(({0} & {1}) | ({2} & ({0} | {1})))", in[0], in[1], in[2])};
    case Operation::HalfAdder:
      return {all(" ^ "), all(" & ")};
    case Operation::HalfAdderAndOne:
      return {"~" + all(" ^ "), all(" | ")};
    case Operation::Increment:
      return {"~" + in[0], in[0]};
  }
  return {};
}

/// "mutant_i == 16'd3 ? a : mutant_i == 16'd9 ? b : " in front of what is right.
using Choices = std::map<std::string, std::string>;

std::string choice(std::size_t number, const std::string& value) {
  return fmt::format("mutant_i == 16'd{} ? {} : ", number, value);
}

class ModuleWriter {
 public:
  ModuleWriter(const ModuleNetlist& netlist, const std::vector<NetlistMutant>& mutants) : netlist_(netlist) {
    for (std::size_t k = 0; k < mutants.size(); ++k) collect(mutants[k], k + 1);
  }

  std::string write(const std::string& module) const {
    std::string text = fmt::format(
        "module {} (\n  input logic [7:0] x_port_i,\n  input logic [7:0] w_port_i,\n{}"
        "  input logic [15:0] mutant_i,\n  output logic [15:0] p_o\n);\n",
        module, netlist_.has_modes ? "  input logic [1:0] mode_port_i,\n" : "");
    text += fmt::format("  logic [7:0] x_i, w_i;\n  assign x_i = {}x_port_i;\n  assign w_i = {}w_port_i;\n", x_, w_);
    if (netlist_.has_modes) {
      text += "  logic [1:0] mode_i;\n  logic [1:0] held_mode;\n";
      text += fmt::format("  always_latch if ({}1'b1) held_mode = mode_port_i;\n", holds_);
      text += fmt::format("  assign mode_i = {}held_mode;\n", mode_);
    }
    for (const Statement& s : statements_of(netlist_)) text += statement(s);
    for (std::size_t bit = 0; bit < netlist_.product.size(); ++bit) {
      const std::string net = fmt::format("p_o[{}]", bit);
      text += fmt::format("  assign {} = {}{};\n", net, choices(net), literal(netlist_.product[bit]));
    }
    return text + "endmodule\n";
  }

 private:
  void collect(const NetlistMutant& mutant, std::size_t number) {
    if (const auto& replacement = mutant.replacement) {
      Expressions by = expressions(replacement->by);
      if (replacement->exchanges_outputs) std::swap(by.output, by.carry);
      choices_[replacement->by.output] += choice(number, by.output);
      if (has_carry(replacement->by.operation)) choices_[replacement->by.carry] += choice(number, by.carry);
    }
    if (mutant.product)
      for (std::size_t bit = 0; bit < mutant.product->size(); ++bit)
        if ((*mutant.product)[bit] != netlist_.product[bit])
          choices_[fmt::format("p_o[{}]", bit)] += choice(number, literal((*mutant.product)[bit]));
    if (mutant.exchanges_operands) {
      x_ += choice(number, "w_port_i");
      w_ += choice(number, "x_port_i");
    }
    if (const auto& seen = mutant.mode_seen)
      mode_ += choice(number, fmt::format("(mode_port_i == 2'd0 ? 2'd{} : mode_port_i == 2'd1 ? 2'd{} : "
                                          "mode_port_i == 2'd2 ? 2'd{} : 2'd{})",
                                          (*seen)[0], (*seen)[1], (*seen)[2], (*seen)[3]));
    if (mutant.mode_holds_unless) holds_ += choice(number, *mutant.mode_holds_unless);
  }

  std::string choices(const std::string& net) const {
    const auto found = choices_.find(net);
    return found == choices_.end() ? "" : found->second;
  }

  /// The statement as it is in the generated RTL drives "..._right"; the net itself is that, or what a mutant has.
  std::string statement(const Statement& s) const {
    Statement right = s;
    right.output += "_right";
    if (has_carry(s.operation)) right.carry += "_right";
    std::string text = statement_text(right);
    text += fmt::format("  logic {0};\n  assign {0} = {1}{2};\n", s.output, choices(s.output), right.output);
    if (has_carry(s.operation))
      text += fmt::format("  logic {0};\n  assign {0} = {1}{2};\n", s.carry, choices(s.carry), right.carry);
    return text;
  }

  const ModuleNetlist& netlist_;
  Choices choices_;
  std::string x_, w_, mode_, holds_;
};

// ---- Simulation

struct Word {
  std::uint64_t output = 0, carry = 0;
};

/// A netlist with numbers for nets.
class Simulator {
 public:
  Simulator(const ModuleNetlist& netlist, const NetlistMutant& mutant) : mutant_(mutant) {
    number("0");
    number("1");
    for (const char* operand : {"x", "w"})
      for (int bit = 0; bit < 8; ++bit) number(fmt::format("{}_i[{}]", operand, bit));
    std::vector<Statement> statements = statements_of(netlist);
    if (mutant.replacement) statements[mutant.replacement->statement] = mutant.replacement->by;
    for (std::size_t n = 0; n < statements.size(); ++n) {
      const Statement& s = statements[n];
      Step step{s.operation, {}, 0, 0, s.level};
      for (const std::string& net : s.inputs) step.inputs.push_back(number(net));
      step.output = number(s.output);
      if (has_carry(s.operation)) step.carry = number(s.carry);
      if (mutant.replacement && mutant.replacement->exchanges_outputs && mutant.replacement->statement == n)
        std::swap(step.output, step.carry);
      steps_.push_back(std::move(step));
    }
    const auto& product = mutant.product ? *mutant.product : netlist.product;
    for (const std::string& net : product) product_.push_back(number(net));
  }

  TruthTable run(Encoding encoding, int mode) {
    if (mutant_.mode_seen) mode = (*mutant_.mode_seen)[static_cast<std::size_t>(mode)];
    std::vector<std::int32_t> products(TruthTable::kPairs);
    std::vector<std::uint64_t> nets(numbers_.size());
    nets[1] = ~0ull;
    for (std::size_t group = 0; group < TruthTable::kPairs / 64; ++group) {
      drive(nets, group);
      for (const Step& step : steps_) {
        const Word word = compute(step, nets, mode);
        nets[step.output] = word.output;
        if (has_carry(step.operation)) nets[step.carry] = word.carry;
      }
      for (std::size_t lane = 0; lane < 64; ++lane) {
        std::uint32_t product = 0;
        for (std::size_t bit = 0; bit < 16; ++bit)
          product |= static_cast<std::uint32_t>(nets[product_[bit]] >> lane & 1) << bit;
        products[64 * group + lane] =
            encoding == Encoding::TwosComplement ? static_cast<std::int16_t>(product) : static_cast<int>(product);
      }
    }
    return TruthTable{std::move(products)};
  }

 private:
  struct Step {
    Operation operation;
    std::vector<std::size_t> inputs;
    std::size_t output, carry;
    int level;
  };

  std::size_t number(const std::string& net) { return numbers_.try_emplace(net, numbers_.size()).first->second; }

  void drive(std::vector<std::uint64_t>& nets, std::size_t group) const {
    for (std::size_t bit = 0; bit < 8; ++bit) {
      std::uint64_t x = 0, w = 0;
      for (std::size_t lane = 0; lane < 64; ++lane) {
        const std::size_t pair = 64 * group + lane;
        x |= static_cast<std::uint64_t>(pair >> (8 + bit) & 1) << lane;
        w |= static_cast<std::uint64_t>(pair >> bit & 1) << lane;
      }
      if (mutant_.exchanges_operands) std::swap(x, w);
      nets[2 + bit] = x;
      nets[10 + bit] = w;
    }
  }

  static Word compute(const Step& step, const std::vector<std::uint64_t>& nets, int mode) {
    if (step.operation == Operation::ModeBelow) return {mode < step.level ? ~0ull : 0};
    std::uint64_t all = ~0ull, any = 0, odd = 0, two = 0;
    for (const std::size_t input : step.inputs) {
      const std::uint64_t value = nets[input];
      two |= any & value;
      all &= value;
      any |= value;
      odd ^= value;
    }
    switch (step.operation) {
      case Operation::And:
      case Operation::Isolate:
        return {all};
      case Operation::Nand:
      case Operation::Not:
        return {~all};
      case Operation::Or:
        return {any};
      case Operation::Xor:
        return {odd};
      case Operation::Xnor:
        return {~odd};
      case Operation::HalfAdderAndOne:
      case Operation::Increment:
        return {~odd, any};
      default:
        return {odd, two};
    }
  }

  const NetlistMutant& mutant_;
  std::map<std::string, std::size_t> numbers_;
  std::vector<Step> steps_;
  std::vector<std::size_t> product_;
};

ModuleNetlist netlist_if_any(const DrumParameters& /*unused*/) {
  throw std::invalid_argument("DRUM is no netlist");
}
ModuleNetlist netlist_if_any(const MitchellParameters& /*unused*/) {
  throw std::invalid_argument("Mitchell's multiplier is no netlist");
}
ModuleNetlist netlist_if_any(const CircuitParameters& /*unused*/) {
  throw std::invalid_argument("an evolved circuit is a list of gates, no netlist of partial products");
}
template <class Parameters>
ModuleNetlist netlist_if_any(const Parameters& parameters) {
  return netlist_of(parameters);
}

}  // namespace

ModuleNetlist netlist_of_design(const MultiplierDesign& design) {
  return std::visit([](const auto& parameters) { return netlist_if_any(parameters); }, design.parameters);
}

std::vector<NetlistMutant> mutants_of(const ModuleNetlist& netlist, std::size_t stride) {
  std::map<std::string, std::size_t> seen;
  std::vector<NetlistMutant> chosen;
  for (NetlistMutant& mutant : Maker{netlist}.make())
    if (seen[mutant.kind]++ % stride == 0) chosen.push_back(std::move(mutant));
  return chosen;
}

std::string mutable_module(const ModuleNetlist& netlist, const std::vector<NetlistMutant>& mutants,
                           const std::string& module) {
  return ModuleWriter{netlist, mutants}.write(module);
}

TruthTable simulate(const ModuleNetlist& netlist, const NetlistMutant& mutant, Encoding encoding, int mode) {
  return Simulator{netlist, mutant}.run(encoding, mode);
}

}  // namespace axvp
