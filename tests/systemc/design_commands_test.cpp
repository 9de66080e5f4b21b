// Commands that choose multipliers and arrays, in this process: small runs whose results are checked by other means.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "axvp/common/file.h"
#include "axvp/common/text.h"
#include "axvp/power/energy_table.h"
#include "csv_rows.h"
#include "program_runner.h"
#include "project_folders.h"
#include "temporary_folder.h"

namespace axvp {
namespace {

using ::testing::HasSubstr;
using testing::run_axvp;

class DesignCommands : public testing::TemporaryFolder {
 protected:
  void run(const std::string& arguments) {
    outcome_ = run_axvp(arguments);
    ASSERT_EQ(outcome_.exit_code, 0) << arguments << "\n" << outcome_.errors;
  }
  [[nodiscard]] std::string content(const std::string& name) const {
    return read_text_file(folder_ / name).value_or("");
  }
  [[nodiscard]] nlohmann::json json(const std::string& name) const { return nlohmann::json::parse(content(name)); }
  [[nodiscard]] std::vector<std::map<std::string, std::string>> rows(const std::string& name) const {
    return testing::csv_rows(content(name));
  }

  testing::Outcome outcome_;
};

constexpr const char* kLayers =
    "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides, Padding, "
    "Groups,\nstem, 32, 32, 3, 3, 3, 16, 1, 1, 1,\ndepthwise, 32, 32, 3, 3, 16, 16, 2, 1, 16,\nfc, 1, 1, 1, 1, 64, 10, "
    "1, 0, 1,\n";

/// Costs by the energy table's rows against what the search says.
TEST_F(DesignCommands, SearchFillsPointsFromItsPoolAndSavesWhatItSays) {
  run("search --root " AXVP_SOURCE_DIR
      " --metric uniform --sensitivity curvature --network resnet8_synth10 --data synth10:validation "
      "--calibration-data "
      "synth10:train --images 24 --instances 2 --save 50,70 --fields 64 --threads 1 --out " +
      path("found"));
  const auto search = json("found/search.json");
  ASSERT_EQ(search["pool"].size(), 2u);
  std::set<std::string> pool{"dadda-exact"};  // what a layer without candidates within its error would keep
  for (const auto& id : search["pool"]) pool.insert(id.get<std::string>());
  const auto table = load_energy_table(std::filesystem::path{AXVP_SOURCE_DIR} / "power/tables/osu018.json");
  ASSERT_TRUE(table) << table.error().message;
  const Picojoules exact = table->find("dadda-exact")->per_mac.total();
  EXPECT_THAT(content("found/assignment.svg"), HasSubstr("<svg"));
  const auto points = json("found/operating_points.json")["points"];
  ASSERT_EQ(points.size(), 2u);
  for (std::size_t p = 0; p < 2; ++p) {
    EXPECT_GE(search["points"][p]["saved_fraction"].get<double>(), p == 0 ? 0.5 : 0.7);
    double cost = 0.0;
    for (std::size_t l = 0; l < search["layers"].size(); ++l) {
      const auto& layer = search["layers"][l];
      const auto& chosen = layer["selectables"][p];
      EXPECT_EQ(points[p]["layers"][l]["selectable"], chosen["selectable"]);
      EXPECT_EQ(pool.count(chosen["selectable"].get<std::string>()), 1u) << chosen;
      const Picojoules own = table->find(chosen["selectable"].get<std::string>())->per_mac.total();
      cost += layer["exact_cost_fraction"].get<double>() * (own / exact);
    }
    EXPECT_NEAR(1.0 - cost, search["points"][p]["saved_fraction"].get<double>(), 1e-9);
  }
  run("evaluate --network resnet8_synth10 --images 24 --threads 1 --operating-points " +
      path("found/operating_points.json") + " --layer-errors " + path("errors.csv") + " --out " +
      path("found/accuracy.json"));
  std::map<std::string, double> worst;
  for (const auto& row : rows("errors.csv"))
    worst[row.at("operating_point")] =
        std::max(worst[row.at("operating_point")], std::stod(row.at("output_relative_rms")));
  EXPECT_GT(worst.at("save50"), 0.0);
  run("report " + path("found") + " --out " + path("page.html"));
  EXPECT_THAT(content("page.html"), HasSubstr(search["pool"][0].get<std::string>()));
}

/// With one instance all layers cost the same share, up to rounding: the plot has an axis all the same.
TEST_F(DesignCommands, SearchForALossNamesPointsAfterItAndKeepsIt) {
  const std::string images = "--network resnet8_synth10 --data synth10:validation --images 24 --threads 1 ";
  run("search --root " AXVP_SOURCE_DIR " --metric uniform --sensitivity curvature " + images +
      "--calibration-data synth10:train --instances 1 --loss 5 --fields 64 --out " + path("found"));
  const auto search = json("found/search.json");
  ASSERT_EQ(search["points"].size(), 1u);
  EXPECT_EQ(search["points"][0]["name"], "loss5");
  EXPECT_LT(content("found/assignment.svg").size(), 100000u);
  run("evaluate " + images + "--operating-points " + path("found/operating_points.json") + " --out " +
      path("accuracy.json"));
  const double lost = 100.0 * json("accuracy.json")["points"][1]["against_exact"]["top1_loss"]["value"].get<double>();
  EXPECT_NEAR(search["points"][0]["validation_loss_points"].get<double>(), lost, 1e-9);
  EXPECT_LE(lost, 5.0);
}

TEST_F(DesignCommands, ExploreFindsTheFrontAndLevelLtConfirmsIt) {
  file("layers.csv", kLayers);
  const std::string sweep =
      file("sweep.toml",
           "networks = [\"layers.csv\", \"resnet8_synth10\"]\n[measured]\nimages = 4\n[space]\n"
           "rows = [8, 16]\nbatch = [1, 2]\nmultiplier = [\"dadda-exact\", \"dadda_trunc-k7c\"]\n");
  run("explore " + sweep + " --output " + path("e") + " --confirm lt --confirm-points 2 --threads 1");
  const auto all = rows("e/results.csv");
  ASSERT_EQ(all.size(), 16u);
  for (const auto& row : all) EXPECT_EQ(row.at("status"), "ok");
  // A configuration is on the front if no other one of its network is nowhere worse and somewhere better.
  std::set<std::string> expected, found;
  const auto value = [](const auto& row, const char* key) { return std::stod(row.at(key)); };
  for (const auto& a : all) {
    bool is_beaten = false;
    for (const auto& b : all) {
      if (a.at("network") != b.at("network")) continue;
      bool is_worse = false, is_better = false;
      for (const char* key : {"latency_ms", "energy_uj", "area_mm2"}) {
        is_worse = is_worse || value(b, key) > value(a, key);
        is_better = is_better || value(b, key) < value(a, key);
      }
      is_beaten = is_beaten || (is_better && !is_worse);
    }
    if (!is_beaten) expected.insert(a.at("network") + a.at("configuration"));
  }
  for (const auto& row : rows("e/front.csv")) found.insert(row.at("network") + row.at("configuration"));
  EXPECT_EQ(found, expected);
  const auto confirmed = rows("e/confirmation.csv");
  ASSERT_EQ(confirmed.size(), 4u);
  for (const auto& row : confirmed) {
    EXPECT_EQ(row.at("array_cycles"), row.at("array_cycles_analytic"));
    EXPECT_LT(std::abs(value(row, "latency_difference_fraction")), 0.1);
  }
  run("report " + path("e") + " --out " + path("page.html"));
  EXPECT_THAT(content("page.html"), HasSubstr("resnet8_synth10"));
}

TEST_F(DesignCommands, ClosedFormsAndRegistersGiveTheSameFiles) {
  const std::string config = file(
      "run.toml",
      "[workload]\nnetwork = \"resnet8_synth10\"\nimages = 1\ncalibration_images = 16\n[tuning]\nmethod = \"none\"\n"
      "[[operating_point]]\nname = \"a\"\nmultiplier = \"dadda_trunc-k7c\"\n");
  run("simulate --config " + config + " --level analytic --out " + path("analytic"));
  run("simulate --config " + config + " --level cycle --out " + path("cycle"));
  EXPECT_NE(content("analytic/logits.csv"), "");
  EXPECT_EQ(content("analytic/logits.csv"), content("cycle/logits.csv"));
  EXPECT_EQ(content("analytic/array_cycles.csv"), content("cycle/array_cycles.csv"));
  run("simulate --config " + config + " --level analytic --preset scalesim --out " + path("scalesim"));
  const auto ours = rows("analytic/array_cycles.csv"), theirs = rows("scalesim/array_cycles.csv");
  ASSERT_EQ(ours.size(), theirs.size());
  for (std::size_t i = 0; i < ours.size(); ++i)  // folds that do not overlap
    EXPECT_LE(std::stoull(ours[i].at("array_cycles")), std::stoull(theirs[i].at("array_cycles")));
}

TEST_F(DesignCommands, ScaleSimReportsHaveItsClosedForm) {
  file("layers.csv", kLayers);
  file("a.cfg", "[general]\nrun_name = tiny\n[architecture_presets]\nArrayHeight: 8\nArrayWidth: 4\nDataflow: ws\n");
  run("scalesim -c " + path("a.cfg") + " -t " + path("layers.csv") + " --out " + path("reports"));
  std::string report;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_ / "reports"))
    if (entry.path().filename() == "COMPUTE_REPORT.csv") report = read_text_file(entry.path()).value();
  // fc: 1 x 64 by 64 x 10: ceil(64/8) ceil(10/4) (2 * 8 + 4 + 1 - 2) cycles.
  EXPECT_THAT(report, HasSubstr("fc")) << outcome_.output;
  EXPECT_THAT(report, HasSubstr(std::to_string(8 * 3 * (2 * 8 + 4 + 1 - 2))));
}

TEST_F(DesignCommands, RtlIsWrittenWithItsFileLists) {
  const std::string config =
      file("run.toml",
           "[platform.array]\nrows = 4\ncolumns = 4\ndepthwise = \"vector\"\n[[operating_point]]\n"
           "name = \"a\"\nmultiplier = \"dadda-exact\"\n");
  run("rtl --config " + config + " --output " + path("rtl"));
  EXPECT_THAT(outcome_.output, HasSubstr("4 x 4 with 16 lanes, pool of 1 selectables"));
  const auto names = split(content("rtl/filelist.f"), '\n');
  ASSERT_GT(names.size(), 10u);
  for (std::size_t i = 0; i + 1 < names.size(); ++i) EXPECT_NE(content("rtl/" + names[i]), "") << names[i];
  EXPECT_THAT(content("rtl/ax_core.sv"), HasSubstr("ax_lanes #("));
  EXPECT_EQ(run_axvp("rtl --pool bw-exact --output " + path("other")).exit_code, 2);
}

}  // namespace
}  // namespace axvp
