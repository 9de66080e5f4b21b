#include "axvp/explore/sweep.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
      "clock_mhz = 62.5\ndataflow = [\"ws\", \"os\"]\nmultiplier = [\"a\", \"b\", \"c\"]\n[platform.array]\nrows = "
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
  EXPECT_THAT(message("[space]\ndataflow = [\"xs\"]\n"), HasSubstr("expected ws, os or is"));
  EXPECT_THAT(message("[search]\nmethod = \"nsga3\"\n"), HasSubstr("nsga2"));
  EXPECT_THAT(message("[search]\nobjectives = [\"latensy\"]\n"), HasSubstr("did you mean `latency`"));
  EXPECT_THAT(message("[search]\nmethod = \"random\"\nsamples = 5\n"), HasSubstr("has 1 configurations"));
  EXPECT_THAT(message("[search]\nsamples = 5\n"), HasSubstr("samples"));  // not of method grid
}

}  // namespace
}  // namespace axvp
