// `axvp simulate` on a few images of the embedded network: its results against the plain executor's, sums against
// parts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "axvp/common/file.h"
#include "axvp/common/text.h"
#include "axvp/common/toml_writer.h"
#include "axvp/multipliers/npy.h"
#include "axvp/power/energy_table.h"
#include "child_run.h"
#include "program_runner.h"
#include "project_folders.h"
#include "temporary_folder.h"
#include "workload_options.h"

namespace axvp {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::run_axvp;
using testing::run_in_child;
using ::testing::StartsWith;

constexpr double kElements = 256.0;  // 16 x 16, the default

constexpr const char* kWorkload = "[workload]\nimages = 6\ncalibration_images = 8\n[tuning]\nimages = 8\n";
constexpr const char* kPoints =
    "[[operating_point]]\nname = \"exact\"\nmultiplier = \"dadda-exact\"\n"
    "[[operating_point]]\nname = \"eco\"\nmultiplier = \"dadda_trunc-k9c\"\n";

class SimulateCommand : public testing::TemporaryFolder {
 protected:
  std::string config(const std::string& rest, const std::string& name = "run.toml") const {
    return file(name, std::string{kWorkload} + rest);
  }
  [[nodiscard]] nlohmann::json json(const std::string& name) const {
    return nlohmann::json::parse(read_text_file(folder_ / name).value());
  }
  /// Simulates into the folder `out`; returns result.json.
  nlohmann::json simulate(const std::string& arguments) {
    outcome_ = run_axvp("simulate --out " + path("out") + " " + arguments);
    EXPECT_EQ(outcome_.exit_code, 0) << outcome_.errors;
    return outcome_.exit_code == 0 ? json("out/result.json") : nlohmann::json{};
  }
  testing::Outcome outcome_;
};

/// Attojoules of an exact decimal of picojoules with six places.
std::uint64_t attojoules(std::string cell) {
  const auto point = cell.find('.');
  EXPECT_EQ(cell.size() - point, 7u) << cell;
  return std::stoull(cell.erase(point, 1));
}

TEST_F(SimulateCommand, AnswersAsThePlainExecutorAndAddsUp) {
  const std::string run = config(kPoints);
  ASSERT_EQ(run_axvp("evaluate --threads 1 --config " + run + " --out " + path("plain.json")).exit_code, 0);
  const auto plain = json("plain.json");
  const auto result = simulate("--config " + run);
  ASSERT_EQ(result["operating_points"].size(), 2u);
  for (std::size_t p = 0; p < 2; ++p) {
    const auto& point = result["operating_points"][p];
    ASSERT_EQ(point["name"], plain["points"][p]["name"]);
    EXPECT_EQ(point["top1_fraction"], plain["points"][p]["top1"]["value"]);
    EXPECT_EQ(point["top1_low_95"], plain["points"][p]["top1"]["low_95"]);
    EXPECT_EQ(point["images"], 6);
    const double watts =
        point["total_energy_per_image_pj"].get<double>() * 1e-12 * point["frames_per_second"].get<double>();
    EXPECT_NEAR(point["average_power_mw"].get<double>(), 1e3 * watts, 1e-9);
  }
  // Rows of layers.csv.
  const auto lines = split(read_text_file(folder_ / "out" / "layers.csv").value(), '\n');
  const auto heading = split(lines[0], ',');
  const auto column = [&](const std::string& name) {
    const auto found = std::find(heading.begin(), heading.end(), name);
    EXPECT_NE(found, heading.end()) << name;
    return static_cast<std::size_t>(found - heading.begin());
  };
  std::uint64_t energy = 0, macs = 0, cycles = 0;
  int totals = 0;
  for (std::size_t i = 1; i + 1 < lines.size(); ++i) {
    const auto cells = split(lines[i], ',');
    ASSERT_EQ(cells.size(), heading.size());
    const std::uint64_t row_energy = attojoules(cells[column("energy_total_pj")]);
    const std::uint64_t row_macs = std::stoull(cells[column("macs")]);
    const std::uint64_t row_cycles = std::stoull(cells[column("cycles_total")]);
    EXPECT_NEAR(std::stod(cells[column("mac_utilisation_fraction")]),
                static_cast<double>(row_macs) / (kElements * static_cast<double>(row_cycles)), 1e-6);
    if (cells[column("operation_name")] != "total") {
      energy += row_energy;
      macs += row_macs;
      cycles += row_cycles;
      continue;
    }
    EXPECT_EQ(row_energy, energy);
    EXPECT_EQ(row_macs, macs);
    EXPECT_EQ(row_cycles, cycles);
    energy = macs = cycles = 0;
    ++totals;
  }
  EXPECT_EQ(totals, 2);
  EXPECT_THAT(outcome_.output, HasSubstr("95 %"));
  EXPECT_THAT(result["provenance"]["tools"]["systemc"].get<std::string>(), StartsWith("2."));
}

TEST_F(SimulateCommand, ABatchAnswersAsItsImagesDoAndCountsThem) {
  const std::string run = config(std::string{kPoints} +
                                 "[controller]\npolicy = \"budget\"\nwindow_ms = 0.1\n"
                                 "[[controller.budget]]\nat_ms = 0\nwindow_uj = 0.001\n"
                                 "[platform]\nbatch = 3\n");
  ASSERT_EQ(run_axvp("evaluate --threads 1 --config " + run + " --out " + path("plain.json")).exit_code, 0);
  const auto plain = json("plain.json");
  const auto result = simulate("--config " + run);
  for (std::size_t p = 0; p < 2; ++p) {
    const auto& point = result["operating_points"][p];
    EXPECT_EQ(point["top1_fraction"], plain["points"][p]["top1"]["value"]);
    EXPECT_EQ(point["images"], 6);
    const auto& first = point["operations"][0];
    EXPECT_EQ(first["inferences"], 2);
    EXPECT_EQ(first["images"], 6);
    EXPECT_EQ(first["macs_per_image"], 32 * 32 * 16 * 27);
    const double seconds_per_image = point["cycles_per_image"].get<double>() / 100e6;
    EXPECT_NEAR(point["frames_per_second"].get<double>() * seconds_per_image, 1.0, 0.05) << "the host's work apart";
  }
  const auto& inferences = result["controller"]["inferences"];
  ASSERT_EQ(inferences.size(), 2u);
  EXPECT_EQ(inferences[1]["image"], 3);
  EXPECT_EQ(inferences[1]["classes"].size(), 3u);
  EXPECT_EQ(inferences[1]["labels"].size(), 3u);
  EXPECT_EQ(result["controller"]["time_at_points"][1]["images"], 3);
}

TEST_F(SimulateCommand, ImagesThatAreNoWholeBatchesAreRefused) {
  const auto outcome = run_axvp("simulate --out " + path("out") + " --config " +
                                config(std::string{kPoints} + "[platform]\nbatch = 4\n"));
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.errors,
              HasSubstr("6 images are not a whole number of batches of 4 (platform.batch): --images 4"));
}

TEST_F(SimulateCommand, AreaIsThatOfEveryPeWithItsPoolAndOfTheLanes) {
  const auto table = load_energy_table(std::filesystem::path{AXVP_SOURCE_DIR} / "power/tables/osu018.json");
  ASSERT_TRUE(table) << table.error().message;
  const auto result = simulate("--images 1 --config " + config(kPoints));
  const double element = table->pe(Encoding::SignMagnitude)->area.value + table->find("dadda-exact")->area.value +
                         table->find("dadda_trunc-k9c")->area.value;
  EXPECT_DOUBLE_EQ(result["area"]["array_um2"].get<double>(), kElements * element);
  EXPECT_DOUBLE_EQ(result["area"]["vector_unit_um2"].get<double>(), 16 * table->vector_lane.area.value);
}

TEST_F(SimulateCommand, BudgetThatCannotBeMetIsReported) {
  const auto result =
      simulate("--config " + config(std::string{kPoints} + "[controller]\npolicy = \"budget\"\nwindow_ms = 0.1\n"
                                                           "[[controller.budget]]\nat_ms = 0\nwindow_uj = 0.001\n"));
  const auto& controller = result["controller"];
  // A window is shorter than an inference: the first one at the exact point, the others at the cheapest.
  ASSERT_EQ(controller["windows"].size(), 6u);
  EXPECT_EQ(controller["windows_over_budget"], 6);
  EXPECT_EQ(controller["windows_over_budget_at_last_point"], 5);
  double worst = 0.0;
  for (const auto& window : controller["windows"])
    worst = std::max(worst, window["window_uj"].get<double>() / 0.001 - 1.0);
  EXPECT_NEAR(controller["worst_excess_fraction"].get<double>(), worst, 1e-9 * worst);
  EXPECT_THAT(outcome_.output, HasSubstr("windows: 6, over budget 6"));
  EXPECT_THAT(outcome_.output, HasSubstr("5 of them at the cheapest point"));
  const auto& times = controller["time_at_points"];
  EXPECT_EQ(times[0]["images"], 1);
  EXPECT_EQ(times[1]["images"], 5);
  EXPECT_NEAR(times[0]["time_ms"].get<double>() + times[1]["time_ms"].get<double>(),
              controller["inferences"].back()["end_ms"].get<double>(), 1e-9);
}

TEST_F(SimulateCommand, WhatAnOwnMultiplierDoesNotStateIsSaid) {
  ASSERT_TRUE(write_npy_table(folder_ / "mine.npy",
                              TruthTable::from_function([](std::uint8_t x, std::uint8_t w) { return x * w; })));
  const auto result = simulate("--config " + config(std::string{kPoints} +
                                                    "[[operating_point]]\nname = \"mine\"\nmultiplier = \"mine\"\n"
                                                    "[[multiplier]]\nid = \"mine\"\ntable = \"mine.npy\"\n"
                                                    "energy_pj = 1.25\narea_um2 = 100\n"));
  EXPECT_THAT(result["notes"].get<std::vector<std::string>>(),
              ElementsAre("multiplier mine: no leakage_nw stated: its leakage counts as 0",
                          "multiplier mine: no delay_ns stated: the clock is not checked against it"));
  EXPECT_THAT(outcome_.output, HasSubstr("note: multiplier mine: no leakage_nw"));
  EXPECT_TRUE(result["configuration"]["multiplier"][0]["leakage_nw"].is_null());
  const auto& points = result["operating_points"];
  EXPECT_EQ(points[2]["top1_fraction"], points[0]["top1_fraction"]) << "the same products";
  const auto& layer = points[2]["operations"][0];
  EXPECT_NEAR(layer["energy"]["multipliers_pj"].get<double>(),
              1.25 * layer["counts"]["macs_executed"]["mine"].get<double>(), 1e-3);
}

TEST_F(SimulateCommand, RecordsThePointsOfTheFileThatRan) {
  const std::string tuned = config(
      "[[operating_point]]\nname = \"first\"\nmultiplier = \"dadda-exact\"\n"
      "[[operating_point]]\nname = \"second\"\nmultiplier = \"dadda_trunc-k7c\"\n",
      "tuned.toml");
  ASSERT_EQ(run_axvp("tune --config " + tuned + " --out " + path("points.json")).exit_code, 0);
  const std::string other = config(std::string{kPoints} + "[controller]\npoint = \"second\"\n");
  const auto result = simulate("--config " + other + " --operating-points " + path("points.json"));
  const auto& configuration = result["configuration"];
  ASSERT_EQ(configuration["operating_point"].size(), 2u);
  EXPECT_EQ(configuration["operating_point"][0]["name"], "first");
  EXPECT_EQ(configuration["operating_point"][1]["multiplier"], "dadda_trunc-k7c");
  EXPECT_EQ(configuration["operating_points_file"], path("points.json"));
  EXPECT_FALSE(configuration.contains("tuning")) << "the file's points were tuned before";
  EXPECT_EQ(configuration["controller"]["point"], 1) << "by the name of a point of the file";
  EXPECT_THAT(outcome_.output, Not(HasSubstr("\neco ")));
}

TEST_F(SimulateCommand, ScheduleSwitchesAndTheReportShowsWhatItCost) {
  const auto result =
      simulate("--config " + config(std::string{kPoints} + "[controller]\npolicy = \"schedule\"\n"
                                                           "[[controller.schedule]]\nat_ms = 0\npoint = \"exact\"\n"
                                                           "[[controller.schedule]]\nat_ms = 0.1\npoint = \"eco\"\n"));
  const auto& controller = result["controller"];
  ASSERT_EQ(controller["switches"].size(), 2u);
  EXPECT_TRUE(controller["switches"][0]["from"].is_null());
  EXPECT_EQ(controller["switches"][1]["from"], "exact");
  EXPECT_EQ(controller["switches"][1]["to"], "eco");
  EXPECT_EQ(controller["inferences"][0]["point"], "exact");
  EXPECT_EQ(controller["inferences"][5]["point"], "eco");
  EXPECT_TRUE(controller["windows"].empty());
  EXPECT_THAT(outcome_.output, HasSubstr("scheduled from 0.1 ms on"));
}

TEST_F(SimulateCommand, MarginPolicyDecidesAsCascadePredicts) {
  // Images apart from those that margins are calibrated with; the points of one file, so that both run the same sets.
  const std::string data = " --data synth10:test --images 40";
  ASSERT_EQ(run_axvp("tune --config " + config(kPoints) + " --out " + path("points.json")).exit_code, 0);
  const std::string points = " --operating-points " + path("points.json");
  ASSERT_EQ(run_axvp("cascade --config " + config(kPoints) + data + points +
                     " --margin-data synth10:validation@0:60 --rerun 0.3 --costs 1.0,0.5 --out " + path("cascade.json"))
                .exit_code,
            0);
  const auto predicted = json("cascade.json")["cascades"].back();  // eco, exact: the budget
  ASSERT_EQ(predicted["rule"], "30 %");
  ASSERT_EQ(predicted["points"], (nlohmann::json{"eco", "exact"}));
  const double reached = predicted["reached_fraction"][1];
  ASSERT_GT(reached, 0.05);
  ASSERT_LT(reached, 0.95);
  const std::string run =
      config(kPoints + format_toml({{"controller", predicted["controller"]}}), "margin.toml") + data + points;
  const auto result = simulate("--config " + run);
  const auto& controller = result["controller"];
  const auto& cascade = controller["cascade"];
  EXPECT_NEAR(cascade["stages"][1]["images_fraction"].get<double>(), reached, 1e-12);
  EXPECT_EQ(cascade["stages"][0]["images"], 40);
  EXPECT_EQ(controller["top1_fraction"], predicted["top1_fraction"]);
  EXPECT_EQ(cascade["loss_against_last_fraction"], predicted["loss_fraction"]);
  EXPECT_EQ(cascade["loss_low_95"], predicted["loss_low_95"]);

  // Energy per image: all inferences but the first loading of tables.
  double spent = 0.0, cycles = 0.0;
  std::size_t reruns = 0, answers = 0;
  for (const auto& inference : controller["inferences"]) {
    spent += inference["energy_pj"].get<double>();
    cycles += inference["end_ms"].get<double>() - inference["begin_ms"].get<double>();
    const bool is_eco = inference["point"] == "eco";
    ASSERT_EQ(inference.contains("margin"), is_eco);
    const bool is_answer = !is_eco || inference["margin"] > predicted["thresholds"][0];
    EXPECT_EQ(inference["classes"].empty(), !is_answer);
    answers += is_answer ? 1 : 0;
    reruns += is_answer ? 0 : 1;
  }
  EXPECT_EQ(answers, 40u);
  EXPECT_EQ(static_cast<double>(reruns), reached * 40);
  const auto& first = controller["switches"][0];
  spent -= first["energy"]["total_pj"].get<double>();
  const double clock_mhz = result["configuration"]["platform"]["clock_mhz"];
  cycles = cycles * clock_mhz * 1e3 - first["cycles"].get<double>();
  EXPECT_NEAR(cascade["total_energy_per_image_pj"].get<double>(), spent / 40, 1e-6 * spent);
  EXPECT_NEAR(cascade["cycles_per_image"].get<double>(), cycles / 40, 1.0);

  // Every switch but the first is in the cascade's sums, and each costs.
  std::uint64_t number = 0, bytes = 0, of_all = 0;
  for (const auto& change : cascade["switches"]) {
    number += change["number"].get<std::uint64_t>();
    bytes += change["bytes"].get<std::uint64_t>();
    EXPECT_GT(change["energy_pj"], 0.0);
  }
  for (std::size_t s = 1; s < controller["switches"].size(); ++s)
    of_all += controller["switches"][s]["bytes"].get<std::uint64_t>();
  EXPECT_EQ(number + 1, controller["switches"].size());
  EXPECT_EQ(bytes, of_all);
  EXPECT_GT(bytes, number * 9 * 100) << "nine bytes a channel";
  EXPECT_THAT(outcome_.output, HasSubstr("controller, policy margin: 40 images"));
  EXPECT_THAT(outcome_.output, ContainsRegex("eco +[0-9.]+ +40 +100.00"));
  EXPECT_THAT(outcome_.output, ContainsRegex("exact +always +[0-9]+ "));
  EXPECT_THAT(outcome_.output, HasSubstr("static mix"));
}

TEST_F(SimulateCommand, WrongCascadesAreRefusedBeforeTheRun) {
  const auto refuse = [&](const std::string& stages, const std::string& message) {
    const auto outcome = run_axvp("simulate --out " + path("out") + " --config " +
                                  config(kPoints + ("[controller]\npolicy = \"margin\"\n" + stages)));
    EXPECT_EQ(outcome.exit_code, 2) << stages;
    EXPECT_THAT(outcome.errors, HasSubstr(message));
  };
  const std::string cheap = "[[controller.cascade]]\npoint = \"eco\"\nthreshold = ",
                    dear = "[[controller.cascade]]\npoint = \"exact\"\n";
  refuse(cheap + "-1\n" + dear, "threshold = -1, expected a number >= 0");
  refuse(cheap + "nan\n" + dear, "threshold = nan");
  refuse(cheap + "0.5\n", "the last stage's answer is always taken");
  refuse(dear, "a cascade needs at least two stages");
  refuse(cheap + "0.5\n[[controller.cascade]]\npoint = \"eco\"\n", "are the same operating point");
  refuse(cheap + "0.5\n[[controller.cascade]]\npoint = \"exakt\"\n", "did you mean `exact`?");
  refuse("[[controller.cascade]]\npoint = \"exact\"\nthreshold = 0.5\n[[controller.cascade]]\npoint = \"eco\"\n",
         "runs cheap operating points first, but `exact`");
  const auto batched = run_axvp("cascade --config " + config(std::string{kPoints} + "[platform]\nbatch = 2\n") +
                                " --operating-points none.json --margin-data synth10:validation@0:20 --costs 1.0,0.5");
  EXPECT_EQ(batched.exit_code, 2);
  EXPECT_THAT(batched.errors, HasSubstr("platform.batch = 2: margins are calibrated image by image"));
}

TEST_F(SimulateCommand, MemoryWithALongLatencyIsNoHang) {
  const auto result = simulate("--images 1 --config " +
                               config(std::string{kPoints} + "[platform.dram]\nlatency_cycles = 1000000\n"
                                                             "[platform.watchdog]\nno_progress_cycles = 10000\n"));
  EXPECT_GT(result["operating_points"][0]["cycles_per_image"], 1e6);
}

TEST_F(SimulateCommand, PointsGiveTheSameFiguresInAnyOrder) {
  const std::string a = "[[operating_point]]\nname = \"a\"\nmultiplier = \"dadda-exact\"\n";
  const std::string b = "[[operating_point]]\nname = \"b\"\nmultiplier = \"dadda_trunc-k9c\"\n";
  const std::string c = "[[operating_point]]\nname = \"c\"\nmultiplier = \"dadda_trunc-k7c\"\n";
  const auto run = [&](const std::string& points) {
    return nlohmann::json::parse(run_in_child([&] { return simulate("--config " + config(points)).dump(); }));
  };
  const auto forward = run(a + b + c);
  const auto permuted = run(c + a + b);
  const std::vector<std::size_t> place{1, 2, 0};  // of a, b and c in the second list
  for (std::size_t p = 0; p < 3; ++p) {
    const auto& one = forward["operating_points"][p];
    const auto& other = permuted["operating_points"][place[p]];
    ASSERT_EQ(one["name"], other["name"]);
    for (const char* key : {"cycles_per_image", "total_energy_per_image_pj", "frames_per_second", "average_power_mw",
                            "multiplication_energy_per_image_pj", "top1_fraction"})
      EXPECT_EQ(one[key], other[key]) << one["name"] << ": " << key;
    // Loading takes the same bytes; as its tables lie elsewhere in DRAM, it may open a row more. The first operation
    // contains it.
    EXPECT_EQ(one["first_load"]["energy"]["dram_pj"], other["first_load"]["energy"]["dram_pj"]);
    for (std::size_t i = 1; i < one["operations"].size(); ++i) EXPECT_EQ(one["operations"][i], other["operations"][i]);
  }
}

TEST_F(SimulateCommand, RunTooShortForABudgetSaysThatNobodyControlled) {
  const auto result =
      simulate("--config " + config(std::string{kPoints} + "[controller]\npolicy = \"budget\"\nwindow_ms = 1000\n"
                                                           "[[controller.budget]]\nat_ms = 0\nwindow_uj = 1\n"));
  EXPECT_TRUE(result["controller"]["windows"].empty());
  EXPECT_EQ(result["notes"].size(), 1u);
  EXPECT_THAT(outcome_.output,
              ContainsRegex("note: the controller never acted: the 6 images take [0-9.]+ ms, its first "
                            "window of 1000 ms did not end; give it more images or a shorter"));
}

TEST_F(SimulateCommand, StepOfAScheduleBehindTheEndOfTheRunIsNamed) {
  (void)simulate("--config " +
                 config(std::string{kPoints} + "[controller]\npolicy = \"schedule\"\n"
                                               "[[controller.schedule]]\nat_ms = 0\npoint = \"eco\"\n"
                                               "[[controller.schedule]]\nat_ms = 5000\npoint = \"exact\"\n"));
  EXPECT_THAT(outcome_.output,
              ContainsRegex("note: the controller's schedule from 5000 ms on was not reached: the 6 images take"));
}

TEST_F(SimulateCommand, FolderOfAnEarlierRunIsNotReplacedWithoutBeingNamed) {
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder_);
  const std::string command = "simulate --images 1 --config " + config(kPoints);
  const auto output = [&](const std::string& out) {
    return run_in_child([&] { return run_axvp(command + out).output; });
  };
  EXPECT_THAT(output(""), HasSubstr("written: axvp-run/result.json"));
  const auto first = read_text_file(folder_ / "axvp-run" / "result.json").value();
  EXPECT_THAT(output(""), HasSubstr("written: axvp-run-2/result.json"));
  EXPECT_THAT(output(" --out axvp-run-2"), HasSubstr("written over those of an earlier run: axvp-run-2/result.json"));
  EXPECT_EQ(read_text_file(folder_ / "axvp-run" / "result.json").value(), first);
  std::filesystem::current_path(before);
}

TEST_F(SimulateCommand, AnotherNetworkDoesNotInheritTheDefaultBudgets) {
  sim::WorkloadOptions options;
  auto read = options.read();
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_TRUE(read->controller) << "of the embedded network";
  options.network = "mobilenet_v2_synth10";
  read = options.read();
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_FALSE(read->controller);
  EXPECT_THAT(read->remarks, ElementsAre(AllOf(HasSubstr("no controller"), HasSubstr("those of resnet8_synth10"))));
  options.config = config(std::string{kPoints} + "[controller]\npolicy = \"fixed\"\n");
  read = options.read();
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_TRUE(read->controller) << "the user's own configuration holds";
  EXPECT_TRUE(read->remarks.empty());
}

}  // namespace
}  // namespace axvp
