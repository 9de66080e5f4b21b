// `axvp qos` as a user calls it: from nothing to files that the other commands read, killed and resumed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "axvp/common/file.h"
#include "shell.h"
#include "temporary_folder.h"

namespace axvp {
namespace {

using ::testing::HasSubstr;
using testing::shell;

/// Few images; the papers' metric needs no synthesis for the search.
constexpr const char* kRun =
    "[workload]\nimages = 30\ncalibration_images = 16\ncorrection_images = 0\n[tuning]\nimages = 16\n";
const std::string kOptions =
    " --config run.toml --validation-data synth10:validation@0:32 --metric uniform --save 60,75 --instances 2 "
    "--rule budget --rerun 0.3 ";
/// Results of a run; the stages' printed texts contain times.
constexpr const char* kFiles[] = {"operating_points.json", "run.toml",        "qos.json",
                                  "cascade.json",          "accuracy.json",   "search/search.json",
                                  "power/power.json",      "power/layers.csv"};

class QosProgram : public testing::TemporaryFolder {
 protected:
  void SetUp() override {
    TemporaryFolder::SetUp();
    file("run.toml", kRun);
  }
  [[nodiscard]] testing::ShellOutcome axvp(const std::string& arguments, const std::string& before = "") const {
    return shell("cd " + folder_.string() + " && " + before + " " AXVP_PROGRAM " " + arguments);
  }
  [[nodiscard]] nlohmann::json json(const std::string& name) const {
    return nlohmann::json::parse(read_text_file(path(name)).value());
  }
};

TEST_F(QosProgram, KilledRunsResumeWithTheSameResultAndOthersReadIt) {
  const auto whole = axvp("qos --out whole" + kOptions);
  ASSERT_EQ(whole.exit_code, 0) << whole.output;
  EXPECT_THAT(whole.output, HasSubstr("stage 1/4: search\n"));
  EXPECT_THAT(whole.output, HasSubstr("stage 4/4: evaluate, "));
  EXPECT_THAT(whole.output, HasSubstr(" s left"));

  // Killed in its first stage, then in those that follow.
  EXPECT_EQ(axvp("--quiet qos --out killed" + kOptions, "timeout -s KILL 0.3").exit_code, 137);
  for (const char* stage : {"search", "power"}) {
    const auto killed = shell("cd " + folder_.string() + "; " AXVP_PROGRAM " --quiet qos --out killed" + kOptions +
                              "& p=$!; while kill -0 $p && ! grep -qs '\"" + stage +
                              "\":' killed/checkpoint.json; do sleep 0.02; done; kill -9 $p && wait $p");
    EXPECT_EQ(killed.exit_code, 137) << stage << ": " << killed.output;
  }
  const auto resumed = axvp("qos --out killed" + kOptions);
  ASSERT_EQ(resumed.exit_code, 0) << resumed.output;
  EXPECT_EQ(resumed.output.find("search\n"), std::string::npos) << "a stage that had ended ran again";
  for (const char* name : kFiles) {
    std::string other = read_text_file(path(std::string{"whole/"} + name)).value();
    for (std::size_t at = 0; (at = other.find("whole/", at)) != std::string::npos;) other.replace(at, 6, "killed/");
    EXPECT_EQ(read_text_file(path(std::string{"killed/"} + name)).value(), other) << name;
  }

  // What it wrote is what the others read.
  const std::string use = " --config whole/run.toml --operating-points whole/operating_points.json ";
  ASSERT_EQ(axvp("--quiet simulate --out simulated" + use).exit_code, 0);
  const auto qos = json("whole/qos.json"), simulated = json("simulated/result.json");
  ASSERT_EQ(qos["points"].size(), 2u);
  for (std::size_t p = 0; p < 2; ++p) {
    EXPECT_EQ(qos["points"][p]["name"], simulated["operating_points"][p]["name"]);
    EXPECT_EQ(qos["points"][p]["top1"]["value"], simulated["operating_points"][p]["top1_fraction"]);
  }
  EXPECT_EQ(simulated["controller"]["policy"]["policy"], "margin");
  EXPECT_EQ(simulated["controller"]["top1_fraction"], qos["cascade"]["top1_fraction"]);
  EXPECT_EQ(simulated["controller"]["cascade"]["stages"][1]["images_fraction"], qos["cascade"]["reached_fraction"][1]);
  EXPECT_EQ(axvp("--quiet evaluate" + use).exit_code, 0);

  // Finished stages are not run again, and other options are refused rather than mixed in.
  const auto again = axvp("qos --out whole" + kOptions);
  EXPECT_EQ(again.exit_code, 0) << again.output;
  EXPECT_EQ(again.output.find("stage "), std::string::npos) << again.output;
  const auto other = axvp("qos --out whole" + kOptions + "--seed-of-nothing");
  EXPECT_EQ(other.exit_code, 2);
  const auto changed = axvp("--quiet qos --out whole" + kOptions + "--evaluations 1");
  EXPECT_EQ(changed.exit_code, 2);
  EXPECT_THAT(changed.output, HasSubstr("of a run with other settings (/evaluations differs)"));
}

TEST_F(QosProgram, WrongInputEndsBeforeTheFirstStage) {
  const auto refuse = [&](const std::string& arguments, const std::string& message) {
    const auto outcome = axvp("--quiet qos --out refused " + arguments);
    EXPECT_EQ(outcome.exit_code, 2) << outcome.output;
    EXPECT_THAT(outcome.output, HasSubstr(message));
    EXPECT_FALSE(std::filesystem::exists(path("refused/search.txt")));
  };
  refuse("--config run.toml --validation-data synth10:test@0:30", "must differ");
  refuse("--config run.toml --validation-data synth10:valid", "synth10 has no split `valid`");
  refuse("--config run.toml --network nothing.onnx", "nothing.onnx: no such file");
  refuse("--config run.toml --root /", "no folder rtl/multipliers in it");
  refuse("--config run.toml --rule T_98", "--rule");
}

}  // namespace
}  // namespace axvp
