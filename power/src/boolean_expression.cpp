#include "axvp/power/boolean_expression.h"

#include <algorithm>
#include <cctype>

namespace axvp {

/// Recursive descent, one level of precedence a function. `error_` is set once and ends the parse.
class BooleanParser {
 public:
  explicit BooleanParser(std::string_view text) : text_(text) {}

  Result<BooleanExpression> parse() {
    const int root = parse_or();
    if (error_.empty() && !at_end()) error_ = fmt::format("unexpected `{}`", text_[position_]);
    if (!error_.empty()) return fail("the function \"{}\" cannot be read: {}", text_, error_);
    if (root != static_cast<int>(expression_.nodes_.size()) - 1) expression_.nodes_.push_back(expression_.nodes_[root]);
    return std::move(expression_);
  }

 private:
  using Operator = BooleanExpression::Operator;
  static constexpr int kDeepest = 256;  ///< Nesting; keeps hostile input from exhausting the stack.

  int parse_or() {
    int left = parse_and();
    while (error_.empty() && (take('+') || take('|'))) left = add({Operator::Or, left, parse_and()});
    return left;
  }

  int parse_and() {
    int left = parse_xor();
    while (error_.empty() && (take('&') || take('*') || starts_operand()))
      left = add({Operator::And, left, parse_xor()});
    return left;
  }

  int parse_xor() {
    int left = parse_inverted();
    while (error_.empty() && take('^')) left = add({Operator::Xor, left, parse_inverted()});
    return left;
  }

  int parse_inverted() {
    bool inverts = false;
    while (take('!')) inverts = !inverts;
    int operand = parse_operand();
    while (error_.empty() && take('\'')) inverts = !inverts;
    return inverts ? add({Operator::Not, operand, -1}) : operand;
  }

  int parse_operand() {
    if (take('(')) return parse_parenthesis();
    if (!starts_operand()) return expected("a pin, a constant or `(`");
    std::string name;
    while (position_ < text_.size() && is_name(text_[position_])) name += text_[position_++];
    if (name == "0") return add({Operator::Zero, -1, -1});
    if (name == "1") return add({Operator::One, -1, -1});
    if (std::isdigit(static_cast<unsigned char>(name[0])) != 0) return expected("a pin name instead of " + name);
    return add({Operator::Pin, pin_index(name), -1});
  }

  int parse_parenthesis() {
    if (++depth_ > kDeepest) return expected("fewer nested parentheses");
    const int inside = parse_or();
    if (error_.empty() && !take(')')) return expected("`)`");
    --depth_;
    return inside;
  }

  int expected(const std::string& what) {
    if (error_.empty()) error_ = fmt::format("expected {} at position {}", what, position_ + 1);
    return 0;
  }

  int add(BooleanExpression::Node node) {
    expression_.nodes_.push_back(node);
    return static_cast<int>(expression_.nodes_.size()) - 1;
  }

  int pin_index(const std::string& name) {
    auto& pins = expression_.pins_;
    const auto found = std::find(pins.begin(), pins.end(), name);
    if (found != pins.end()) return static_cast<int>(found - pins.begin());
    pins.push_back(name);
    return static_cast<int>(pins.size()) - 1;
  }

  static bool is_name(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '[' || c == ']' || c == '.';
  }

  void skip_space() {
    while (position_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[position_])) != 0) ++position_;
  }

  bool at_end() {
    skip_space();
    return position_ == text_.size();
  }

  bool take(char c) {
    if (at_end() || text_[position_] != c) return false;
    ++position_;
    return true;
  }

  bool starts_operand() {
    return !at_end() && (is_name(text_[position_]) || text_[position_] == '(' || text_[position_] == '!');
  }

  std::string_view text_;
  std::size_t position_ = 0;
  int depth_ = 0;
  std::string error_;
  BooleanExpression expression_;
};

Result<BooleanExpression> BooleanExpression::parse(std::string_view text) {
  return BooleanParser{text}.parse();
}

std::uint64_t BooleanExpression::evaluate(const std::vector<std::uint64_t>& values) const {
  std::vector<std::uint64_t> results(nodes_.size());
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const Node& node = nodes_[i];
    const auto left = [&] { return results[static_cast<std::size_t>(node.left)]; };
    const auto right = [&] { return results[static_cast<std::size_t>(node.right)]; };
    switch (node.op) {
      case Operator::Zero:
        results[i] = 0;
        break;
      case Operator::One:
        results[i] = ~std::uint64_t{0};
        break;
      case Operator::Pin:
        results[i] = values.at(static_cast<std::size_t>(node.left));
        break;
      case Operator::Not:
        results[i] = ~left();
        break;
      case Operator::And:
        results[i] = left() & right();
        break;
      case Operator::Or:
        results[i] = left() | right();
        break;
      case Operator::Xor:
        results[i] = left() ^ right();
        break;
    }
  }
  return results.back();
}

}  // namespace axvp
