#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "axvp/common/result.h"

namespace axvp {

/// A Boolean function of named pins as Liberty writes it: `!` and postfix `'` invert, then `^`, then `&` `*` or a
/// space, then `+` `|`; 0 and 1 are constants.
class BooleanExpression {
 public:
  enum class Operator : std::uint8_t { Zero, One, Pin, Not, And, Or, Xor };
  struct Node {
    Operator op = Operator::Zero;
    int left = -1;   ///< A node before this one, or the pin's index for Operator::Pin.
    int right = -1;  ///< A node before this one, for And, Or, Xor.
  };

  /// Errors quote the text and say what was expected.
  [[nodiscard]] static Result<BooleanExpression> parse(std::string_view text);

  [[nodiscard]] const std::vector<std::string>& pins() const { return pins_; }  ///< In order of first use.
  [[nodiscard]] const std::vector<Node>& nodes() const { return nodes_; }       ///< Operands first, the result last.

  /// All lanes of a word at once; `values` holds one word per pin, in the order of pins().
  [[nodiscard]] std::uint64_t evaluate(const std::vector<std::uint64_t>& values) const;

 private:
  friend class BooleanParser;
  std::vector<std::string> pins_;
  std::vector<Node> nodes_;
};

}  // namespace axvp
