#include "axvp/workloads/operating_point.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "axvp/common/file.h"
#include "project_folders.h"

namespace axvp {
namespace {

using ::testing::HasSubstr;

constexpr std::int64_t kLargestBias = (std::int64_t{1} << 47) - 1;

OperatingPointFile small_file() {
  OperatingPointFile file;
  file.network_sha256 = "abc";
  file.tensor_scales = {1.0 / 3.0, 5e-324, 1.7976931348623157e308};
  file.points = {{"full", {"dadda-exact", "dadda-exact"}, {{{16384, 16, kLargestBias}}, {{-32767, 1, -5}, {0, 32, 0}}}},
                 {"e\"co", {"dadda_trunc-k8c", "dadda-exact"}, {{{1, 2, -kLargestBias - 1}}, {{4, 5, 6}, {7, 8, 9}}}}};
  file.provenance = {"tune", 7, {{"network", "abc"}}, {{"yosys", "0.23"}}};
  return file;
}

/// The message of reading small_file() with one JSON value replaced.
std::string error_with(const std::string& pointer, const nlohmann::json& value) {
  auto root = nlohmann::json::parse(format_operating_points(small_file()));
  root[nlohmann::json::json_pointer(pointer)] = value;
  const auto file = parse_operating_points(root.dump(), "points.json");
  return file ? "no error" : file.error().message;
}

TEST(OperatingPointFileTest, ReadsBackWhatItWrote) {
  const auto path = std::filesystem::path{AXVP_BINARY_DIR} / "operating_point_test" / "points.json";
  const OperatingPointFile written = small_file();
  ASSERT_TRUE(save_operating_points(written, path));
  const auto read = load_operating_points(path);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->network_sha256, written.network_sha256);
  EXPECT_EQ(read->encoding, written.encoding);
  EXPECT_EQ(read->tensor_scales, written.tensor_scales);  // to the last bit
  ASSERT_EQ(read->points.size(), written.points.size());
  for (std::size_t p = 0; p < written.points.size(); ++p) {
    EXPECT_EQ(read->points[p].name, written.points[p].name);
    EXPECT_EQ(read->points[p].selectable_of_layer, written.points[p].selectable_of_layer);
    EXPECT_EQ(read->points[p].requantisation, written.points[p].requantisation);
  }
  EXPECT_EQ(read->provenance.command, "tune");
  EXPECT_EQ(read->provenance.seed, 7u);
  EXPECT_EQ(read->provenance.inputs, written.provenance.inputs);
  EXPECT_EQ(read->provenance.tools, written.provenance.tools);
  EXPECT_EQ(format_operating_points(*read), format_operating_points(written));
  std::filesystem::remove_all(path.parent_path());
}

TEST(OperatingPointFileTest, KeepsChannelFactors) {
  OperatingPointFile file = small_file();
  file.channel_factors = {{}, {1.0, 1.0905077326652577}, {}};
  const auto read = parse_operating_points(format_operating_points(file), "points.json");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->channel_factors, file.channel_factors);
  for (const auto& wrong : {nlohmann::json::parse("[[0.0]]"), nlohmann::json::parse("[1.0]"),
                            nlohmann::json::parse("[[\"a\"]]"), nlohmann::json::parse("{\"a\": [1.0]}")})
    EXPECT_THAT(error_with("/channel_factors", wrong), HasSubstr("/channel_factors"));
}

TEST(OperatingPointFileTest, KeepsTheExactRequantisation) {
  OperatingPointFile file = small_file();
  file.exact_requantisation = {{{16384, 3, -7}}, {{5, 6, 7}, {8, 9, 10}}};
  const auto read = parse_operating_points(format_operating_points(file), "points.json");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->exact_requantisation, file.exact_requantisation);
  file.exact_requantisation.pop_back();
  const auto refused = parse_operating_points(format_operating_points(file), "points.json");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("/exact_layers: 1 layers, but point `full` has 2"));
}

TEST(OperatingPointFileTest, KeepsTheEncoding) {
  OperatingPointFile file = small_file();
  file.encoding = Encoding::TwosComplement;
  const auto read = parse_operating_points(format_operating_points(file), "points.json");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->encoding, Encoding::TwosComplement);
}

TEST(OperatingPointFileTest, WritesALayerALine) {
  EXPECT_THAT(format_operating_points(small_file()),
              HasSubstr("\n        {\"bias\":[-5,0],\"multiplier\":[-32767,0],\"selectable\":\"dadda-exact\","
                        "\"shift\":[1,32]}\n"));
}

TEST(OperatingPointFileTest, ErrorsNameThePlace) {
  EXPECT_THAT(error_with("/points/1/layers/0/shift/0", 33), HasSubstr("/points/1/layers/0/shift"));
  EXPECT_THAT(error_with("/points/0/layers/1/multiplier/1", 32768), HasSubstr("/points/0/layers/1/multiplier"));
  EXPECT_THAT(error_with("/points/0/layers/0/bias/0", kLargestBias + 1), HasSubstr("/points/0/layers/0/bias"));
  EXPECT_THAT(error_with("/points/0/layers/0/bias/0", 0.5), HasSubstr("/points/0/layers/0/bias"));
  EXPECT_THAT(error_with("/points/0/layers/1/bias", {1}),
              HasSubstr("2 multipliers, 2 shifts and 1 biases, expected as many of each"));
  EXPECT_THAT(error_with("/points/0/layers/1/gain", 3), HasSubstr("gain"));
  EXPECT_THAT(error_with("/points/1/name", "full"), HasSubstr("`full` names two points"));
  EXPECT_THAT(error_with("/points/1/layers", nlohmann::json::array()), HasSubstr("0 layers, but point `full` has 2"));
  EXPECT_THAT(error_with("/points", nlohmann::json::array()), HasSubstr("expected at least one"));
  EXPECT_THAT(error_with("/encoding", "sm9"), HasSubstr("sm8"));
  EXPECT_THAT(error_with("/schema_version", 2), HasSubstr("/schema_version"));
  EXPECT_THAT(error_with("/tensor_scales/1", 0.0), HasSubstr("/tensor_scales"));
  EXPECT_THAT(error_with("/tensor_scales/1", "x"), HasSubstr("/tensor_scales"));
}

TEST(OperatingPointFileTest, PointsMustHaveTheSameChannels) {
  OperatingPointFile file = small_file();
  file.points[1].requantisation[0].push_back({1, 1, 1});
  const auto read = parse_operating_points(format_operating_points(file), "points.json");
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message, HasSubstr("layer 0 has 2 channels, but in point `full` it has 1"));
}

TEST(OperatingPointFileTest, TruncatedFileIsAnError) {
  const std::string text = format_operating_points(small_file());
  const auto read = parse_operating_points(text.substr(0, text.size() / 2), "points.json");
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message, HasSubstr("points.json"));
}

}  // namespace
}  // namespace axvp
