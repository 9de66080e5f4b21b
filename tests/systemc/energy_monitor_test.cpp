#include "axvp/sc_models/energy_monitor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "axvp/accel/descriptor.h"
#include "platform_bench.h"

namespace axvp {
namespace {

using ::testing::HasSubstr;

constexpr Bytes kRead = 100;
constexpr Bytes kWritten = 20;
constexpr Cycles kCycles = 50;
constexpr Cycles kFed = 21;  // positions enter the array: 6 slots each

/// One operation on a 2 x 3 array, counted by hand: 120 MACs (70 executed, 30 of padding), 6 slots unused.
class EnergyMonitorTest : public ::testing::Test {
 protected:
  EnergyMonitorTest() {
    initiator_.socket.bind(dram_.socket);
    monitor_.watch(dram_, {&on_chip_});
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
    monitor_.begin_inference();
  }

  /// Everything that belongs to the operation; a test then changes one count.
  void count_operation() {
    transport(tlm::TLM_READ_COMMAND, kRead + kDescriptorBytes);
    transport(tlm::TLM_WRITE_COMMAND, kWritten);
    (void)on_chip_.dma_write(0, kRead + kDescriptorBytes);
    (void)on_chip_.dma_read(0, kWritten);
    EventCounts& counts = monitor_.counts();
    counts.add(Event::DramRead, kRead + kDescriptorBytes);
    counts.add(Event::DramWrite, kWritten);
    counts.macs_executed[0] += 70;
    counts.add(Event::MacZeroActivation, 15);
    counts.add(Event::MacZeroWeight, 5);
    counts.add(Event::MacPadding, 30);
    counts.add(Event::SlotUnused, 6);
    monitor_.ledger().record(CycleOwner::Array, 0, kCycles);
    monitor_.ledger().record_run(CycleLedger::Engine::Array, 7, kFed, kCycles - 7);
  }
  void transport(tlm::tlm_command command, Bytes bytes) {
    std::vector<std::uint8_t> data(bytes);
    ASSERT_EQ(initiator_.transact(command, 0, data).status, tlm::TLM_OK_RESPONSE);
  }
  /// The operation's end; the audit must fail with `finding`.
  void expect_finding(const std::string& finding) {
    EXPECT_FALSE(monitor_.node_done(0, 0, 0, kCycles));
    EXPECT_THAT(monitor_.finding(), HasSubstr(finding));
    EXPECT_THAT(monitor_.finding(), HasSubstr("audit of conv: "));
  }

  Clock clock_{100.0};
  testing::TestInitiator initiator_{"initiator"};
  Dram dram_{"dram", DramConfig{}, clock_};
  Scratchpad on_chip_{"on_chip", 4096};
  EnergyMonitor monitor_{"monitor", {2, 3}, {{"conv", 120, 30, 126, kRead, kWritten}}, 1};
};

TEST_F(EnergyMonitorTest, WhatAddsUpPassesAndStandstillIsCountedInTime) {
  count_operation();
  EXPECT_TRUE(monitor_.node_done(0, 0, 0, kCycles)) << monitor_.finding();
  EXPECT_TRUE(monitor_.take_record().nodes[0][0].inferences == 0) << "the inference has not ended";
  monitor_.end_inference();
  const MonitorRecord record = monitor_.take_record();
  EXPECT_EQ(record.nodes[0][0].inferences, 1u);
  EXPECT_EQ(record.nodes[0][0].counts[Event::ActiveCycle], kCycles);
  EXPECT_EQ(record.nodes[0][0].counts[Event::PeIdleCycle], 6 * (7 + kCycles - 7 - kFed)) << "before and after the run";
}

TEST_F(EnergyMonitorTest, CycleWithoutAnOwnerIsFound) {
  count_operation();
  EXPECT_FALSE(monitor_.node_done(0, 0, 0, kCycles + 3));
  EXPECT_EQ(monitor_.finding(), "audit of conv: cycles without an owner: 3, expected 0");
}

TEST_F(EnergyMonitorTest, ByteThatTheDmaDidNotReportIsFound) {
  count_operation();
  transport(tlm::TLM_READ_COMMAND, 1);
  (void)on_chip_.dma_write(0, 1);
  expect_finding("bytes that the DMA read: 292, expected 293");
}

TEST_F(EnergyMonitorTest, ByteThatTheDmaReportedTooOftenIsFound) {
  count_operation();
  monitor_.counts().add(Event::DramWrite, 1);
  expect_finding("bytes that the DMA wrote: 21, expected 20");
}

TEST_F(EnergyMonitorTest, ByteThatLeftDramAndDidNotArriveIsFound) {
  count_operation();
  transport(tlm::TLM_READ_COMMAND, 8);
  monitor_.counts().add(Event::DramRead, 8);
  expect_finding("bytes that arrived on chip: 292, expected 300");
}

TEST_F(EnergyMonitorTest, ByteThatArrivedInDramAndDidNotLeaveTheChipIsFound) {
  count_operation();
  transport(tlm::TLM_WRITE_COMMAND, 8);
  monitor_.counts().add(Event::DramWrite, 8);
  expect_finding("bytes that left the chip: 20, expected 28");
}

TEST_F(EnergyMonitorTest, OperandReadTwiceIsFound) {
  count_operation();
  transport(tlm::TLM_READ_COMMAND, kRead);
  (void)on_chip_.dma_write(0, kRead);
  monitor_.counts().add(Event::DramRead, kRead);
  expect_finding("bytes read from DRAM: 200, expected 100");
}

TEST_F(EnergyMonitorTest, PaddingCountedAsAZeroActivationIsFound) {
  count_operation();
  monitor_.counts().of[static_cast<std::size_t>(Event::MacPadding)] -= 1;
  monitor_.counts().add(Event::MacZeroActivation, 1);
  expect_finding("multiplications of padding: 29, expected 30");
}

TEST_F(EnergyMonitorTest, MissingMultiplicationIsFound) {
  count_operation();
  monitor_.counts().macs_executed[0] -= 1;
  expect_finding("multiplications: 119, expected 120");
}

TEST_F(EnergyMonitorTest, SlotThatNobodyCountedIsFound) {
  count_operation();
  monitor_.counts().of[static_cast<std::size_t>(Event::SlotUnused)] -= 2;
  expect_finding("slots of the array: 124, expected 126");
}

TEST_F(EnergyMonitorTest, RunThatTakesLongerThanItsSlotsIsFound) {
  count_operation();
  monitor_.ledger().record_run(CycleLedger::Engine::Array, 7 + kFed, 2,
                               2);  // two cycles more in which the array is fed, without slots
  expect_finding("slots and idle cycles of the PEs: 288, expected 300");
}

TEST_F(EnergyMonitorTest, IdleCycleThatWasCountedTwiceIsFound) {
  count_operation();
  monitor_.counts().add(Event::PeIdleCycle, 1);
  expect_finding("slots and idle cycles of the PEs: 301, expected 300");
}

TEST_F(EnergyMonitorTest, OperationsOutsideOfTheProgramAreNamed) {
  EXPECT_FALSE(monitor_.node_done(7, 0, 0, 1));
  EXPECT_EQ(monitor_.finding(), "operation 7 at operating point 0 is not part of the program");
}

TEST_F(EnergyMonitorTest, ResetForgetsWhatTheInferenceDidSoFar) {
  count_operation();
  EXPECT_TRUE(monitor_.node_done(0, 0, 0, kCycles));
  monitor_.switched({});
  monitor_.reset();
  EXPECT_TRUE(monitor_.counts() == EventCounts{});
  monitor_.begin_inference();
  count_operation();
  EXPECT_TRUE(monitor_.node_done(0, 0, 0, kCycles)) << monitor_.finding();
  monitor_.end_inference();
  const MonitorRecord record = monitor_.take_record();
  EXPECT_EQ(record.nodes[0][0].inferences, 1u);
  EXPECT_TRUE(record.switches.empty());
}

}  // namespace
}  // namespace axvp
