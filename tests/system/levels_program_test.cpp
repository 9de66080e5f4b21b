// One image through the whole network at all levels of the array, as a user calls them: the files that must not differ,
// byte for byte.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "axvp/common/file.h"
#include "temporary_folder.h"
#include "test_data.h"

namespace axvp {
namespace {

class Levels : public testing::TemporaryFolder {
 protected:
  struct Files {
    std::string cycles, logits;
  };

  int images_ = 1;

  Files run(const std::string& level, const std::string& arguments) {
    const std::filesystem::path out = folder_ / level;
    const std::string line = std::string{AXVP_PROGRAM} + " --quiet simulate --images " + std::to_string(images_) + " --level " + level + " --out " +
                             out.string() + " " + arguments + " >" + (folder_ / "log").string() + " 2>&1";
    EXPECT_EQ(std::system(line.c_str()), 0) << line << "\n" << read_text_file(folder_ / "log").value_or("");
    return {read_text_file(out / "array_cycles.csv").value_or("none"),
            read_text_file(out / "logits.csv").value_or("none")};
  }

  /// `layers` convolutions and a total at each point.
  void expect_equal_at_all_levels(const std::string& arguments, int layers, int points = 3, int classes = 10) {
    const Files analytic = run("analytic", arguments);
    EXPECT_EQ(std::count(analytic.cycles.begin(), analytic.cycles.end(), '\n'), 1 + points * (layers + 1));
    EXPECT_EQ(std::count(analytic.logits.begin(), analytic.logits.end(), '\n'), 1 + points * images_ * classes);
    for (const std::string level : {"lt", "cycle", "rtl"}) {
      const Files files = run(level, arguments);
      EXPECT_EQ(files.cycles, analytic.cycles) << level;
      EXPECT_EQ(files.logits, analytic.logits) << level;
    }
  }
};

TEST_F(Levels, GiveEqualLogitsAndArrayCyclesForResNet8) {
  expect_equal_at_all_levels("", 8);
}

/// Points of a network, calibrated on few images.
std::string configuration(const std::string& network, const std::string& array,
                          const std::vector<std::string>& multipliers = {"dadda-exact", "dadda_trunc-k7c",
                                                                         "gated_dadda-468/m2"}) {
  std::string text = "[workload]\nnetwork = \"" + network +
                     "\"\ncalibration_images = 16\ncorrection_images = 0\n[tuning]\nmethod = \"none\"\n"
                     "[platform.array]\n" +
                     array;
  for (const std::string& multiplier : multipliers)
    text += "[[operating_point]]\nname = \"" + multiplier.substr(6, 3) + "\"\nmultiplier = \"" + multiplier + "\"\n";
  return text;
}

TEST_F(Levels, GiveEqualLogitsAndArrayCyclesForResNet8OutputStationary) {
  const std::string config = file("os.toml", configuration("resnet8_synth10", "dataflow = \"os\"\n"));
  expect_equal_at_all_levels("--config " + config, 8);
}

TEST_F(Levels, GiveEqualLogitsAndArrayCyclesForMobileNetV2) {
  const std::string config = file("m.toml", configuration("mobilenet_v2_synth10", "depthwise = \"diagonal\"\n"));
  expect_equal_at_all_levels("--config " + config, 53);
}

TEST_F(Levels, GiveEqualLogitsAndArrayCyclesForABatch) {
  images_ = 4;
  const std::string array = "depthwise = \"diagonal\"\n[platform]\nbatch = 2\n";
  const std::string config = file("b.toml", configuration("mobilenet_v2_synth10", array, {"dadda_trunc-k7c"}));
  expect_equal_at_all_levels("--config " + config, 53, 1);
}

TEST_F(Levels, GiveEqualLogitsAndArrayCyclesForMobileNetV2OnLanes) {
  const std::string config = file("v.toml", configuration("mobilenet_v2_synth10", "depthwise = \"vector\"\n"));
  expect_equal_at_all_levels("--config " + config, 53);
}

TEST_F(Levels, GiveEqualLogitsAndArrayCyclesForMobileNetV2At64Pixels) {
  AXVP_NEEDS_DATA("weights/mobilenet_v2_tinyimagenet.onnx", "tiny-imagenet-200/train", "tiny-imagenet-200/val");
  const std::string network = AXVP_SOURCE_DIR "/workloads/networks/mobilenet_v2_tinyimagenet.toml";
  const std::string config = file("m64.toml", configuration(network, "", {"dadda_trunc-k7c"}));
  expect_equal_at_all_levels("--config " + config + " --data tiny-imagenet:tiny-imagenet-200:val", 53, 1, 200);
}

TEST_F(Levels, GiveEqualLogitsAndArrayCyclesForResNet20) {
  AXVP_NEEDS_DATA("weights/resnet20_cifar10.onnx", "cifar10/test_exact.bin");
  const std::string network = (data_folder() / "weights/resnet20_cifar10.onnx").string();
  expect_equal_at_all_levels("--network " + network + " --data cifar10:cifar10/test_exact.bin", 20);
}

}  // namespace
}  // namespace axvp
