// SCALE-Sim's files in and out. Expected cycles: its published closed forms, by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "axvp/common/file.h"
#include "axvp/common/text.h"
#include "axvp/explore/scalesim.h"
#include "project_folders.h"

namespace axvp {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// As SCALE-Sim ships it, with another array.
constexpr const char* kConfig =
    "[general]\nrun_name = scale_example_run_32x32_os\n\n[architecture_presets]\nArrayHeight:    32\nArrayWidth:     "
    "16\n"
    "IfmapSramSzkB:    64\nFilterSramSzkB:   64\nOfmapSramSzkB:    64\nIfmapOffset:    0\nFilterOffset:   10000000\n"
    "OfmapOffset:    20000000\nBandwidth : 10\nDataflow : os\nMemoryBanks:   1\n\n[run_presets]\nInterfaceBandwidth: "
    "CALC\n";
constexpr const char* kConvolutions =
    "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,\n\n"
    "Conv1, 224, 224, 7, 7, 3, 64, 2,\nFC, 1, 1, 1, 1, 512, 1000, 1,\n";

ScaleSimConfig config() {
  auto parsed = parse_scalesim_config(kConfig, "a.cfg");
  EXPECT_TRUE(parsed) << parsed.error().message;
  return *parsed;
}

TEST(ScaleSimFiles, ReadsTheConfigurationAndSaysWhatHasNoMeaningHere) {
  const ScaleSimConfig c = config();
  EXPECT_EQ(c.array.rows, 32);
  EXPECT_EQ(c.array.columns, 16);
  EXPECT_EQ(c.dataflow, Dataflow::OutputStationary);
  EXPECT_EQ(c.ifmap_kb, 64);
  EXPECT_FALSE(c.has_user_bandwidth);
  EXPECT_THAT(c.ignored, ElementsAre("architecture_presets.MemoryBanks"));
  EXPECT_EQ(c.filter_offset, 10000000u);
}

TEST(ScaleSimFiles, NamesUnknownKeysSectionsAndColumns) {
  const auto message = [](const std::string& text) { return parse_scalesim_config(text, "a.cfg").error().message; };
  EXPECT_EQ(message("[general]\nrun_name = x\n[architecture_presets]\nArayHeight: 3\n"),
            "a.cfg: line 4: unknown key `ArayHeight` in [architecture_presets], did you mean `ArrayHeight`?");
  EXPECT_THAT(message("[architecture]\n"), HasSubstr("unknown section [architecture]"));
  EXPECT_THAT(message("[architecture_presets]\nArrayWidth: many\n"),
              HasSubstr("ArrayWidth = many, expected an integer"));
  const auto topology = [](const std::string& text) { return parse_topology(text, "t.csv").error().message; };
  EXPECT_THAT(topology("Layer, M, N, Kay,\nA, 1, 1, 1,\n"), HasSubstr("unknown column `Kay`"));
  EXPECT_THAT(topology("Layer, M, N, K,\nA, 1, x, 1,\n"), HasSubstr("t.csv: line 2: N = `x`"));
  EXPECT_THAT(topology("Layer, M, N,\nA, 1, 1,\n"), HasSubstr("expected `Layer name"));
  EXPECT_THAT(topology("Layer, M, N, K,\n"), HasSubstr("no layers"));
}

TEST(ScaleSimFiles, CyclesOfConvolutionsAreThoseOfItsClosedForms) {
  const auto network = parse_topology(kConvolutions, "t.csv");
  ASSERT_TRUE(network) << network.error().message;
  // (224 - 7 + 2) / 2 = 109.5, rounded up: 110 x 110 outputs.
  const std::uint64_t m = 110 * 110, k = 147;
  ScaleSimConfig c = config();
  const auto os = scalesim_layers(*network, c);
  ASSERT_TRUE(os) << os.error().message;
  EXPECT_EQ((*os)[0].cycles, 379u * 4 * (32 + 16 + k - 2));  // ceil(12100 / 32) = 379, 64 / 16 = 4
  EXPECT_EQ((*os)[1].cycles, 1u * 63 * (32 + 16 + 512 - 2));
  c.dataflow = Dataflow::WeightStationary;
  const auto ws = scalesim_layers(*network, c);
  EXPECT_EQ((*ws)[0].cycles, 5u * 4 * (64 + 16 + m - 2));  // ceil(147 / 32) = 5
  EXPECT_EQ((*ws)[0].sram_reads[0], 4 * m * k);
  EXPECT_EQ((*ws)[0].sram_reads[1], k * 64);
  EXPECT_EQ((*ws)[0].sram_writes, 5 * m * 64);
  EXPECT_EQ((*ws)[0].dram_writes, m * 64);  // not 5 times: partial sums stay on chip
  c.dataflow = Dataflow::InputStationary;
  EXPECT_EQ((*scalesim_layers(*network, c))[0].cycles, 5u * 757 * (64 + 16 + 64 - 2));  // ceil(12100 / 16) = 757
}

TEST(ScaleSimFiles, ProductsHaveTheCyclesThatTheToolPrinted) {
  // Measured with SCALE-Sim, 16 x 16 output-stationary; it prints one less (docs/timing.md).
  const auto network =
      parse_topology("Layer, M, N, K,\nA, 49, 160, 96,\nB, 49, 960, 160,\nC, 196, 64, 384,\n", "g.csv");
  ASSERT_TRUE(network);
  ScaleSimConfig c = config();
  c.array = {16, 16};
  const auto layers = scalesim_layers(*network, c);
  ASSERT_TRUE(layers);
  EXPECT_EQ((*layers)[0].cycles, 5040u);
  EXPECT_EQ((*layers)[1].cycles, 45600u);
  EXPECT_EQ((*layers)[2].cycles, 21528u);
}

TEST(ScaleSimFiles, ReportsHaveItsColumnsNamesAndATotal) {
  const auto network = parse_topology(kConvolutions, "t.csv");
  const auto layers = scalesim_layers(*network, config());
  ASSERT_TRUE(layers);
  const auto lines = split(compute_report(*layers), '\n');
  EXPECT_EQ(lines[0],
            "LayerID,Layer name,Total Cycles (incl. prefetch),Total Cycles,Stall Cycles,Overall Util %,Mapping "
            "Efficiency %,Compute Util %");
  EXPECT_EQ(lines[1].substr(0, 23), "0,Conv1,292588,292588,0");
  EXPECT_EQ(lines[3].substr(0, 21), fmt::format(",total,{},", 292588 + 35154).substr(0, 21) + lines[3].substr(14, 7));
  EXPECT_THAT(split(bandwidth_report(*layers), '\n')[3], HasSubstr(",total,"));
  const auto detailed = split(detailed_access_report(*layers), '\n');
  EXPECT_EQ(split(detailed[0], ',').size(), 2u + 6 * 3);
  EXPECT_EQ(split(detailed[1], ',')[3], "292587");
}

TEST(ScaleSimFiles, TracesReadOperandsAndWriteResultsOnce) {
  // 40 x 30 by 30 x 20 fits whole: 1,200 + 600 bytes read, 800 written, in pieces of 64 from aligned addresses on.
  const auto network = parse_topology("Layer, M, N, K,\nA, 40, 20, 30,\n", "g.csv");
  ScaleSimConfig c = config();
  c.filter_offset = 4096;
  c.ofmap_offset = 8192;
  const auto trace = dram_trace(*network, c, TraceFormat::Ramulator);
  ASSERT_TRUE(trace);
  std::map<std::string, int> lines;
  for (const std::string& line : split(*trace, '\n'))
    if (!line.empty()) ++lines[line];
  EXPECT_EQ(lines["LD 0x0"], 1);
  EXPECT_EQ(lines["LD 0x480"], 1);  // byte 1,152, the last piece of 1,200
  EXPECT_EQ(lines["LD 0x1240"], 1);
  EXPECT_EQ(lines["ST 0x2300"], 1);
  const auto timed = split(*dram_trace(*network, c, TraceFormat::DramSys), '\n');
  EXPECT_EQ(timed[0], "0:\tread\t0x0");
  EXPECT_EQ(timed.size(), split(*trace, '\n').size());
}

TEST(ScaleSimFiles, ShippedTopologiesHaveThePublishedNumberOfMacs) {
  for (const auto& [file, macs] :
       {std::pair{"resnet50.csv", 4'089'184'256ull}, {"mobilenet_v2_224.csv", 300'774'272ull}}) {
    const std::string path = std::string{AXVP_SOURCE_DIR "/explore/networks/"} + file;
    const auto network = parse_topology(read_text_file(path).value(), path);
    ASSERT_TRUE(network) << network.error().message;
    EXPECT_EQ(network->macs(), macs) << file;
  }
}

}  // namespace
}  // namespace axvp
