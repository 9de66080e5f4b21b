// `axvp import`, `evaluate` and `tune` on the embedded network.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "axvp/common/file.h"
#include "axvp/multipliers/npy.h"
#include "axvp/workloads/onnx_export.h"
#include "axvp/workloads/onnx_import.h"
#include "axvp/workloads/operating_point.h"
#include "program_runner.h"
#include "temporary_folder.h"

namespace axvp {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::run_axvp;

class WorkloadCommands : public testing::TemporaryFolder {
 protected:
  std::string config(const std::string& points) const {
    return file("run.toml", "[workload]\nimages = 5\ncalibration_images = 8\n[tuning]\nimages = 8\n" + points);
  }
  static constexpr const char* kPoints =
      "[[operating_point]]\nname = \"exact\"\nmultiplier = \"dadda-exact\"\n"
      "[[operating_point]]\nname = \"mixed\"\nmultiplier = \"dadda_trunc-k7c\"\n";
};

TEST_F(WorkloadCommands, ImportCountsMacsAndWritesTheNetworkBack) {
  const auto outcome = run_axvp("import resnet8_synth10 --write " + path("net.onnx"));
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_THAT(outcome.output, HasSubstr("input 3x32x32"));
  EXPECT_THAT(outcome.output, HasSubstr("442,368"));  // 3 x 3 x 3 x 16 x 32 x 32 of the first convolution
  const auto again = run_axvp("import " + path("net.onnx"));
  EXPECT_EQ(again.exit_code, 0) << again.errors;
  EXPECT_EQ(again.output.substr(again.output.find('\n')),
            outcome.output.substr(outcome.output.find('\n'), again.output.size() - again.output.find('\n')))
      << "the same nodes";
  EXPECT_EQ(run_axvp("import " + path("none.onnx")).exit_code, 2);
}

TEST_F(WorkloadCommands, ImportCountsABiasOnce) {
  // 3x3 convolutions 3-16, 16-16, 16-16, 16-32, 32-32, 32-64 and 64-64, two values a channel behind each, and the
  // classifier's 64 x 10 weights and 10 biases.
  const int convolutions = 9 * (3 * 16 + 2 * 16 * 16 + 16 * 32 + 32 * 32 + 32 * 64 + 64 * 64);
  const int normalisation = 2 * (3 * 16 + 2 * 32 + 2 * 64);
  ASSERT_EQ(convolutions + normalisation + 64 * 10 + 10, 75'290);
  EXPECT_THAT(run_axvp("import resnet8_synth10").output, ContainsRegex("total .* 75,290\n"));
}

/// resnet8_synth10 as a model that came quantised: Relus with 255 steps of 1/64.
void write_quantised_model(const std::string& path) {
  auto network = import_onnx(path);
  ASSERT_TRUE(network) << network.error().message;
  for (const Node& node : network->nodes)
    if (std::holds_alternative<Clamp>(node.operation)) network->tensors[node.output].scale = GivenScale{1.0 / 64, 255};
  ASSERT_TRUE(write_file_atomically(path, export_onnx(*network)));
}

TEST_F(WorkloadCommands, QuantisedModelKeepsItsScales) {
  ASSERT_EQ(run_axvp("import resnet8_synth10 --write " + path("net.onnx")).exit_code, 0);
  write_quantised_model(path("net.onnx"));
  const auto shown = run_axvp("import " + path("net.onnx") + " --calibration-data synth10:train");
  EXPECT_EQ(shown.exit_code, 0) << shown.errors;
  EXPECT_THAT(shown.output, ContainsRegex("relu1.values +model +3.984 "));  // 255 / 64
  EXPECT_THAT(shown.output, Not(HasSubstr("not kept")));
  const auto s8 = run_axvp("import " + path("net.onnx") + " --calibration-data synth10:train --encoding s8");
  EXPECT_THAT(s8.output, HasSubstr("scale 0.015625 is not kept: its codes go up to 255, those of s8 here to 127"));
  const auto run =
      run_axvp("simulate --config " + config(kPoints) + " --network " + path("net.onnx") + " --out " + path("out"));
  EXPECT_EQ(run.exit_code, 0) << run.errors;
}

TEST_F(WorkloadCommands, EvaluateTakesATableAsMultiplier) {
  ASSERT_TRUE(write_npy_table(folder_ / "mine.npy",
                              TruthTable::from_function([](std::uint8_t x, std::uint8_t w) { return x * w; })));
  const auto outcome = run_axvp("evaluate --threads 1 --config " + config(kPoints) + " --multiplier " +
                                path("mine.npy") + " --out " + path("result.json"));
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  const auto result = nlohmann::json::parse(read_text_file(folder_ / "result.json").value());
  EXPECT_EQ(result["points"].back()["name"], "mine");
  EXPECT_EQ(result["points"].back()["against_exact"]["mean_kl_nats"], 0.0) << "the exact products";
  EXPECT_TRUE(result["provenance"]["inputs_sha256"].contains("multiplier mine"));
  const auto none = run_axvp("evaluate --config " + config(kPoints) + " --multiplier " + path("none.npy"));
  EXPECT_EQ(none.exit_code, 2);
  EXPECT_THAT(none.errors, HasSubstr("none.npy"));
}

TEST_F(WorkloadCommands, EvaluateComparesWithTheExactNetworkOnTheSameImages) {
  const auto outcome = run_axvp("evaluate --threads 2 --config " + config(kPoints) +
                                " --multiplier dadda_trunc-k9c --out " + path("result.json"));
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_THAT(outcome.output, HasSubstr("exact int8"));
  const auto result = nlohmann::json::parse(read_text_file(folder_ / "result.json").value());
  ASSERT_EQ(result["points"].size(), 2u);
  EXPECT_EQ(result["points"][1]["name"], "dadda_trunc-k9c");
  for (const auto& point : result["points"]) {
    const auto& pair = point["against_exact"];
    EXPECT_EQ(pair["both_right"].get<int>() + pair["only_exact_right"].get<int>() + pair["only_this_right"].get<int>() +
                  pair["none_right"].get<int>(),
              5);
  }
  EXPECT_EQ(result["points"][0]["against_exact"]["mean_kl_nats"], 0.0) << "the exact network against itself";
  EXPECT_GT(result["points"][1]["against_exact"]["mean_kl_nats"].get<double>(), 0.0);
}

TEST_F(WorkloadCommands, TuneWritesPointsThatEvaluateTakes) {
  const std::string run = config(std::string{kPoints} + "[operating_point.layers]\nconv99 = \"dadda-exact\"\n");
  const auto refused = run_axvp("tune --config " + run + " --out " + path("points.json"));
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.errors, HasSubstr("the network has no layer `conv99`"));
  const auto outcome = run_axvp("tune --config " + config(kPoints) + " --out " + path("points.json"));
  ASSERT_EQ(outcome.exit_code, 0) << outcome.errors;
  const auto points = load_operating_points(folder_ / "points.json");
  ASSERT_TRUE(points) << points.error().message;
  ASSERT_EQ(points->points.size(), 2u);
  EXPECT_EQ(points->points[1].name, "mixed");
  for (const auto& id : points->points[1].selectable_of_layer) EXPECT_EQ(id, "dadda_trunc-k7c");
  // The points of the file give what the configuration gives that they were made from.
  const auto direct = run_axvp("evaluate --threads 1 --config " + config(kPoints));
  const auto from_file =
      run_axvp("evaluate --threads 1 --config " + config(kPoints) + " --operating-points " + path("points.json"));
  EXPECT_EQ(from_file.exit_code, 0) << from_file.errors;
  EXPECT_EQ(from_file.output, direct.output);
}

TEST_F(WorkloadCommands, TuneGivesThePointsOfAFileOtherSets) {
  const auto tuned = [&](const std::string& method, const std::string& from) {
    const std::string out = path(method + ".json");
    const auto outcome = run_axvp("tune --config " + config(kPoints) + " --method " + method + from + " --out " + out);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    return load_operating_points(out)->points;
  };
  const auto none = tuned("none", "");
  const auto match = tuned("match", "");
  const auto statistics = tuned("statistics", "");
  EXPECT_EQ(match[0].requantisation, none[0].requantisation) << "exact products";
  EXPECT_NE(match[1].requantisation, none[1].requantisation);
  EXPECT_NE(statistics[0].requantisation, none[0].requantisation) << "statistics move exact products, too";
  EXPECT_NE(statistics[1].requantisation, match[1].requantisation);
  const std::string from_none = " --operating-points " + path("none.json");
  const auto again = tuned("match", from_none);
  EXPECT_EQ(again[1].requantisation, match[1].requantisation);
  EXPECT_EQ(again[1].selectable_of_layer, match[1].selectable_of_layer);
  EXPECT_EQ(tuned("statistics", from_none)[0].requantisation, statistics[0].requantisation);
}

TEST_F(WorkloadCommands, PointsOfAnotherNetworkAreRefused) {
  ASSERT_EQ(run_axvp("tune --config " + config(kPoints) + " --out " + path("points.json")).exit_code, 0);
  ASSERT_EQ(run_axvp("import resnet8_synth10 --write " + path("net.onnx")).exit_code, 0);
  const auto outcome = run_axvp("evaluate --config " + config(kPoints) + " --network " + path("net.onnx") +
                                " --operating-points " + path("points.json"));
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.errors, HasSubstr("made for another network"));
}

}  // namespace
}  // namespace axvp
