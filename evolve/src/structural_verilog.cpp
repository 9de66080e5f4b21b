#include "axvp/evolve/structural_verilog.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <optional>
#include <vector>

namespace axvp {
namespace {

struct Token {
  std::string text;
  int line = 0;
};

bool is_word_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '\'';
}

/// Words (identifiers, numbers, 1'b0) and single punctuation characters; comments are dropped.
std::vector<Token> tokens_of(std::string_view text) {
  std::vector<Token> tokens;
  int line = 1;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == '\n') ++line;
    if (std::isspace(static_cast<unsigned char>(text[i])) != 0) {
      ++i;
    } else if (text.substr(i, 2) == "//") {
      i = std::min(text.find('\n', i), text.size());
    } else {
      std::size_t end = i + 1;
      if (is_word_character(text[i]))
        while (end < text.size() && is_word_character(text[end])) ++end;
      tokens.push_back({std::string{text.substr(i, end - i)}, line});
      i = end;
    }
  }
  tokens.push_back({"", line});
  return tokens;
}

/// A recursive-descent reader; after the first error it only runs to the end of the current rule.
class Reader {
 public:
  Reader(std::string_view text, const std::string& name) : tokens_(tokens_of(text)), name_(name) {
    nets_["1'b0"] = kConstantZero;
    nets_["1'b1"] = kConstantOne;
    for (int bit = 0; bit < 8; ++bit) {
      nets_[fmt::format("x_i[{}]", bit)] = x_signal(bit);
      nets_[fmt::format("w_i[{}]", bit)] = w_signal(bit);
    }
  }

  Result<GateCircuit> read() {
    skip_header();
    while (!error_ && peek() != "endmodule") read_item();
    for (std::size_t bit = 0; bit < 16 && !error_; ++bit) circuit_.product[bit] = net(fmt::format("p_o[{}]", bit));
    if (error_) return tl::unexpected(*error_);
    if (const auto good = check(circuit_); !good) return fail_in(name_, good);
    return std::move(circuit_);
  }

 private:
  [[nodiscard]] const std::string& peek() const { return tokens_[position_].text; }
  std::string next() {
    const std::string text = peek();
    if (position_ + 1 < tokens_.size()) ++position_;
    return text;
  }
  void reject(const std::string& message) {
    if (!error_) error_ = Error{fmt::format("{}: line {}: {}", name_, tokens_[position_].line, message)};
  }
  void expect(const std::string& text) {
    if (peek() != text) reject(fmt::format("found '{}', expected '{}'", peek(), text));
    next();
  }

  void skip_header() {
    expect("module");
    while (!error_ && peek() != ";") {
      if (peek() == "mode_i") reject("the module has modes; only modules with one mode can be read");
      if (peek().empty()) reject("the module's ports do not end");
      next();
    }
    next();
  }

  void skip_statement() {
    while (!peek().empty() && peek() != ";") next();
    expect(";");
  }

  void read_item() {
    if (peek() == "logic") return skip_statement();
    if (peek() == "assign") return read_assignment();
    if (peek() == "ax_ha" || peek() == "ax_fa") return read_adder();
    reject(fmt::format("'{}' is not structural Verilog; expected logic, assign, ax_ha, ax_fa or endmodule", peek()));
  }

  /// NAME or NAME[BIT], as one string.
  std::string read_name() {
    std::string text = next();
    if (peek() != "[") return text;
    next();
    text += "[" + next() + "]";
    expect("]");
    return text;
  }

  SignalId net(const std::string& name) {
    const auto known = nets_.find(name);
    if (known != nets_.end()) return known->second;
    reject(fmt::format("'{}' is read but not driven by what stands before", name));
    return kConstantZero;
  }
  void drive(const std::string& name, SignalId signal) {
    if (!nets_.emplace(name, signal).second) reject(fmt::format("'{}' is driven twice", name));
  }

  void read_assignment() {
    expect("assign");
    if (peek() == "unused_bits") return skip_statement();
    const std::string target = read_name();
    expect("=");
    first_own_gate_ = circuit_.gates.size();
    const SignalId value = read_or();
    expect(";");
    drive(target, value);
  }

  SignalId add(GateKind kind, SignalId a, SignalId b = 0, SignalId c = 0, SignalId d = 0) {
    circuit_.gates.push_back({kind, {a, b, c, d}});
    return output_signal(circuit_.gates.size() - 1);
  }

  SignalId read_or() { return read_chain("|", GateKind::Or, &Reader::read_xor); }
  SignalId read_xor() { return read_chain("^", GateKind::Xor, &Reader::read_and); }
  SignalId read_and() { return read_chain("&", GateKind::And, &Reader::read_unary); }
  SignalId read_chain(const char* symbol, GateKind kind, SignalId (Reader::*operand)()) {
    SignalId left = (this->*operand)();
    while (!error_ && peek() == symbol) {
      next();
      const SignalId right = (this->*operand)();
      left = add(kind, left, right);
    }
    return left;
  }

  SignalId read_unary() {
    if (peek() == "~") {
      next();
      return invert(read_unary());
    }
    if (peek() != "(") return net(read_name());
    next();
    SignalId inner = read_or();
    if (peek() == "?") inner = read_choice(inner);
    expect(")");
    return inner;
  }

  /// CONDITION ? A : B; only ~(...) of it is a gate, so it is made inverted and inverted once more.
  SignalId read_choice(SignalId condition) {
    next();
    const SignalId a = read_or();
    expect(":");
    const SignalId b = read_or();
    return add(GateKind::Not, add(GateKind::MuxInvert, a, b, condition));
  }

  [[nodiscard]] bool is_own_gate(SignalId signal, std::size_t number) const {
    return number >= first_own_gate_ && number < circuit_.gates.size() && signal == output_signal(number);
  }

  /// Turns the gates that this expression has just made into their inverting form.
  SignalId invert(SignalId signal) {
    auto& gates = circuit_.gates;
    if (gates.empty() || !is_own_gate(signal, gates.size() - 1)) return add(GateKind::Not, signal);
    const Gate outer = gates.back();
    const std::size_t last = gates.size() - 1;
    if (outer.kind == GateKind::And || outer.kind == GateKind::Or) {
      const bool right_is_own = last >= 2 && is_own_gate(outer.inputs[1], last - 1);
      if (right_is_own && is_own_gate(outer.inputs[0], last - 2)) {
        if (const auto kind = fused(gates[last - 2].kind, gates[last - 1].kind, outer.kind))
          return fuse(*kind,
                      {gates[last - 2].inputs[0], gates[last - 2].inputs[1], gates[last - 1].inputs[0],
                       gates[last - 1].inputs[1]},
                      3);
      } else if (last >= 1 && is_own_gate(outer.inputs[0], last - 1)) {
        if (const auto kind = fused(gates[last - 1].kind, std::nullopt, outer.kind))
          return fuse(*kind, {gates[last - 1].inputs[0], gates[last - 1].inputs[1], outer.inputs[1], 0}, 2);
      }
    }
    if (outer.kind == GateKind::Not) {
      gates.pop_back();
      return outer.inputs[0];
    }
    if (outer.kind == GateKind::And) gates.back().kind = GateKind::Nand;
    if (outer.kind == GateKind::Or) gates.back().kind = GateKind::Nor;
    if (outer.kind == GateKind::Xor) gates.back().kind = GateKind::Xnor;
    return gates.back().kind == outer.kind ? add(GateKind::Not, signal) : signal;
  }

  /// The one gate for ~((a LEFT b) OUTER (c RIGHT d)), or for ~((a LEFT b) OUTER c).
  static std::optional<GateKind> fused(GateKind left, std::optional<GateKind> right, GateKind outer) {
    if (right && left != *right) return std::nullopt;
    const bool alternates =
        (left == GateKind::And && outer == GateKind::Or) || (left == GateKind::Or && outer == GateKind::And);
    if (alternates && right) return outer == GateKind::Or ? GateKind::AndOrInvert22 : GateKind::OrAndInvert22;
    if (alternates) return outer == GateKind::Or ? GateKind::AndOrInvert : GateKind::OrAndInvert;
    if (left == outer && !right) return outer == GateKind::Or ? GateKind::Nor3 : GateKind::Nand3;
    return std::nullopt;
  }
  SignalId fuse(GateKind kind, const std::array<SignalId, kGateInputs>& inputs, std::size_t gates_replaced) {
    circuit_.gates.resize(circuit_.gates.size() - gates_replaced);
    return add(kind, inputs[0], inputs[1], inputs[2], inputs[3]);
  }

  /// ax_fa u_s3 (.a_i(A), .b_i(B), .c_i(C), .s_o(S), .c_o(D));
  void read_adder() {
    const bool full = next() == "ax_fa";
    next();  // instance name
    expect("(");
    std::map<std::string, std::string> pins;
    while (!error_ && peek() != ")") {
      expect(".");
      const std::string pin = next();
      expect("(");
      pins[pin] = read_name();
      expect(")");
      if (peek() == ",") next();
    }
    expect(")");
    expect(";");
    const auto pin = [&](const char* name) {
      if (pins.count(name) == 0) reject(fmt::format("the adder's pin {} is not connected", name));
      return pins[name];
    };
    const SignalId a = net(pin("a_i")), b = net(pin("b_i"));
    const SignalId c = full ? net(pin("c_i")) : kConstantZero;
    const SignalId sum = add(full ? GateKind::FullAdder : GateKind::HalfAdder, a, b, c);
    drive(pin("s_o"), sum);
    drive(pin("c_o"), static_cast<SignalId>(sum + 1));
  }

  std::vector<Token> tokens_;
  std::string name_;
  std::size_t position_ = 0;
  std::optional<Error> error_;
  std::map<std::string, SignalId> nets_;
  std::size_t first_own_gate_ = 0;  // of the expression being read
  GateCircuit circuit_;
};

}  // namespace

Result<GateCircuit> read_structural_verilog(std::string_view text, const std::string& name) {
  return Reader{text, name}.read();
}

}  // namespace axvp
