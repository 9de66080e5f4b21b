#include "axvp/common/field_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace axvp {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string error_of(const std::string& toml, void (*read)(FieldReader&)) {
  const auto document = parse_toml(toml, "a.toml");
  if (!document) return document.error().message;
  FieldReader reader{*document};
  read(reader);
  const auto done = reader.finish();
  return done ? "" : done.error().message;
}

TEST(FieldReader, ReadsEveryKindOfField) {
  const auto document = parse_toml(
      "rows = 16\nclock_mhz = 250.5\nfast = true\nname = \"x\"\nlevels = [4, 6, 8]\nweights = [0.5, 2]\n"
      "ids = [\"a\", \"b\"]\n[dram]\nlatency = 40\n[[point]]\nname = \"p0\"\n[[point]]\nname = \"p1\"\n",
      "a.toml");
  ASSERT_TRUE(document) << document.error().message;
  FieldReader reader{*document};
  EXPECT_EQ(reader.integer("rows", {1, 64}), 16);
  EXPECT_EQ(reader.number("clock_mhz", {0.0}), 250.5);
  EXPECT_TRUE(reader.boolean("fast"));
  EXPECT_EQ(reader.string("name"), "x");
  EXPECT_THAT(reader.integers("levels", {}), ElementsAre(4, 6, 8));
  EXPECT_THAT(reader.numbers("weights", {}), ElementsAre(0.5, 2.0));
  EXPECT_THAT(reader.strings("ids"), ElementsAre("a", "b"));
  EXPECT_EQ(reader.table("dram").integer("latency", {}), 40);
  auto points = reader.tables("point");
  ASSERT_EQ(points.size(), 2u);
  EXPECT_EQ(points[1].string("name"), "p1");
  points[0].string("name");
  EXPECT_EQ(reader.integer("columns", {1, 64}, 8), 8) << "a missing key takes its default";
  EXPECT_TRUE(reader.finish());
}

TEST(FieldReader, NumberThatIsNoneIsShownAsWritten) {
  EXPECT_EQ(error_of("clock_mhz = nan\n", [](FieldReader& r) { r.number("clock_mhz", {0.0}); }),
            "a.toml: line 1, column 1: clock_mhz = nan, expected a number >= 0");
  EXPECT_THAT(error_of("clock_mhz = -inf\n", [](FieldReader& r) { r.number("clock_mhz", {0.0}); }),
              HasSubstr("clock_mhz = -inf, expected"));
}

TEST(FieldReader, NamesLineAndColumnOfAValueOutOfRange) {
  EXPECT_EQ(error_of("a = 1\nrows = -4\n",
                     [](FieldReader& r) {
                       r.integer("a", {});
                       r.integer("rows", {1, 64});
                     }),
            "a.toml: line 2, column 1: rows = -4, expected an integer from 1 to 64");
}

TEST(FieldReader, SuggestsTheNearestKnownKey) {
  EXPECT_EQ(error_of("[array]\ncolums = 4\n", [](FieldReader& r) { r.table("array").integer("columns", {}, 1); }),
            "a.toml: line 2, column 1: unknown key `colums`, did you mean `columns`?");
}

TEST(FieldReader, RejectsWrongTypesAndMissingKeys) {
  EXPECT_THAT(error_of("a = \"1\"\n", [](FieldReader& r) { r.integer("a", {}); }), HasSubstr("expected an integer"));
  EXPECT_THAT(error_of("a = 1.5\n", [](FieldReader& r) { r.integer("a", {}); }), HasSubstr("expected an integer"));
  EXPECT_THAT(error_of("a = inf\n", [](FieldReader& r) { r.number("a", {}); }), HasSubstr("expected a finite number"));
  EXPECT_THAT(error_of("a = 0\n", [](FieldReader& r) { r.number("a", {0.0, 1e9, true}); }), HasSubstr("> 0"));
  EXPECT_THAT(error_of("", [](FieldReader& r) { r.string("a"); }), HasSubstr("the key `a` is missing"));
  EXPECT_THAT(error_of("a = 1\n", [](FieldReader& r) { r.table("a"); }), HasSubstr("expected a table"));
  EXPECT_THAT(error_of("a = [1, \"x\"]\n", [](FieldReader& r) { r.integers("a", {}); }),
              HasSubstr("expected an integer"));
  EXPECT_THAT(error_of("p = \"fxied\"\n",
                       [](FieldReader& r) {
                         r.choice("p", {"fixed", "budget"});
                       }),
              HasSubstr("did you mean `fixed`?"));
}

TEST(FieldReader, ReportsSyntaxErrorsWithTheirPlace) {
  EXPECT_THAT(error_of("a = 1\nb = = 2\n", [](FieldReader&) {}), HasSubstr("a.toml: line 2, column"));
  EXPECT_THAT(error_of("day = 2026-01-01\n", [](FieldReader&) {}), HasSubstr("dates and times"));
}

TEST(FieldReader, NamesJsonPlacesByPointer) {
  const auto document = parse_json(R"({"rows": [{"energy_pj": 1.0}, {"energy_pj": -0.3}]})", "energy.json");
  ASSERT_TRUE(document);
  FieldReader reader{*document};
  for (auto& row : reader.tables("rows")) row.number("energy_pj", {0.0});
  const auto done = reader.finish();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "energy.json: /rows/1/energy_pj: energy_pj = -0.3, expected a number >= 0");
}

TEST(FieldReader, RefusesIntegersBeyondInt64) {
  const auto document = parse_json(R"({"one": 18446744073709551615, "list": [18446744073709551615]})", "x.json");
  ASSERT_TRUE(document);
  FieldReader one{*document};
  one.integer("one", {});
  one.raw("list");
  EXPECT_THAT(one.finish().error().message, HasSubstr("/one"));
  FieldReader list{*document};
  list.integers("list", {});
  list.raw("one");
  EXPECT_THAT(list.finish().error().message, HasSubstr("/list/0"));
}

TEST(FieldReader, RefusesDuplicateJsonKeysAndBrokenJson) {
  EXPECT_THAT(parse_json(R"({"a": 1, "b": {"a": 2, "a": 3}})", "x").error().message, HasSubstr("`a` stands twice"));
  EXPECT_TRUE(parse_json(R"({"a": 1, "b": {"a": 2}})", "x"));
  EXPECT_THAT(parse_json("{", "x.json").error().message, HasSubstr("x.json: not valid JSON"));
}

}  // namespace
}  // namespace axvp
