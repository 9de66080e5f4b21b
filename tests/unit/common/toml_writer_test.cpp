#include "axvp/common/toml_writer.h"

#include <gtest/gtest.h>

#include "axvp/common/field_reader.h"

namespace axvp {
namespace {

TEST(FormatToml, IsReadAgainAsTheSameObject) {
  const nlohmann::json object{
      {"seed", 18446744073709551615u >> 1},
      {"name", "a \"quoted\" \\ path\nwith lines, \u00e9 and \u0001"},
      {"ratio", 1e-7},
      {"whole", 20.0},
      {"list", {1, 2, 3}},
      {"table", {{"inner", {{"x", true}, {"empty", nlohmann::json::object()}}}, {"key with.dots", "y"}}},
      {"points", {{{"name", "p0"}, {"layers", {{"/conv1/Conv", "m"}}}}, {{"name", "p1"}, {"steps", {{{"at", 0.5}}}}}}}};
  const std::string text = format_toml(object);
  const auto document = parse_toml(text, "written.toml");
  ASSERT_TRUE(document) << document.error().message << "\n" << text;
  EXPECT_EQ(document->root, object) << text;
  EXPECT_TRUE(document->root["whole"].is_number_float());
}

TEST(FormatToml, LeavesOutWhatTomlCannotSay) {
  EXPECT_EQ(format_toml({{"a", nullptr}, {"b", nlohmann::json::array()}, {"c", 1}}), "c = 1\n");
}

}  // namespace
}  // namespace axvp
