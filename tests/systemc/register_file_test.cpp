#include "axvp/sc_models/register_file.h"

#include <gtest/gtest.h>

#include "platform_bench.h"

namespace axvp {
namespace {

using namespace registers;  // NOLINT: the register names
using testing::Response;
using testing::TestInitiator;
using Bytes8 = std::vector<std::uint8_t>;

constexpr Cycles kAccessCycles = 4;

/// Counts starts and notes when they came.
class StartWatcher : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(StartWatcher);
  StartWatcher(const sc_core::sc_module_name& name, RegisterFile& registers) : sc_module(name) {
    SC_METHOD(start_method);
    sensitive << registers.started();
    dont_initialize();
  }
  std::vector<sc_core::sc_time> starts;

 private:
  void start_method() { starts.push_back(sc_core::sc_time_stamp()); }
};

class RegisterFileTest : public ::testing::Test {
 protected:
  RegisterFileTest() {
    initiator_.socket.bind(registers_.socket);
    registers_.irq_out(irq_);
    registers_.on_reset([this] { ++resets_; });
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
  }

  HostConfig config() {
    HostConfig config;
    config.register_access_cycles = kAccessCycles;
    return config;
  }
  static void settle() { sc_core::sc_start(sc_core::sc_time(1, sc_core::SC_US)); }

  Clock clock_{100.0};  // 10 ns
  EventCounts counts_;
  RegisterFile registers_{"registers", config(), clock_, counts_};
  TestInitiator initiator_{"initiator"};
  StartWatcher watcher_{"watcher", registers_};
  sc_core::sc_signal<bool> irq_{"irq"};
  int resets_ = 0;
};

TEST_F(RegisterFileTest, HoldsItsResetValues) {
  EXPECT_EQ(initiator_.read_word(0x000), 0x50565841u);  // "AXVP"
  EXPECT_EQ(initiator_.read_word(0x030), 0xFFFFFFFFu);  // no operating point loaded
  for (const Register& r : kRegisters) EXPECT_EQ(initiator_.read_word(r.offset), r.reset) << r.name;
}

TEST_F(RegisterFileTest, ReadOnlyRegistersRefuseWrites) {
  for (const Register& r : kRegisters) {
    if (r.access != Access::ReadOnly) continue;
    EXPECT_EQ(initiator_.write_word(r.offset, 0x12345678).status, tlm::TLM_COMMAND_ERROR_RESPONSE) << r.name;
    EXPECT_EQ(initiator_.read_word(r.offset), r.reset) << r.name;
  }
  EXPECT_EQ(initiator_.write_word(kEventsCounters, 1).status, tlm::TLM_COMMAND_ERROR_RESPONSE);
}

TEST_F(RegisterFileTest, MarginReadsWhatTheLastInferenceLeft) {
  registers_.set_margin(0x89ABCDEF);
  EXPECT_EQ(initiator_.read_word(kMargin), 0x89ABCDEFu);
  EXPECT_EQ(initiator_.write_word(kMargin, 0).status, tlm::TLM_COMMAND_ERROR_RESPONSE);
  Bytes8 both(8);  // with its neighbour in one transaction
  EXPECT_EQ(initiator_.transact(tlm::TLM_READ_COMMAND, kLoadedPoint, both).status, tlm::TLM_OK_RESPONSE);
  EXPECT_EQ((Bytes8{both.begin() + 4, both.end()}), (Bytes8{0xEF, 0xCD, 0xAB, 0x89}));
  Bytes8 word(4);
  EXPECT_EQ(initiator_.debug(tlm::TLM_READ_COMMAND, kMargin, word), 4u);
  EXPECT_EQ(word, (Bytes8{0xEF, 0xCD, 0xAB, 0x89}));
  EXPECT_EQ(initiator_.debug(tlm::TLM_WRITE_COMMAND, kMargin, word), 0u);
  (void)initiator_.write_word(kCtrl, kCtrlReset);
  settle();
  EXPECT_EQ(initiator_.read_word(kMargin), 0xFFFFFFFFu);
}

TEST_F(RegisterFileTest, ReadWriteRegistersHoldWhatIsWritten) {
  EXPECT_EQ(initiator_.write_word(kDescriptorLo, 0x89ABCDEF).status, tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(initiator_.read_word(kDescriptorLo), 0x89ABCDEFu);
  (void)initiator_.write_word(kIrqEnable, 0xFFFFFFFF);
  EXPECT_EQ(initiator_.read_word(kIrqEnable), 3u) << "only its fields are writable";
}

TEST_F(RegisterFileTest, InterruptStatusIsClearedByWritingOnes) {
  registers_.finish(false);
  registers_.finish(true);
  EXPECT_EQ(initiator_.read_word(kIrqStatus), kIrqStatusDone | kIrqStatusError);
  (void)initiator_.write_word(kIrqStatus, 0);
  EXPECT_EQ(initiator_.read_word(kIrqStatus), kIrqStatusDone | kIrqStatusError);
  (void)initiator_.write_word(kIrqStatus, kIrqStatusDone);
  EXPECT_EQ(initiator_.read_word(kIrqStatus), kIrqStatusError);
}

TEST_F(RegisterFileTest, InterruptNeedsItsEnable) {
  registers_.finish(false);
  settle();
  EXPECT_FALSE(irq_.read());
  (void)initiator_.write_word(kIrqEnable, kIrqEnableDone);
  settle();
  EXPECT_TRUE(irq_.read());
  (void)initiator_.write_word(kIrqStatus, kIrqStatusDone);
  settle();
  EXPECT_FALSE(irq_.read());
}

TEST_F(RegisterFileTest, OffsetsWithoutARegisterAreAddressErrors) {
  Bytes8 word(4);
  for (const std::uint64_t offset : {0x038ull, 0x0FCull, 0x190ull, 0x300ull, 0xFFCull, 0x1'0000'0000ull})
    for (const auto command : {tlm::TLM_READ_COMMAND, tlm::TLM_WRITE_COMMAND})
      EXPECT_EQ(initiator_.transact(command, offset, word).status, tlm::TLM_ADDRESS_ERROR_RESPONSE) << offset;
  Bytes8 over_the_end(8);
  EXPECT_EQ(initiator_.transact(tlm::TLM_READ_COMMAND, kMargin, over_the_end).status, tlm::TLM_ADDRESS_ERROR_RESPONSE);
}

TEST_F(RegisterFileTest, MisalignedAccessIsAnAddressError) {
  Bytes8 word(4);
  EXPECT_EQ(initiator_.transact(tlm::TLM_READ_COMMAND, 0x002, word).status, tlm::TLM_ADDRESS_ERROR_RESPONSE);
}

TEST_F(RegisterFileTest, LengthsOtherThanWholeWordsAreBurstErrors) {
  for (const std::size_t length : {1u, 2u, 3u, 6u}) {
    Bytes8 data(length);
    EXPECT_EQ(initiator_.transact(tlm::TLM_READ_COMMAND, kIrqEnable, data).status, tlm::TLM_BURST_ERROR_RESPONSE);
  }
}

TEST_F(RegisterFileTest, StreamingIsABurstError) {
  Bytes8 data(8);
  TestInitiator::Options options;
  options.streaming_width = 4;
  EXPECT_EQ(initiator_.transact(tlm::TLM_WRITE_COMMAND, kDescriptorLo, data, options).status,
            tlm::TLM_BURST_ERROR_RESPONSE);
}

TEST_F(RegisterFileTest, SeveralWordsAreWrittenInOneTransaction) {
  Bytes8 data{1, 0, 0, 0, 2, 0, 0, 0};
  EXPECT_EQ(initiator_.transact(tlm::TLM_WRITE_COMMAND, kPointTableLo, data).status, tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(initiator_.read_word(kPointTableLo), 1u);
  EXPECT_EQ(initiator_.read_word(kPointTableHi), 2u);
}

TEST_F(RegisterFileTest, ByteEnablesSelectWhatIsWritten) {
  (void)initiator_.write_word(kDescriptorLo, 0x11111111);
  Bytes8 data{0xAA, 0xBB, 0xCC, 0xDD};
  TestInitiator::Options options;
  options.byte_enables = {TLM_BYTE_ENABLED, TLM_BYTE_DISABLED, TLM_BYTE_ENABLED, TLM_BYTE_DISABLED};
  EXPECT_EQ(initiator_.transact(tlm::TLM_WRITE_COMMAND, kDescriptorLo, data, options).status, tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(initiator_.read_word(kDescriptorLo), 0x11CC11AAu);
}

TEST_F(RegisterFileTest, ByteEnablesRepeatOverALongerTransaction) {
  Bytes8 data{0xAA, 0xBB, 0xCC, 0xDD, 0xAA, 0xBB, 0xCC, 0xDD};
  TestInitiator::Options options;
  options.byte_enables = {TLM_BYTE_ENABLED, TLM_BYTE_DISABLED};
  (void)initiator_.transact(tlm::TLM_WRITE_COMMAND, kPointTableLo, data, options);
  EXPECT_EQ(initiator_.read_word(kPointTableLo), 0x00CC00AAu);
  EXPECT_EQ(initiator_.read_word(kPointTableHi), 0x00CC00AAu);
}

TEST_F(RegisterFileTest, ByteEnablesSelectWhatIsRead) {
  Bytes8 data{9, 9, 9, 9};
  TestInitiator::Options options;
  options.byte_enables = {TLM_BYTE_DISABLED, TLM_BYTE_ENABLED, TLM_BYTE_DISABLED, TLM_BYTE_DISABLED};
  (void)initiator_.transact(tlm::TLM_READ_COMMAND, kId, data, options);
  EXPECT_EQ(data, (Bytes8{9, 'X', 9, 9}));
}

TEST_F(RegisterFileTest, IgnoreCommandIsAcceptedWithoutEffect) {
  Bytes8 data{0xFF, 0xFF, 0xFF, 0xFF};
  EXPECT_EQ(initiator_.transact(tlm::TLM_IGNORE_COMMAND, kDescriptorLo, data).status, tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(initiator_.read_word(kDescriptorLo), 0u);
}

TEST_F(RegisterFileTest, AccessAddsItsTimeToTheDelayAndDoesNotWait) {
  const sc_core::sc_time before = sc_core::sc_time_stamp();
  Bytes8 data(4);
  TestInitiator::Options options;
  options.delay = sc_core::sc_time(70, sc_core::SC_NS);
  const Response response = initiator_.transact(tlm::TLM_READ_COMMAND, kId, data, options);
  EXPECT_EQ(response.delay, sc_core::sc_time(70 + 10 * kAccessCycles, sc_core::SC_NS));
  EXPECT_EQ(sc_core::sc_time_stamp(), before);
  EXPECT_FALSE(response.dmi_allowed);
}

TEST_F(RegisterFileTest, StartActsWhenTheWriteArrives) {
  Bytes8 data{1, 0, 0, 0};
  TestInitiator::Options options;
  options.delay = sc_core::sc_time(500, sc_core::SC_NS);
  (void)initiator_.transact(tlm::TLM_WRITE_COMMAND, kCtrl, data, options);
  EXPECT_TRUE(watcher_.starts.empty());
  settle();
  ASSERT_EQ(watcher_.starts.size(), 1u);
  EXPECT_EQ(watcher_.starts[0], sc_core::sc_time(500 + 10 * kAccessCycles, sc_core::SC_NS));
  EXPECT_EQ(initiator_.read_word(kStatus), kStatusBusy);
  EXPECT_EQ(initiator_.read_word(kCtrl), 0u) << "reads 0";
}

TEST_F(RegisterFileTest, StartIsIgnoredWhileBusy) {
  (void)initiator_.write_word(kCtrl, kCtrlStart);
  settle();
  (void)initiator_.write_word(kCtrl, kCtrlStart);
  settle();
  EXPECT_EQ(watcher_.starts.size(), 1u);
}

TEST_F(RegisterFileTest, ResetRestoresEveryRegister) {
  for (const Register& r : kRegisters)
    if (r.access == Access::ReadWrite) (void)initiator_.write_word(r.offset, 0xFFFFFFFF);
  registers_.set_loaded_point(2);
  registers_.finish(true);
  (void)initiator_.write_word(kCtrl, kCtrlReset);
  settle();
  EXPECT_EQ(resets_, 1);
  for (const Register& r : kRegisters) EXPECT_EQ(initiator_.read_word(r.offset), r.reset) << r.name;
  EXPECT_FALSE(irq_.read());
}

TEST_F(RegisterFileTest, CountersShowTheLastSnapshot) {
  counts_.of[3] = 0x1122334455667788ull;
  counts_.macs_executed[31] = 7;
  EXPECT_EQ(initiator_.read_word(kEventsCounters + 24), 0u) << "no snapshot yet";
  (void)initiator_.write_word(kCtrl, kCtrlSnapshot);
  counts_.of[3] = 0;
  EXPECT_EQ(initiator_.read_word(kEventsCounters + 24), 0x55667788u);
  EXPECT_EQ(initiator_.read_word(kEventsCounters + 28), 0x11223344u);
  EXPECT_EQ(initiator_.read_word(kMacsExecutedCounters + 8 * 31), 7u);
}

TEST_F(RegisterFileTest, DebugAccessReadsWithoutSideEffects) {
  registers_.finish(false);
  Bytes8 status(4);
  EXPECT_EQ(initiator_.debug(tlm::TLM_READ_COMMAND, kIrqStatus, status), 4u);
  EXPECT_EQ(status[0], kIrqStatusDone);
  Bytes8 ones(4, 0xFF);
  EXPECT_EQ(initiator_.debug(tlm::TLM_WRITE_COMMAND, kIrqStatus, ones), 0u);
  EXPECT_EQ(initiator_.debug(tlm::TLM_WRITE_COMMAND, kCtrl, ones), 0u);
  Bytes8 word(4);
  EXPECT_EQ(initiator_.debug(tlm::TLM_READ_COMMAND, 0x038, word), 0u);
  settle();
  EXPECT_EQ(initiator_.read_word(kIrqStatus), kIrqStatusDone);
  EXPECT_TRUE(watcher_.starts.empty());
  EXPECT_EQ(resets_, 0);
}

}  // namespace
}  // namespace axvp
