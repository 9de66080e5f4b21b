#include "axvp/accel/run_audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "axvp/accel/descriptor.h"

namespace axvp {
namespace {

using ::testing::HasSubstr;

/// Two operations on a 2 x 3 array, three inferences, counted by hand: a convolution of 120 MACs (30 of padding) in 126
/// slots, and a residual sum.
class RunAudit : public ::testing::Test {
 protected:
  RunAudit() {
    program_.nodes = {{"conv", "convolution", 0, 120, 30, 126, 1, 70, 30, 20},
                      {"add", "add", std::nullopt, 0, 0, 0, 1, 40, 0, 20}};
    registers_.macs_executed[1] = 3 * 70;
    registers_.add(Event::MacZeroActivation, 3 * 15);
    registers_.add(Event::MacZeroWeight, 3 * 5);
    registers_.add(Event::MacPadding, 3 * 30);
    registers_.add(Event::SlotUnused, 3 * 6);
    registers_.add(Event::ActiveCycle, 3 * 50);
    registers_.add(Event::PeIdleCycle, 3 * (6 * 50 - 126));
    registers_.add(Event::DramRead, kRead);
    registers_.add(Event::DramWrite, 3 * 40);
  }

  static constexpr Bytes kSwitch = 77;
  static constexpr Bytes kRead = 3 * (140 + 2 * kDescriptorBytes) + kSwitch;
  Program program_;
  EventCounts registers_;
  RunWitnesses witnesses_{3, 150, kRead, 120, kSwitch};

  void expect_finding(const std::string& finding) const {
    const auto audited = audit_run(registers_, witnesses_, program_, {2, 3});
    ASSERT_FALSE(audited);
    EXPECT_EQ(audited.error().message, "audit of the run: " + finding);
  }
};

TEST_F(RunAudit, WhatAgreesPasses) {
  const auto audited = audit_run(registers_, witnesses_, program_, {2, 3});
  EXPECT_TRUE(audited) << audited.error().message;
}

TEST_F(RunAudit, CounterThatLagsBehindTheHostsClockIsFound) {
  witnesses_.busy_cycles += 1;
  expect_finding("active cycles, by the host's clock: 150, expected 151");
}

TEST_F(RunAudit, ByteThatOnlyTheDramSawIsFound) {
  witnesses_.dram_read += 8;
  expect_finding("bytes read from DRAM, at its port: 1649, expected 1657");
}

TEST_F(RunAudit, BytesThatTheProgramDoesNotNeedAreFound) {
  witnesses_.dram_written += 4;
  registers_.add(Event::DramWrite, 4);
  expect_finding("bytes written to DRAM, by the program: 124, expected 120");
}

TEST_F(RunAudit, SwitchThatNobodyReportedIsFound) {
  witnesses_.switch_bytes = 0;
  expect_finding("bytes read from DRAM, by the program: 1649, expected 1572");
}

TEST_F(RunAudit, MultiplicationThatWasCountedTwiceIsFound) {
  registers_.macs_executed[1] += 1;
  expect_finding("multiplications: 361, expected 360");
}

TEST_F(RunAudit, PaddingTakenForAZeroIsFound) {
  registers_.of[static_cast<std::size_t>(Event::MacPadding)] -= 1;
  registers_.add(Event::MacZeroActivation, 1);
  expect_finding("multiplications of padding: 89, expected 90");
}

TEST_F(RunAudit, LostIdleCycleIsFound) {
  registers_.of[static_cast<std::size_t>(Event::PeIdleCycle)] -= 6;
  expect_finding("slots and idle cycles of the PEs: 894, expected 900");
}

}  // namespace
}  // namespace axvp
