#include "axvp/accel/platform_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace axvp {
namespace {

using ::testing::HasSubstr;

Result<PlatformConfig> read(const std::string& toml) {
  const auto document = parse_toml(toml, "platform.toml");
  if (!document) return forward_error(document);
  FieldReader reader{*document};
  const PlatformConfig config = read_platform_config(reader);
  if (auto done = reader.finish(); !done) return forward_error(done);
  return config;
}

TEST(PlatformConfig, EmptyTableGivesTheDefaults) {
  const auto config = read("");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->array.rows, 16);
  EXPECT_EQ(config->dram.bandwidth_bytes_per_cycle, 8);
  EXPECT_TRUE(validate(*config));
}

TEST(PlatformConfig, ReadsItsFields) {
  const auto config = read(
      "clock_mhz = 250\n[array]\nrows = 8\ncolumns = 32\ndepthwise = \"diagonal\"\n[dram]\nlatency_cycles = 7\n[host]\n"
      "interrupt_latency_cycles = 1\n[simulation]\nquantum_ns = 0\n");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->clock_mhz, 250.0);
  EXPECT_EQ(config->array.rows, 8);
  EXPECT_EQ(config->array.columns, 32);
  EXPECT_EQ(config->array.depthwise, DepthwiseMapping::Diagonal);
  EXPECT_EQ(config->dram.latency_cycles, 7);
  EXPECT_EQ(config->host.interrupt_latency_cycles, 1);
  EXPECT_EQ(config->simulation.quantum_ns, 0);
}

TEST(PlatformConfig, LanesAreFourTimesTheColumnsUnlessSaid) {
  ArrayConfig array{8, 32, DepthwiseMapping::Diagonal};
  EXPECT_EQ(array.lanes(), 0);
  EXPECT_EQ(array.elements(), 256u);
  array.depthwise = DepthwiseMapping::Vector;
  EXPECT_EQ(array.lanes(), 128);
  EXPECT_EQ(array.elements(), 256u + 128u);
  array.depthwise = DepthwiseMapping::Auto;
  array.depthwise_lanes = 10;
  EXPECT_EQ(array.lanes(), 10);
  const auto config = read("[array]\ndepthwise = \"auto\"\ndepthwise_lanes = 10\n");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->array.depthwise, DepthwiseMapping::Auto);
  EXPECT_EQ(config->array.lanes(), 10);
}

TEST(PlatformConfig, ResultFileReadsBackAsTheSameConfiguration) {
  PlatformConfig config;
  config.clock_mhz = 123.5;
  config.array = {3, 5, DepthwiseMapping::Diagonal};
  config.dma.burst_bytes = 512;
  config.watchdog.no_progress_cycles = 77;
  const auto document = parse_json(dump_json(to_json(config)), "result.json");
  ASSERT_TRUE(document);
  FieldReader reader{*document};
  const PlatformConfig back = read_platform_config(reader);
  ASSERT_TRUE(reader.finish());
  EXPECT_EQ(to_json(back), to_json(config));
}

TEST(PlatformConfig, BadValuesAreErrorsWithTheirPlace) {
  const auto message = [](const std::string& toml) {
    const auto config = read(toml);
    return config ? std::string{"accepted"} : config.error().message;
  };
  EXPECT_THAT(message("[array]\nrows = -4\n"), HasSubstr("platform.toml: line 2, column 1"));
  EXPECT_THAT(message("[array]\nrows = 0\n"), HasSubstr("expected an integer from 1 to 1024"));
  EXPECT_THAT(message("[array]\ndepthwise = \"diagnal\"\n"), HasSubstr("expected one of naive, diagonal"));
  EXPECT_THAT(message("[dram]\nbandwidth_bytes_per_cycle = 0\n"), HasSubstr("bandwidth_bytes_per_cycle"));
  EXPECT_THAT(message("[dram]\nbandwith_bytes_per_cycle = 8\n"), HasSubstr("bandwidth_bytes_per_cycle"));
  EXPECT_THAT(message("clock_mhz = 0\n"), HasSubstr("clock_mhz"));
  EXPECT_THAT(message("[dma]\nburst_bytes = 1000\n"), HasSubstr("power of two"));
  EXPECT_THAT(message("[dram]\nrow_bytes = 1000\n"), HasSubstr("power of two"));
  EXPECT_THAT(message("[scratchpads]\nweight_kb = 0\n"), HasSubstr("weight_kb"));
}

TEST(PlatformConfig, ValidateNamesTheFieldOfAConfigurationMadeInCode) {
  PlatformConfig config;
  config.array.columns = 0;
  EXPECT_THAT(validate(config).error().message, HasSubstr("array.columns = 0"));
  config = PlatformConfig{};
  config.clock_mhz = -1.0;
  EXPECT_THAT(validate(config).error().message, HasSubstr("clock_mhz"));
  config = PlatformConfig{};
  config.dma.burst_bytes = 96;
  EXPECT_THAT(validate(config).error().message, HasSubstr("dma.burst_bytes"));
  config = PlatformConfig{};
  config.dram.row_bytes = 96;
  EXPECT_THAT(validate(config).error().message, HasSubstr("dram.row_bytes"));
}

}  // namespace
}  // namespace axvp
