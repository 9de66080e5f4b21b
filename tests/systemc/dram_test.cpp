#include "axvp/sc_models/dram.h"

#include <gtest/gtest.h>

#include <numeric>

#include "platform_bench.h"

namespace axvp {
namespace {

using testing::Response;
using testing::TestInitiator;
using Data = std::vector<std::uint8_t>;

class DramTest : public ::testing::Test {
 protected:
  DramTest() {
    initiator_.socket.bind(dram_.socket);
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
  }
  static DramConfig config() {
    DramConfig config;
    config.size_mb = 1;
    config.bandwidth_bytes_per_cycle = 8;
    config.latency_cycles = 40;
    config.row_bytes = 1024;
    config.row_miss_cycles = 20;
    return config;
  }
  static sc_core::sc_time cycles(double n) { return sc_core::sc_time(10.0 * n, sc_core::SC_NS); }

  static constexpr std::uint64_t kEnd = 1u << 20;
  Clock clock_{100.0};
  Dram dram_{"dram", config(), clock_};
  TestInitiator initiator_{"initiator"};
};

TEST_F(DramTest, ReadsBackWhatWasWritten) {
  Data data(256);
  std::iota(data.begin(), data.end(), std::uint8_t{0});
  EXPECT_EQ(initiator_.transact(tlm::TLM_WRITE_COMMAND, 1000, data).status, tlm::TLM_OK_RESPONSE);
  Data back(256);
  EXPECT_EQ(initiator_.transact(tlm::TLM_READ_COMMAND, 1000, back).status, tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(back, data);
}

TEST_F(DramTest, AnnotatesRowBandwidthAndLatencyWithoutWaiting) {
  Data data(64);
  const Response first = initiator_.transact(tlm::TLM_READ_COMMAND, 0, data);
  EXPECT_EQ(first.delay, cycles(20 + 8 + 40));
  const Response second = initiator_.transact(tlm::TLM_READ_COMMAND, 64, data);  // waits for the bus until cycle 28
  EXPECT_EQ(second.delay, cycles(28 + 8 + 40));
  EXPECT_EQ(sc_core::sc_time_stamp(), sc_core::SC_ZERO_TIME);
  EXPECT_TRUE(first.dmi_allowed);
}

TEST_F(DramTest, AccessAheadOfTimeStartsAtItsLocalTime) {
  Data data(8);
  TestInitiator::Options options;
  options.delay = cycles(1000);
  EXPECT_EQ(initiator_.transact(tlm::TLM_READ_COMMAND, 0, data, options).delay, cycles(1000 + 20 + 1 + 40));
}

TEST_F(DramTest, AddressesBeyondTheEndAreErrors) {
  Data data(16);
  EXPECT_EQ(initiator_.transact(tlm::TLM_READ_COMMAND, kEnd - 8, data).status, tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(initiator_.transact(tlm::TLM_WRITE_COMMAND, kEnd, data).status, tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(initiator_.transact(tlm::TLM_READ_COMMAND, ~0ull - 3, data).status, tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(initiator_.transact(tlm::TLM_READ_COMMAND, kEnd - 16, data).status, tlm::TLM_OK_RESPONSE);
}

TEST_F(DramTest, StreamingIsABurstError) {
  Data data(16);
  TestInitiator::Options options;
  options.streaming_width = 8;
  EXPECT_EQ(initiator_.transact(tlm::TLM_WRITE_COMMAND, 0, data, options).status, tlm::TLM_BURST_ERROR_RESPONSE);
}

TEST_F(DramTest, ByteEnablesSelectBytesOfWritesAndReads) {
  Data data{1, 2, 3, 4, 5, 6};
  TestInitiator::Options options;
  options.byte_enables = {TLM_BYTE_ENABLED, TLM_BYTE_DISABLED};
  (void)initiator_.transact(tlm::TLM_WRITE_COMMAND, 0, data, options);
  Data back(6, 9);
  (void)initiator_.transact(tlm::TLM_READ_COMMAND, 0, back);
  EXPECT_EQ(back, (Data{1, 0, 3, 0, 5, 0}));
  Data masked(6, 9);
  (void)initiator_.transact(tlm::TLM_READ_COMMAND, 0, masked, options);
  EXPECT_EQ(masked, (Data{1, 9, 3, 9, 5, 9}));
}

TEST_F(DramTest, IgnoreCommandChangesAndCountsNothing) {
  Data data(4, 0xFF);
  EXPECT_EQ(initiator_.transact(tlm::TLM_IGNORE_COMMAND, 0, data).status, tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(dram_.counters().accesses, 0u);
}

TEST_F(DramTest, CountsBytesAccessesAndRowMisses) {
  Data data(2048);
  (void)initiator_.transact(tlm::TLM_READ_COMMAND, 0, data);
  (void)initiator_.transact(tlm::TLM_WRITE_COMMAND, 1024, data);
  const auto counters = dram_.counters();
  EXPECT_EQ(counters.read, 2048u);
  EXPECT_EQ(counters.written, 2048u);
  EXPECT_EQ(counters.accesses, 2u);
  EXPECT_EQ(counters.row_misses, 3u);  // rows 0 and 1, then row 1 open and 2
}

TEST_F(DramTest, DebugAccessTakesNoTimeAndCountsNothing) {
  Data data{7, 8};
  EXPECT_EQ(initiator_.debug(tlm::TLM_WRITE_COMMAND, 5000, data), 2u);
  Data back(2);
  EXPECT_EQ(initiator_.debug(tlm::TLM_READ_COMMAND, 5000, back), 2u);
  EXPECT_EQ(back, data);
  EXPECT_EQ(dram_.counters().accesses, 0u);
  EXPECT_EQ(dram_.counters().read, 0u);
  Data one(8);  // the row that debug touched is not open
  EXPECT_EQ(initiator_.transact(tlm::TLM_READ_COMMAND, 5000, one).delay, cycles(20 + 1 + 40));
}

TEST_F(DramTest, DebugAccessStopsAtTheEnd) {
  Data data(16);
  EXPECT_EQ(initiator_.debug(tlm::TLM_READ_COMMAND, kEnd - 8, data), 8u);
  EXPECT_EQ(initiator_.debug(tlm::TLM_READ_COMMAND, kEnd, data), 0u);
}

}  // namespace
}  // namespace axvp
