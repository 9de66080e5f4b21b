// `axvp simulate --trace`: valid JSON whose slices are the cycles of layers.csv.

#include <gmock/gmock.h>

#include <map>
#include <nlohmann/json.hpp>

#include "axvp/accel/timeline.h"
#include "axvp/common/file.h"
#include "program_runner.h"
#include "temporary_folder.h"

namespace axvp {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using testing::run_axvp;

/// Events of one phase ("X", "C", "M"), with the track's name from the thread names.
struct Trace {
  explicit Trace(const std::string& text) : whole(json::parse(text)) {
    for (const json& event : whole["traceEvents"])
      if (event["ph"] == "M" && event["name"] == "thread_name") tracks[event["tid"]] = event["args"]["name"];
  }
  [[nodiscard]] std::vector<json> slices(const std::string& track) const {
    std::vector<json> result;
    for (const json& event : whole["traceEvents"])
      if (event["ph"] == "X" && tracks.at(event["tid"]).rfind(track, 0) == 0) result.push_back(event);
    return result;
  }
  [[nodiscard]] std::uint64_t cycles(const std::string& track) const {
    std::uint64_t sum = 0;
    for (const json& slice : slices(track)) sum += slice["args"]["cycles"].get<std::uint64_t>();
    return sum;
  }
  void expect_no_overlap() const {
    std::map<int, std::uint64_t> end;
    for (const json& event : whole["traceEvents"]) {
      if (event["ph"] != "X") continue;
      const std::uint64_t begin = event["args"]["begin_cycle"];
      EXPECT_GE(begin, end[event["tid"]]) << event;
      end[event["tid"]] = begin + event["args"]["cycles"].get<std::uint64_t>();
    }
  }
  json whole;
  std::map<int, std::string> tracks;
};

class TimelineFile : public testing::TemporaryFolder {
 protected:
  /// Two images at one point.
  std::string arguments() {
    return "simulate --config " +
           file("run.toml",
                "[workload]\nimages = 2\ncalibration_images = 8\n[tuning]\nmethod = \"none\"\n"
                "[[operating_point]]\nname = \"only\"\nmultiplier = \"dadda_trunc-k7c\"\n") +
           " --out " + path("out");
  }
  testing::Outcome run(const std::string& more) { return run_axvp(arguments() + " --trace " + path("t.json") + more); }
  [[nodiscard]] Trace trace() const { return Trace{read_text_file(folder_ / "t.json").value()}; }
};

TEST_F(TimelineFile, HasEveryCycleOnceOnTheOwnersTrack) {
  ASSERT_EQ(run("").exit_code, 0);
  const Trace t = trace();
  t.expect_no_overlap();
  const auto result = json::parse(read_text_file(folder_ / "out/result.json").value());
  std::uint64_t total = 0;
  for (const auto& [owner, cycles] : result["operating_points"][0]["cycles"].items())
    if (cycles.is_number_unsigned()) total = std::max(total, cycles.get<std::uint64_t>());
  EXPECT_EQ(t.cycles("cycles by owner"), t.cycles("operations"));
  EXPECT_GT(t.cycles("operations"), 0u);
  for (const char* track : {"array: folds", "array: runs", "vector unit", "DMA: weights", "DMA: activations",
                            "DMA: write-back", "descriptors", "operating point switches"})
    EXPECT_FALSE(t.slices(track).empty()) << track;
  EXPECT_EQ(t.slices("operating point switches")[0]["name"], "to only");
  double energy = 0;
  std::size_t samples = 0;
  for (const json& event : t.whole["traceEvents"])
    if (event["ph"] == "C" && event["name"] == "energy") {
      EXPECT_GT(event["args"]["energy_uj"].get<double>(), energy);
      energy = event["args"]["energy_uj"];
      ++samples;
    }
  EXPECT_EQ(samples, t.slices("operations").size());
}

TEST_F(TimelineFile, KeepsTheChosenOperation) {
  const auto outcome = run(" --trace-layer nothing");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.errors, HasSubstr("no operation `nothing`"));
}

TEST_F(TimelineFile, KeepsTheChosenCycles) {
  ASSERT_EQ(run(" --trace-cycles 1000:2000").exit_code, 0);
  const Trace t = trace();
  for (const json& event : t.whole["traceEvents"])
    if (event["ph"] == "X") {
      EXPECT_LT(event["args"]["begin_cycle"], 2000);
      EXPECT_GT(event["args"]["begin_cycle"].get<std::uint64_t>() + event["args"]["cycles"].get<std::uint64_t>(),
                1000u);
    }
  EXPECT_FALSE(t.slices("cycles by owner").empty());
}

TEST_F(TimelineFile, SaysWhatIsWrongWithTheWindow) {
  for (const char* window : {"5", "7:7", "a:b", "1:2:3", "9:3"})
    EXPECT_EQ(run(std::string{" --trace-cycles "} + window).exit_code, 2) << window;
  EXPECT_EQ(run_axvp(arguments() + " --trace-cycles 1:2").exit_code, 2);
  EXPECT_EQ(run_axvp(arguments() + " --level analytic --trace x.json").exit_code, 2);
}

TEST(TimelineTest, EscapesNamesAndDropsWhatDoesNotFit) {
  Timeline timeline{{"a\"b"}, {"", 0, 1000, 2}};
  timeline.busy(CycleOwner::Array, 0, 10);
  timeline.busy(CycleOwner::Array, 5, 15);  // on a lane of its own
  timeline.busy(CycleOwner::Array, 20, 30);
  timeline.complete({"conv\\1\n", 0, 0, 30, 30, 1, 3.0, 3.0});
  EXPECT_EQ(timeline.dropped_events(), 2u);
  const Trace t{timeline.to_json(100.0)};
  t.expect_no_overlap();
  EXPECT_EQ(t.slices("array: runs").size(), 2u);
  EXPECT_EQ(t.whole["otherData"]["dropped_events"], 2);
}

TEST(TimelineTest, KeepsOneOperation) {
  Timeline timeline{{"a"}, {"second", 0, 1000, 100}};
  timeline.busy(CycleOwner::Array, 0, 10);
  timeline.complete({"first", 0, 0, 10, 10, 1, 3.0, 3.0});
  timeline.folds(10, 2, 5);
  timeline.complete({"second", 0, 10, 20, 10, 1, 3.0, 6.0});
  const Trace t{timeline.to_json(50.0)};
  EXPECT_TRUE(t.slices("array: runs").empty());
  ASSERT_EQ(t.slices("array: folds").size(), 2u);
  EXPECT_DOUBLE_EQ(t.slices("array: folds")[1]["ts"], 0.3);
  EXPECT_EQ(t.slices("operations")[0]["args"]["operating_point"], "a");
}

}  // namespace
}  // namespace axvp
