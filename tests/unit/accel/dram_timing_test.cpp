#include "axvp/accel/dram_timing.h"

#include <gtest/gtest.h>

namespace axvp {
namespace {

DramConfig small_dram() {
  DramConfig config;
  config.bandwidth_bytes_per_cycle = 8;
  config.latency_cycles = 40;
  config.row_bytes = 1024;
  config.row_miss_cycles = 20;
  return config;
}

TEST(DramTiming, FirstAccessPaysRowBandwidthAndLatency) {
  DramTiming dram{small_dram()};
  const DramAccess access = dram.access(0, 64, 100);
  EXPECT_EQ(access.first_cycle, 100u);
  EXPECT_EQ(access.port_free, 128u);  // 100 + 20 + 64 / 8
  EXPECT_EQ(access.done, 168u);       // + 40
}

TEST(DramTiming, AccessOfTheOpenRowWaitsForTheBusOnly) {
  DramTiming dram{small_dram()};
  (void)dram.access(0, 64, 0);                  // bus free at 28
  EXPECT_EQ(dram.access(64, 64, 0).done, 76u);  // 28 + 8 + 40
  EXPECT_EQ(dram.access(128, 1, 200).done, 241u);
  EXPECT_EQ(dram.row_misses(), 1u);
}

TEST(DramTiming, TransferOverRowsPaysForEachRowItOpens) {
  DramTiming dram{small_dram()};
  EXPECT_EQ(dram.access(512, 2048, 0).port_free, 3 * 20u + 256u);  // rows 0, 1 and 2
  EXPECT_EQ(dram.access(0, 8, 1000).port_free, 1021u);             // row 2 was open
  EXPECT_EQ(dram.row_misses(), 4u);
}

TEST(DramTiming, ResetClosesTheRow) {
  DramTiming dram{small_dram()};
  (void)dram.access(0, 8, 0);
  dram.reset();
  EXPECT_EQ(dram.access(0, 8, 0).port_free, 21u);
}

}  // namespace
}  // namespace axvp
