#include "axvp/explore/sweep.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "axvp/workloads/operating_point.h"
#include "temporary_folder.h"

namespace axvp {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Result<SweepConfig> parse(const std::string& text) {
  return parse_sweep("networks = [\"resnet8_synth10\"]\n" + text, "sweep.toml", "/nowhere");
}

TEST(Sweep, ReadsListsRangesAndSingleValues) {
  const auto sweep = parse(
      "[space]\nrows = [4, 8]\ncolumns = {from = 8, to = 64, factor = 2}\nweight_kb = {from = 64, to = 100, step = "
      "32}\n"
      "clock_mhz = 62.5\ndataflow = [\"ws\", \"os\"]\nmultiplier = [\"dadda-exact\", \"dadda_trunc-k7c\", "
      "\"bw-exact\"]\n[platform.array]\nrows = "
      "5\n");
  ASSERT_TRUE(sweep) << sweep.error().message;
  const auto values = [&](Axis axis) { return sweep->space.values[static_cast<std::size_t>(axis)]; };
  EXPECT_THAT(values(Axis::Rows), ElementsAre(4, 8));
  EXPECT_THAT(values(Axis::Columns), ElementsAre(8, 16, 32, 64));
  EXPECT_THAT(values(Axis::WeightKb), ElementsAre(64, 96));
  EXPECT_THAT(values(Axis::ClockMhz), ElementsAre(62.5));
  EXPECT_THAT(values(Axis::ActivationKb), ElementsAre(256));
  EXPECT_EQ(sweep->space.size(), 2u * 4 * 2 * 2 * 3);
}

TEST(Sweep, PoolsAndEncodingsGoWithTheirMultipliers) {
  const auto sweep = parse(
      "[space]\nmultiplier = [\"dadda-exact\", \"bw-exact\"]\n"
      "pool = [\"own\", [\"dadda-exact\", \"dadda_trunc-k7c\"]]\n");
  ASSERT_TRUE(sweep) << sweep.error().message;
  const DesignSpace& space = sweep->space;
  ASSERT_EQ(space.size(), 4u);  // the operating point varies fastest
  EXPECT_THAT(space.pool_at(space.at(0)).ids, ElementsAre("dadda-exact"));
  EXPECT_EQ(space.pool_at(space.at(1)).encoding, Encoding::TwosComplement);
  EXPECT_THAT(space.pool_at(space.at(3)).ids, ElementsAre("dadda-exact", "dadda_trunc-k7c"));
  EXPECT_EQ(space.text(Axis::Pool, space.at(3)), "dadda-exact+dadda_trunc-k7c");
  EXPECT_EQ(space.text(Axis::OperatingPoint, space.at(3)), "bw-exact");
  const auto exact = parse("[space]\nencoding = [\"sm8\", \"s8\"]\n");
  ASSERT_TRUE(exact) << exact.error().message;
  EXPECT_EQ(exact->space.points[0].name, "dadda-exact");
  EXPECT_EQ(exact->space.points[1].name, "bw-exact");
}

class SweepFiles : public testing::TemporaryFolder {
 protected:
  /// A file with two points over two layers of a channel each.
  void write_points(const std::string& name) {
    OperatingPointFile points;
    points.network_sha256 = "abc";
    points.tensor_scales = {1.0};
    for (const auto& [point, first] : {std::pair{"eco", "dadda_trunc-k9c"}, std::pair{"exact", "dadda-exact"}})
      points.points.push_back({point, {first, "dadda-exact"}, {{{1 << 14, 20, 0}}, {{1 << 14, 20, 0}}}});
    file(name, format_operating_points(points));
  }
  Result<SweepConfig> parse(const std::string& space) {
    return parse_sweep("networks = [\"resnet8_synth10\"]\n[space]\n" + space, "sweep.toml", folder_.string());
  }
};

TEST_F(SweepFiles, PointsOfAFileShareItsPool) {
  write_points("a.json");
  const auto sweep = parse("operating_points = [\"a.json\"]\nmultiplier = [\"dadda-exact\"]\n");
  ASSERT_TRUE(sweep) << sweep.error().message;
  const auto& points = sweep->space.points;
  ASSERT_EQ(points.size(), 3u);
  EXPECT_EQ(points[1].name, "eco");
  EXPECT_THAT(points[1].selectable_of_layer, ElementsAre("dadda_trunc-k9c", "dadda-exact"));
  EXPECT_THAT(points[1].own_pool.ids, ElementsAre("dadda_trunc-k9c", "dadda-exact"));
  EXPECT_THAT(points[2].own_pool.ids, ElementsAre("dadda_trunc-k9c", "dadda-exact"));
  EXPECT_EQ(points[2].index_in_file, 1u);
  EXPECT_EQ(points[2].network_sha256, "abc");
}

TEST_F(SweepFiles, PointsOfOneNameGetTheirFileInFront) {
  write_points("a.json");
  write_points("b.json");
  const auto sweep = parse("operating_points = [\"a.json\", \"b.json\"]\n");
  ASSERT_TRUE(sweep) << sweep.error().message;
  EXPECT_EQ(sweep->space.points[0].name, "a.json:eco");
  EXPECT_EQ(sweep->space.points[3].name, "b.json:exact");
  EXPECT_THAT(parse("operating_points = [\"a.json\", \"a.json\"]\n").error().message,
              HasSubstr("a.json:eco stands twice"));
  EXPECT_THAT(parse("operating_points = [\"c.json\"]\n").error().message, HasSubstr("c.json"));
}

TEST(Sweep, NumbersEveryCombinationOnce) {
  const auto sweep = parse("[space]\nrows = [4, 8]\ncolumns = [1, 2, 3]\nclock_mhz = [10, 20]\n");
  ASSERT_TRUE(sweep);
  const DesignSpace& space = sweep->space;
  for (std::uint64_t c = 0; c < space.size(); ++c) {
    EXPECT_EQ(space.index_of(space.at(c)), c);
    EXPECT_EQ(space.hardware_of(c), c / 2);
  }
  const PlatformConfig last = space.platform_at(space.at(space.size() - 1));
  EXPECT_EQ(last.array.rows, 8);
  EXPECT_EQ(last.array.columns, 3);
  EXPECT_EQ(last.clock_mhz, 20.0);
}

TEST(Sweep, NamesWhatItCannotUse) {
  const auto message = [](const std::string& text) {
    const auto sweep = parse(text);
    return sweep ? std::string{"accepted"} : sweep.error().message;
  };
  EXPECT_THAT(message("[space]\nrowz = [1]\n"), HasSubstr("did you mean `rows`"));
  EXPECT_THAT(message("[space]\nrows = [0]\n"), HasSubstr("line 3"));
  EXPECT_THAT(message("[space]\nrows = [4, 4]\n"), HasSubstr("rows: a value twice"));
  EXPECT_THAT(message("[space]\nrows = [4.5]\n"), HasSubstr("expected whole numbers"));
  EXPECT_THAT(message("[space]\nrows = {from = 9, to = 4, step = 1}\n"), HasSubstr("the range is empty"));
  EXPECT_THAT(message("[space]\ndataflow = [\"xs\"]\n"), HasSubstr("dataflow `xs`"));
  EXPECT_THAT(message("[search]\nmethod = \"nsga3\"\n"), HasSubstr("nsga2"));
  EXPECT_THAT(message("[search]\nobjectives = [\"latensy\"]\n"), HasSubstr("did you mean `latency`"));
  EXPECT_THAT(message("[search]\nmethod = \"random\"\nsamples = 5\n"), HasSubstr("has 1 configurations"));
  EXPECT_THAT(message("[search]\nsamples = 5\n"), HasSubstr("samples"));  // not of method grid
  EXPECT_THAT(message("[search]\nobjectives = [\"area\", \"area\"]\n"), HasSubstr("area stands twice"));
  EXPECT_THAT(message("[constraints]\narea_mm2 = 0\n"), HasSubstr("line 3"));
  EXPECT_THAT(message("[space]\ndataflow = [\"ws\", \"ws\"]\n"), HasSubstr("dataflow: a value twice"));
  EXPECT_THAT(message("[space]\nclock_mhz = {from = 1, to = 1000, step = 1e-9}\n"), HasSubstr("more than 4096"));
  EXPECT_THAT(message("[space]\nmultiplier = [\"dadda-exakt\"]\n"), HasSubstr("dadda-exact"));
  EXPECT_THAT(message("[space]\nmultiplier = [\"dadda-exact\", \"dadda-exact\"]\n"), HasSubstr("stands twice"));
  EXPECT_THAT(message("[space]\nmultiplier = [\"bw-exact\"]\nencoding = [\"s8\"]\n"), HasSubstr("encoding"));
  EXPECT_THAT(message("[space]\npool = [\"all\"]\n"), HasSubstr("expected \"own\" or a list of multipliers"));
  EXPECT_THAT(message("[space]\npool = []\n"), HasSubstr("expected a list"));
  EXPECT_THAT(message("[space]\npool = [[]]\n"), HasSubstr("expected \"own\" or a list of multipliers"));
  EXPECT_THAT(message("[space]\npool = [[\"dadda-exact\", \"bw-exact\"]]\n"), HasSubstr("a pool has one encoding"));
  EXPECT_THAT(message("[space]\npool = [\"own\", \"own\"]\n"), HasSubstr("own stands twice"));
  const std::string all = "{from = 1, to = 1000, step = 1}";
  EXPECT_THAT(message("[space]\nrows = " + all + "\ncolumns = " + all + "\nweight_kb = " + all + "\n"),
              HasSubstr("a grid of 1,000,000,000 configurations, expected 10,000,000 at most"));
  EXPECT_THAT(
      message("[space]\nrows = " + all + "\ncolumns = " + all + "\nweight_kb = " + all + "\nactivation_kb = " + all +
              "\naccumulator_kb = " + all + "\nvector_lanes = " + all + "\ndram_bandwidth_bytes_per_cycle = " + all),
      HasSubstr("more than 2^40"));
}

}  // namespace
}  // namespace axvp
