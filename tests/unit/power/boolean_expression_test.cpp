#include "axvp/power/boolean_expression.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace axvp {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Truth table over pins a, b, c: bit i is the value at a = bit 0 of i, b = bit 1, c = bit 2.
unsigned truth_table(const std::string& text) {
  const auto expression = BooleanExpression::parse(text);
  if (!expression) throw std::logic_error(expression.error().message);
  std::vector<std::uint64_t> values;
  for (const auto& pin : expression->pins()) values.push_back(pin == "a" ? 0xaa : pin == "b" ? 0xcc : 0xf0);
  return static_cast<unsigned>(expression->evaluate(values) & 0xff);
}

template <class Function>
unsigned by_hand(Function&& function) {
  unsigned table = 0;
  for (unsigned i = 0; i < 8; ++i)
    table |= static_cast<unsigned>(function((i & 1) != 0, (i & 2) != 0, (i & 4) != 0)) << i;
  return table;
}

TEST(BooleanExpression, FollowsLibertyPrecedence) {
  EXPECT_EQ(truth_table("a + b c"), by_hand([](bool a, bool b, bool c) { return a || (b && c); }));
  EXPECT_EQ(truth_table("a b ^ c"), by_hand([](bool a, bool b, bool c) { return a && (b != c); }));
  EXPECT_EQ(truth_table("!a ^ b"), by_hand([](bool a, bool b, bool) { return !a != b; }));
  EXPECT_EQ(truth_table("!a*b|c"), by_hand([](bool a, bool b, bool c) { return (!a && b) || c; }));
}

TEST(BooleanExpression, PostfixQuoteInverts) {
  EXPECT_EQ(truth_table("(a b)'"), by_hand([](bool a, bool b, bool) { return !(a && b); }));
  EXPECT_EQ(truth_table("a' b''"), by_hand([](bool a, bool b, bool) { return !a && b; }));
}

TEST(BooleanExpression, ReadsConstantsAndParentheses) {
  EXPECT_EQ(truth_table("1"), 0xffu);
  EXPECT_EQ(truth_table("0 + a"), 0xaau);
  EXPECT_EQ(truth_table("((a))"), 0xaau);
  EXPECT_EQ(truth_table("(((a b)+(b c))+(c a))"), by_hand([](bool a, bool b, bool c) { return a + b + c >= 2; }));
}

TEST(BooleanExpression, ListsPinsInOrderOfFirstUse) {
  EXPECT_THAT(BooleanExpression::parse("b a b[3] a")->pins(), ElementsAre("b", "a", "b[3]"));
}

TEST(BooleanExpression, WrongTextIsExplained) {
  EXPECT_THAT(BooleanExpression::parse("").error().message,
              HasSubstr("expected a pin, a constant or `(` at position 1"));
  EXPECT_THAT(BooleanExpression::parse("a + ").error().message, HasSubstr("expected a pin"));
  EXPECT_THAT(BooleanExpression::parse("(a b").error().message, HasSubstr("expected `)`"));
  EXPECT_THAT(BooleanExpression::parse("a ) b").error().message, HasSubstr("unexpected `)`"));
  EXPECT_THAT(BooleanExpression::parse("a 2b").error().message, HasSubstr("a pin name instead of 2b"));
  EXPECT_THAT(BooleanExpression::parse(std::string(100000, '(')).error().message, HasSubstr("fewer nested"));
}

}  // namespace
}  // namespace axvp
