#include "axvp/common/text.h"

#include <gtest/gtest.h>

#include "axvp/common/units.h"

namespace axvp {
namespace {

TEST(Text, FindsTheNearestWord) {
  EXPECT_EQ(nearest_word("colums", {"rows", "columns"}), "columns");
  EXPECT_EQ(nearest_word("xyz", {"rows", "columns"}), std::nullopt);
  EXPECT_EQ(suggestion("xyz", {"rows", "columns"}), "; known: rows, columns");
}

TEST(Text, NamesTheNearestFewOfMany) {
  std::vector<std::string> many;
  for (int i = 0; i < 200; ++i) many.push_back("multiplier-" + std::to_string(1000 + i));
  many.insert(many.begin() + 100, {"axa", "axb", "axcd", "axde", "axef"});
  EXPECT_EQ(suggestion("zzz", many), "; the nearest of 205 known: axa, axb, axcd, axde, axef");
}

TEST(Text, FormatsNumbers) {
  EXPECT_EQ(with_thousands(0), "0");
  EXPECT_EQ(with_thousands(999), "999");
  EXPECT_EQ(with_thousands(1234567), "1,234,567");
  EXPECT_EQ(shortest(0.1), "0.1");
}

TEST(Text, QuotesCsvCells) {
  EXPECT_EQ(csv_line({"a,b", "say \"x\"", "1"}), "\"a,b\",\"say \"\"x\"\"\",1\n");
}

TEST(Text, AlignsTables) {
  EXPECT_EQ(format_table({{"layer", "cycles"}, {"conv1", "12"}, {"c", "3,456"}}),
            "layer  cycles\n-------------\nconv1      12\nc       3,456\n");
}

TEST(Text, SplitsAndJoins) {
  EXPECT_EQ(split("a::b", ':'), (std::vector<std::string>{"a", "", "b"}));
  EXPECT_EQ(join({"a", "b"}, ", "), "a, b");
}

TEST(Units, KeepTheirArithmetic) {
  Picojoules sum{1.5};
  sum += Picojoules{2.0} * 2.0;
  EXPECT_EQ(sum, Picojoules{5.5});
  EXPECT_EQ(sum / Picojoules{11.0}, 0.5);
}

}  // namespace
}  // namespace axvp
