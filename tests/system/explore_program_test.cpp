// `axvp explore` as a user calls it: killed and resumed, divided into shards, confirmed at level lt.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "axvp/common/file.h"
#include "axvp/common/random.h"
#include "axvp/common/text.h"
#include "csv_rows.h"
#include "project_folders.h"
#include "shell.h"
#include "temporary_folder.h"

namespace axvp {
namespace {

using ::testing::HasSubstr;
using testing::shell;

constexpr const char* kLayers =
    "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides, Padding, "
    "Groups,\n"
    "stem, 32, 32, 3, 3, 3, 16, 1, 1, 1,\ndepthwise, 32, 32, 3, 3, 16, 16, 2, 1, 16,\npoint, 16, 16, 1, 1, 16, 64, 1, "
    "0, 1,\n"
    "conv, 16, 16, 3, 3, 64, 64, 1, 1, 1,\nfc, 1, 1, 1, 1, 64, 10, 1, 0, 1,\n";
/// 5 x 5 x 5 x 4 x 2 x 5 = 5,000 configurations.
constexpr const char* kGrid =
    "networks = [\"layers.csv\"]\n[space]\nrows = [4, 8, 16, 24, 32]\ncolumns = [4, 8, 16, 24, 32]\n"
    "activation_kb = [8, 16, 32, 64, 128]\naccumulator_kb = [4, 8, 16, 64]\ndepthwise = [\"naive\", \"diagonal\"]\n"
    "dram_bandwidth_bytes_per_cycle = [1, 2, 4, 8, 16]\n";

class ExploreProgram : public testing::TemporaryFolder {
 protected:
  void SetUp() override {
    TemporaryFolder::SetUp();
    file("layers.csv", kLayers);
    file("grid.toml", kGrid);
  }
  [[nodiscard]] testing::ShellOutcome axvp(const std::string& arguments, const std::string& before = "") const {
    return shell("cd " + folder_.string() + " && " + before + " " AXVP_PROGRAM " --quiet " + arguments);
  }
  [[nodiscard]] std::string content(const std::string& name) const { return read_text_file(path(name)).value(); }
  [[nodiscard]] std::vector<std::map<std::string, std::string>> rows(const std::string& name) const {
    return testing::csv_rows(content(name));
  }
};

TEST_F(ExploreProgram, TheFrontOfFiveThousandConfigurationsEqualsAllPairsCompared) {
  const auto outcome = axvp("explore grid.toml --output whole");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.output;
  const auto all = rows("whole/results.csv");
  ASSERT_EQ(all.size(), 5000u);
  std::vector<std::array<double, 3>> values;
  std::vector<std::string> names;
  for (const auto& row : all) {
    if (row.at("status") != "ok") continue;
    values.push_back({std::stod(row.at("latency_ms")), std::stod(row.at("energy_uj")), std::stod(row.at("area_mm2"))});
    names.push_back(row.at("configuration"));
  }
  EXPECT_GT(values.size(), 2500u);
  std::set<std::string> expected, found;
  for (std::size_t a = 0; a < values.size(); ++a) {
    bool is_beaten = false;
    for (std::size_t b = 0; b < values.size() && !is_beaten; ++b)
      is_beaten = values[b] != values[a] && values[b][0] <= values[a][0] && values[b][1] <= values[a][1] &&
                  values[b][2] <= values[a][2];
    if (!is_beaten) expected.insert(names[a]);
  }
  for (const auto& row : rows("whole/front.csv")) found.insert(row.at("configuration"));
  EXPECT_EQ(found, expected);
  EXPECT_GT(found.size(), 10u);
}

TEST_F(ExploreProgram, KilledTwentyTimesItEndsWithTheSameBytes) {
  const auto start = std::chrono::steady_clock::now();
  ASSERT_EQ(axvp("explore grid.toml --output whole").exit_code, 0);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  Random random{20};
  int killed = 0, unfinished = 0;
  for (int i = 0; i < 20; ++i) {
    // Every run begins anew in four of five cases, so that kills fall on all parts of a run.
    if (i % 5 == 0) std::filesystem::remove_all(folder_ / "killed");
    const auto outcome = axvp("explore grid.toml --output killed",
                              fmt::format("timeout -s KILL {:.3f}", seconds * (0.01 + 0.3 * random.uniform())));
    killed += outcome.exit_code == 137 ? 1 : 0;
    unfinished += std::filesystem::exists(folder_ / "killed" / "results.csv") ? 0 : 1;
  }
  EXPECT_GT(killed, 5);
  EXPECT_GT(unfinished, 5);
  ASSERT_EQ(axvp("explore grid.toml --output killed").exit_code, 0);
  EXPECT_EQ(content("killed/results.csv"), content("whole/results.csv"));
  EXPECT_EQ(content("killed/front.csv"), content("whole/front.csv"));
}

TEST_F(ExploreProgram, ShardsMergeToTheWholeAndMissingOnesAreNoticed) {
  ASSERT_EQ(axvp("explore grid.toml --output whole").exit_code, 0);
  ASSERT_EQ(axvp("explore grid.toml --output parts --shard 1/3").exit_code, 0);
  ASSERT_EQ(axvp("explore grid.toml --output parts --shard 3/3").exit_code, 0);
  const auto early = axvp("explore merge grid.toml --output parts");
  EXPECT_EQ(early.exit_code, 2);
  EXPECT_THAT(early.output, HasSubstr("2 shards hold 3333 results, the sweep has 5000"));
  ASSERT_EQ(axvp("explore grid.toml --output parts --shard 2/3").exit_code, 0);
  ASSERT_EQ(axvp("explore merge grid.toml --output parts").exit_code, 0);
  EXPECT_EQ(content("parts/results.csv"), content("whole/results.csv"));
}

TEST_F(ExploreProgram, LevelLtAgreesInArrayCyclesAndWithinTheBoundInLatency) {
  file("both.toml",
       "networks = [\"layers.csv\", \"resnet8_synth10\"]\n[search]\nobjectives = [\"latency\", \"throughput\", "
       "\"energy\", \"area\"]\n"
       "[measured]\nimages = 10\n[space]\nrows = [8, 16, 32]\ncolumns = [8, 16]\nactivation_kb = [32, "
       "256]\nvector_lanes = [4, 16, 64]\n"
       "dram_bandwidth_bytes_per_cycle = [2, 8, 32]\nmultiplier = [\"dadda-exact\", \"dadda_trunc-k7c\"]\n"
       "dataflow = [\"ws\", \"os\", \"is\"]\nbatch = [1, 4]\n");
  const auto outcome = axvp("explore both.toml --output both --confirm lt --confirm-points 10");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.output;
  const auto confirmed = rows("both/confirmation.csv");
  ASSERT_EQ(confirmed.size(), 20u);
  std::set<std::string> batches, dataflows;
  for (const auto& row : rows("both/front.csv")) {
    batches.insert(row.at("batch"));
    dataflows.insert(row.at("dataflow"));
    EXPECT_NEAR(std::stod(row.at("images_per_second")) * std::stod(row.at("latency_ms")),
                1e3 * std::stod(row.at("batch")), 1e-6);
  }
  EXPECT_EQ(batches.size(), 2u);
  EXPECT_GT(dataflows.size(), 1u);
  for (const auto& row : confirmed) {
    EXPECT_EQ(row.at("array_cycles"), row.at("array_cycles_analytic")) << row.at("configuration");
    EXPECT_LT(std::abs(std::stod(row.at("latency_difference_fraction"))), 0.10) << row.at("configuration");
    if (row.at("network") != "resnet8_synth10") continue;
    EXPECT_NEAR(std::stod(row.at("energy_uj_analytic")) / std::stod(row.at("energy_uj")), 1.0, 0.05);
  }
  EXPECT_THAT(outcome.output, HasSubstr("array cycles differ in 0 of 20"));
}

TEST_F(ExploreProgram, OperatingPointsOfAFileHaveTheirMeasuredAccuracyAndTheirPool) {
  file("run.toml",
       "[workload]\nimages = 30\ncalibration_images = 20\n[tuning]\nimages = 20\n"
       "[[operating_point]]\nname = \"exact\"\nmultiplier = \"dadda-exact\"\n"
       "[[operating_point]]\nname = \"mixed\"\nmultiplier = \"dadda_trunc-k9c\"\n[operating_point.layers]\nconv1 = "
       "\"dadda-exact\"\n");
  const auto tuned = axvp("tune --config run.toml --out points.json");
  ASSERT_EQ(tuned.exit_code, 0) << tuned.output;
  ASSERT_EQ(axvp("evaluate --config run.toml --operating-points points.json --out evaluated.json").exit_code, 0);
  const auto evaluated = nlohmann::json::parse(content("evaluated.json"));
  file("points.toml",
       "networks = [\"resnet8_synth10\", \"layers.csv\"]\n[search]\nobjectives = [\"energy\", "
       "\"area\"]\n[measured]\nimages = 30\n"
       "[space]\nmultiplier = [\"dadda-exact\", \"bw-exact\"]\noperating_points = [\"points.json\"]\n"
       "pool = [\"own\", [\"dadda-exact\"]]\n");
  const auto outcome = axvp("explore points.toml --output points --confirm lt");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.output;
  const auto all = rows("points/results.csv");
  ASSERT_EQ(all.size(), 16u);  // two networks, two pools, four points
  EXPECT_EQ(all[2].at("operating_point"), "exact");
  for (const int p : {0, 1})
    EXPECT_DOUBLE_EQ(std::stod(all[2 + p].at("top1_fraction")), evaluated["points"][p]["top1"]["value"].get<double>());
  EXPECT_EQ(all[2].at("area_mm2"), all[3].at("area_mm2")) << "points of a file share their pool";
  EXPECT_GT(std::stod(all[2].at("area_mm2")), std::stod(all[0].at("area_mm2")));
  EXPECT_LT(std::stod(all[3].at("energy_uj")), std::stod(all[2].at("energy_uj")));
  EXPECT_EQ(all[6].at("status"), "ok");
  EXPECT_EQ(all[7].at("status"), "pool lacks a multiplier of the operating point");
  EXPECT_EQ(all[8].at("status"), "ok");
  EXPECT_EQ(all[10].at("status"), "operating point of another network");
  for (const auto& row : rows("points/confirmation.csv")) {
    if (row.at("network") != "resnet8_synth10") continue;  // shares of zeros of topologies are assumed
    EXPECT_NEAR(std::stod(row.at("energy_uj_analytic")) / std::stod(row.at("energy_uj")), 1.0, 0.05);
  }
  file("other.toml", "networks = [\"layers.csv\"]\n[space]\noperating_points = [\"points.json\"]\n");
  const auto other = axvp("explore other.toml");
  EXPECT_EQ(other.exit_code, 2);
  EXPECT_THAT(other.output, HasSubstr("points.json is made for none of the networks"));
}

TEST_F(ExploreProgram, SimulatesTheChosenConfigurationsOrSaysWhyNot) {
  const auto refuse = [&](const std::string& arguments, const std::string& message) {
    const auto outcome = axvp("explore small.toml --output small " + arguments);
    EXPECT_EQ(outcome.exit_code, 2) << outcome.output;
    EXPECT_THAT(outcome.output, HasSubstr(message));
  };
  file("small.toml",
       "networks = [\"layers.csv\"]\n[search]\nmethod = \"random\"\nsamples = 3\n[space]\nrows = [8, "
       "16]\nactivation_kb = [1, "
       "64]\n");
  refuse("--confirm lt --confirm-configurations 4", "numbered from 0 to 3");
  refuse("--confirm lt --confirm-configurations 1,1", "1 stands twice");
  refuse("--confirm-configurations 1", "needs --confirm lt or rtl");
  refuse("--shard 1/2 --confirm lt", "a shard has no front");
  ASSERT_EQ(axvp("explore small.toml --output small").exit_code, 0);
  const auto all = rows("small/results.csv");
  std::set<std::string> evaluated;
  for (const auto& row : all) {
    evaluated.insert(row.at("configuration"));
    if (row.at("status") != "ok")
      refuse("--confirm lt --confirm-configurations " + row.at("configuration"), "does not fit the scratchpads");
  }
  ASSERT_EQ(evaluated.size(), 3u);
  for (const char* number : {"0", "1", "2", "3"})
    if (evaluated.count(number) == 0)
      refuse(std::string{"--confirm lt --confirm-configurations "} + number, "not among those that were evaluated");
#ifndef AXVP_HAS_VERILATED
  GTEST_SKIP() << "level rtl: built without Verilated RTL";
#endif
  file("small.toml", "networks = [\"layers.csv\"]\n[space]\nrows = [8, 16]\n");
  const auto rtl = axvp("explore small.toml --output rtl --confirm rtl --confirm-configurations 1");
  ASSERT_EQ(rtl.exit_code, 0) << rtl.output;
  EXPECT_THAT(rtl.output, HasSubstr("agreement with level rtl"));
  EXPECT_THAT(rtl.output, HasSubstr("array cycles differ in 0 of 1"));
}

TEST_F(ExploreProgram, NetworksOfOneNameAreToldApart) {
  std::filesystem::create_directories(folder_ / "other");
  file("other/layers.csv", "Layer, M, N, K,\nA, 10, 10, 10,\n");
  file("names.toml", "networks = [\"layers.csv\", \"other/layers.csv\"]\n");
  ASSERT_EQ(axvp("explore names.toml --output names").exit_code, 0);
  const auto all = rows("names/results.csv");
  EXPECT_EQ(all[0].at("network"), "layers.csv");
  EXPECT_EQ(all[1].at("network"), "other/layers.csv");
}

TEST_F(ExploreProgram, RefusesWhatItCannotUse) {
  const auto refuse = [&](const std::string& arguments, const std::string& message) {
    const auto outcome = axvp(arguments);
    EXPECT_EQ(outcome.exit_code, 2) << outcome.output;
    EXPECT_THAT(outcome.output, HasSubstr(message));
  };
  refuse("explore nothing.toml", "nothing.toml");
  refuse("explore grid.toml --shard 4/3", "--shard 4/3: expected 1 to N of N");
  refuse("explore merge grid.toml --output empty", "no shard-I-of-N.sqlite there");
  refuse("explore grid.toml again.toml", "expected one SWEEP");
  file("accuracy.toml", std::string{"networks = [\"layers.csv\"]\n[search]\nobjectives = [\"accuracy\"]\n"});
  refuse("explore accuracy.toml", "the topology layers has no values");
  file("multiplier.toml", "networks = [\"layers.csv\"]\n[space]\nmultiplier = [\"dadda-exakt\"]\n");
  EXPECT_THAT(axvp("explore multiplier.toml").output, HasSubstr("dadda-exact"));
  ASSERT_EQ(axvp("explore grid.toml --output grid --shard 1/500").exit_code, 0);
  file("grid.toml", std::string{kGrid} + "[constraints]\narea_mm2 = 10\n");
  refuse("explore grid.toml --output grid --shard 1/500", "results of another sweep");
  file("a.cfg", "[architecture_presets]\nArrayHeigth: 4\n");
  refuse("scalesim -c a.cfg -t layers.csv", "unknown key `ArrayHeigth` in [architecture_presets]");
}

TEST_F(ExploreProgram, ScaleSimsFilesGiveTheCyclesOfItsForms) {
  file("a.cfg", "[architecture_presets]\nArrayHeight: 16\nArrayWidth: 16\nDataflow: os\n");
  file("products.csv", "Layer, M, N, K,\nA, 49, 160, 96,\nB, 196, 64, 384,\n");
  const auto outcome = axvp("scalesim -c a.cfg -t products.csv --out reports --dram-trace dramsys");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.output;
  EXPECT_THAT(content("reports/dram.stl"), HasSubstr("0:\tread\t0x0\n"));
  const auto compute = rows("reports/COMPUTE_REPORT.csv");
  ASSERT_EQ(compute.size(), 3u);
  EXPECT_EQ(compute[0].at("Total Cycles"), "5040");  // the tool prints 5039 and 21527
  EXPECT_EQ(compute[1].at("Total Cycles"), "21528");
  EXPECT_EQ(compute[2].at("Layer name"), "total");
  EXPECT_EQ(compute[2].at("Total Cycles"), "26568");
  EXPECT_EQ(rows("reports/BANDWIDTH_REPORT.csv").size(), 3u);
  EXPECT_EQ(rows("reports/DETAILED_ACCESS_REPORT.csv").size(), 3u);
}

TEST_F(ExploreProgram, AJobArrayWithARequeuedTaskLosesAndDoublesNothing) {
  // Long enough for a task to be caught half-way.
  file("grid.toml", std::string{kGrid} + "weight_kb = [16, 32, 64, 128]\n");
  std::filesystem::create_directories(folder_ / "cluster");
  std::filesystem::create_directories(folder_ / "parts");
  const std::string scripts = AXVP_SOURCE_DIR "/tests/system/slurm/";
  const auto outcome =
      shell("cd " + folder_.string() + " && AXVP=" AXVP_PROGRAM " " + scripts + "cluster.sh cluster " + scripts +
            "requeue.sh " AXVP_SOURCE_DIR "/scripts/explore.sbatch " + path("grid.toml") + " " + path("parts"));
  if (outcome.exit_code == 77) GTEST_SKIP() << outcome.output;
  ASSERT_EQ(outcome.exit_code, 0) << outcome.output;
  EXPECT_THAT(outcome.output, HasSubstr("task 2: Restarts=1"));
  const auto merged = axvp("explore merge grid.toml --output parts");
  ASSERT_EQ(merged.exit_code, 0) << outcome.output << merged.output;
  ASSERT_EQ(axvp("explore grid.toml --output whole").exit_code, 0);
  EXPECT_EQ(content("parts/results.csv"), content("whole/results.csv"));
}

}  // namespace
}  // namespace axvp
