// `axvp rtl`: what it writes passes Verilator's lint and is read and synthesised by Yosys without conversion; the pool
// multiplies as its tables.

#include <gmock/gmock.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>

#include "axvp/common/file.h"
#include "axvp/common/text.h"
#include "axvp/multipliers/pool_rtl.h"
#include "axvp/power/activity.h"
#include "flow.h"
#include "project_folders.h"
#include "temporary_folder.h"

namespace axvp {
namespace {

using ::testing::HasSubstr;

class RtlProgram : public testing::TemporaryFolder {
 protected:
  int shell(const std::string& line) {
    const int status = std::system((line + " >" + (folder_ / "log").string() + " 2>&1").c_str());
    log_ = read_text_file(folder_ / "log").value_or("");
    return WEXITSTATUS(status);
  }
  int axvp(const std::string& arguments) { return shell(std::string{AXVP_PROGRAM} + " --quiet " + arguments); }
  [[nodiscard]] std::string out() const { return (folder_ / "rtl").string(); }

  /// Sources of filelist.f, in order.
  [[nodiscard]] std::string sources() const {
    std::string names;
    for (const std::string& name : split(read_text_file(folder_ / "rtl" / "filelist.f").value(), '\n'))
      if (!name.empty()) names += " " + out() + "/" + name;
    return names;
  }
  void expect_lint_clean() {
    EXPECT_EQ(shell("verilator --lint-only -Wall --assert --top-module ax_core -F " + out() + "/checks.f"), 0) << log_;
    EXPECT_EQ(log_, "");
  }

  std::string log_;
};

TEST_F(RtlProgram, WritesTheEmbeddedConfigurationLintClean) {
  ASSERT_EQ(axvp("rtl --output " + out()), 0) << log_;
  EXPECT_THAT(log_, HasSubstr("weight-stationary array, 16 x 16, pool of 3 selectables"));
  expect_lint_clean();
  EXPECT_EQ(
      shell("yosys -q -e . -p 'read_verilog -sv" + sources() + "; hierarchy -check -top ax_core; proc; check -assert'"),
      0)
      << log_;
}

TEST_F(RtlProgram, WritesEachDataflowWithAPoolOfModesAndWithLanesLintClean) {
  for (const std::string flow : {"\"ws\"", "\"os\"", "\"ws\"\ndepthwise = \"vector\"\ndepthwise_lanes = 6",
                                 "\"os\"\ndepthwise = \"auto\"\ndepthwise_lanes = 6"}) {
    const std::string config =
        file("run.toml", "[platform.array]\nrows = 5\ncolumns = 3\ndataflow = " + flow +
                             "\n[[operating_point]]\nname = \"a\"\nmultiplier = \"dadda-exact\"\n");
    const std::string pool = file(
        "pool.txt", "# instances: 3\ngated_dadda-468/m0\ndadda_trunc-k9c\ngated_dadda-468/m3\ndadda_perf-w2.swap\n");
    ASSERT_EQ(axvp("rtl --config " + config + " --pool " + pool + " --output " + out()), 0) << log_;
    const bool has_lanes = flow.find("lanes") != std::string::npos;
    EXPECT_THAT(log_,
                HasSubstr(has_lanes ? "5 x 3 with 6 lanes, pool of 4 selectables" : "5 x 3, pool of 4 selectables"));
    expect_lint_clean();
  }
}

TEST_F(RtlProgram, AnElementAndAHierarchicalArrayAreSynthesised) {
  const std::string config = file(
      "run.toml",
      "[platform.array]\nrows = 4\ncolumns = 4\n[[operating_point]]\nname = \"a\"\nmultiplier = \"dadda-exact\"\n");
  ASSERT_EQ(axvp("rtl --config " + config + " --pool dadda-exact,dadda_trunc-k7c --output " + out()), 0) << log_;
  const std::string library = "/usr/share/qflow/tech/osu018/osu018_stdcells.lib";
  const auto synthesise = [&](const std::string& top) {
    return shell("yosys -q -e . -p 'read_liberty -lib -ignore_miss_func " + library + "; read_verilog -sv" + sources() +
                 "; synth -top " + top + "; dfflibmap -liberty " + library + "; abc -liberty " + library +
                 "; check -assert; tee -o " + (folder_ / "stat").string() + " stat'");
  };
  ASSERT_EQ(synthesise("ax_ws_tile"), 0) << log_;
  EXPECT_THAT(read_text_file(folder_ / "stat").value(), HasSubstr("DFF"));
  ASSERT_EQ(synthesise("ax_ws_array"), 0) << log_;
  const std::string statistics = read_text_file(folder_ / "stat").value();
  EXPECT_THAT(statistics, HasSubstr("ax_ws_tile"));  // hierarchical: the element is a module of its own
  EXPECT_THAT(statistics, HasSubstr("ax_mul_dadda_trunc_k7c"));
}

TEST_F(RtlProgram, SaysWhatAPoolCannotBe) {
  EXPECT_EQ(axvp("rtl --pool bw-exact --output " + out()), 2);
  EXPECT_THAT(log_, HasSubstr("bw-exact is of encoding s8"));
  EXPECT_EQ(axvp("rtl --pool dadda-exact,dadda-exact --output " + out()), 2);
  EXPECT_THAT(log_, HasSubstr("dadda-exact is in the pool twice"));
  EXPECT_EQ(axvp("rtl --pool nothing --output " + out()), 2);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "rtl"));
}

TEST(PoolRtl, MappedToCellsItMultipliesAsTheTablesOfItsSelectables) {
  std::vector<Selectable> pool;
  for (const char* id : {"gated_dadda-468/m1", "dadda_trunc-k9c", "dadda-exact", "gated_dadda-468/m3", "drum-k4"})
    pool.push_back(*Catalogue::built_in().find(id));
  SynthesisJob job{"ax_pool", {}, generate_pool_rtl(pool).value(), {}};
  const auto folder = std::filesystem::path{AXVP_SOURCE_DIR} / "rtl" / "multipliers";
  job.sources = {folder / "ax_fa.sv", folder / "ax_ha.sv"};
  for (const auto& [name, text] : pool_sources(pool)) job.sources.push_back(folder / name);
  const auto design = test_synthesiser().run(job);
  ASSERT_TRUE(design) << design.error().message;
  constexpr std::size_t kX = 256, kW = 128;
  std::vector<std::uint64_t> x, w;
  for (std::size_t i = 0; i < kX * kW; ++i) {
    x.push_back(i / kW);
    w.push_back(i % kW);
  }
  for (std::size_t s = 0; s < 8; ++s) {
    Stimulus stimulus{1, kX * kW};
    stimulus.drive("x_i", 8, x);
    stimulus.drive("w_i", 7, w);
    stimulus.hold("select_i", 3, s);
    const auto p = simulate_outputs(design->netlist, stimulus, "p_o");
    ASSERT_TRUE(p) << p.error().message;
    for (std::size_t i = 0; i < kX * kW; ++i) {
      const std::int32_t expected =
          s < pool.size() ? pool[s].table(static_cast<std::uint8_t>(x[i]), static_cast<std::uint8_t>(w[i])) : 0;
      ASSERT_EQ((*p)[i], static_cast<std::uint64_t>(expected)) << "selection " << s << ": " << x[i] << " x " << w[i];
    }
  }
}

}  // namespace
}  // namespace axvp
