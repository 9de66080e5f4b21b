#include "axvp/sc_models/dma.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tlm_utils/simple_target_socket.h>

#include <numeric>

#include "axvp/sc_models/dram.h"

namespace axvp {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Stands between DMA and memory: notes every transaction, and can refuse one.
class Probe : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<Probe> in{"in"};
  tlm_utils::simple_initiator_socket<Probe> out{"out"};

  explicit Probe(const sc_core::sc_module_name& name) : sc_module(name) {
    in.register_b_transport(this, &Probe::b_transport);
  }

  struct Seen {
    std::uint64_t address;
    unsigned int length;
    sc_core::sc_time at;
  };
  std::vector<Seen> seen;
  std::uint64_t refused = ~0ull;

 private:
  void b_transport(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay) {
    seen.push_back({transaction.get_address(), transaction.get_data_length(), sc_core::sc_time_stamp()});
    EXPECT_EQ(transaction.get_response_status(), tlm::TLM_INCOMPLETE_RESPONSE);
    EXPECT_EQ(transaction.get_streaming_width(), transaction.get_data_length());
    if (transaction.get_address() == refused) {
      transaction.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
      return;
    }
    out->b_transport(transaction, delay);
  }
};

class DmaTest : public ::testing::Test {
 protected:
  DmaTest() {
    dma_.memory_socket.bind(probe_.in);
    probe_.out.bind(dram_.socket);
    dma_.activation_port(activation_.port);
    dma_.weight_port(weight_.port);
    dma_.parameter_port(parameter_.port);
    dma_.command_port(command_.port);
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
  }
  static DramConfig dram_config() {
    DramConfig config;
    config.size_mb = 1;
    config.bandwidth_bytes_per_cycle = 8;
    config.latency_cycles = 40;
    config.row_bytes = 65536;
    config.row_miss_cycles = 0;
    return config;
  }
  void run() { sc_core::sc_start(sc_core::sc_time(1, sc_core::SC_MS)); }
  DmaTransfer load(DmaChannel channel, std::uint32_t address, Bytes bytes) {
    return {channel, CycleOwner::WaitForWeights, false, address, LocalMemory::Weight, 0, bytes, &scoreboard_.weights};
  }

  Clock clock_{100.0};
  EventCounts counts_;
  CycleLedger ledger_;
  std::uint64_t steps_ = 0;
  Scoreboard scoreboard_;
  Dram dram_{"dram", dram_config(), clock_};
  Probe probe_{"probe"};
  Scratchpad activation_{"activation", 4096}, weight_{"weight", 4096}, parameter_{"parameter", 1024},
      command_{"command", 1024};
  Dma dma_{"dma", {256, 40}, {clock_, counts_, ledger_, steps_}, scoreboard_};
};

TEST_F(DmaTest, SplitsTransferAtBurstBoundary) {
  dma_.submit(load(DmaChannel::Weights, 200, 400));
  run();
  ASSERT_EQ(probe_.seen.size(), 3u);
  EXPECT_EQ(probe_.seen[0].address, 200u);
  EXPECT_EQ(probe_.seen[0].length, 56u);
  EXPECT_EQ(probe_.seen[1].address, 256u);
  EXPECT_EQ(probe_.seen[1].length, 256u);
  EXPECT_EQ(probe_.seen[2].length, 88u);
}

TEST_F(DmaTest, LatenciesOfBurstsOverlap) {
  dma_.submit(load(DmaChannel::Weights, 0, 1024));
  run();
  ASSERT_EQ(scoreboard_.weights.size(), 1u);
  EXPECT_EQ(scoreboard_.weights.at(0), 1024u / 8 + 40);
  EXPECT_EQ(probe_.seen[1].at, clock_.time(32));
}

TEST_F(DmaTest, BytesArriveWhereTheyBelong) {
  for (std::uint32_t i = 0; i < 512; ++i) *activation_.block(i) = static_cast<std::uint8_t>(3 * i + 1);
  dma_.submit(
      {DmaChannel::WriteBack, CycleOwner::WriteBack, true, 1000, LocalMemory::Activation, 0, 512, &scoreboard_.stored});
  run();
  dma_.submit({DmaChannel::Weights, CycleOwner::WaitForWeights, false, 1001, LocalMemory::Weight, 64, 500,
               &scoreboard_.weights});
  run();
  for (std::uint32_t i = 0; i < 500; ++i)
    ASSERT_EQ(*weight_.block(64 + i), static_cast<std::uint8_t>(3 * (i + 1) + 1)) << i;
}

TEST_F(DmaTest, BytesAreCountedAtBothEnds) {
  dma_.submit(load(DmaChannel::Weights, 0, 300));
  dma_.submit(
      {DmaChannel::WriteBack, CycleOwner::WriteBack, true, 8192, LocalMemory::Activation, 0, 100, &scoreboard_.stored});
  run();
  EXPECT_EQ(dram_.counters().read, 300u);
  EXPECT_EQ(weight_.counters().dma_written, 300u);
  EXPECT_EQ(activation_.counters().dma_read, 100u);
  EXPECT_EQ(dram_.counters().written, 100u);
  EXPECT_EQ(counts_[Event::DramRead], 300u);
  EXPECT_EQ(counts_[Event::WeightWrite], 300u);
  EXPECT_EQ(counts_[Event::DramWrite], 100u);
  EXPECT_EQ(counts_[Event::ActivationRead], 100u);
}

TEST_F(DmaTest, HigherChannelOvertakesAtTheNextBurst) {
  dma_.submit(
      {DmaChannel::WriteBack, CycleOwner::WriteBack, true, 0, LocalMemory::Activation, 0, 1024, &scoreboard_.stored});
  sc_core::sc_start(clock_.time(40));  // in the second of four bursts
  dma_.submit(load(DmaChannel::Weights, 4096, 256));
  run();
  std::vector<std::uint64_t> addresses;
  for (const auto& seen : probe_.seen) addresses.push_back(seen.address);
  EXPECT_THAT(addresses, ElementsAre(0, 256, 4096, 512, 768));
}

TEST_F(DmaTest, EmptyTransferIsCompleteAtOnce) {
  dma_.submit(load(DmaChannel::Weights, 0, 0));
  ASSERT_EQ(scoreboard_.weights.size(), 1u);
  EXPECT_EQ(scoreboard_.weights.at(0), clock_.now());
}

TEST_F(DmaTest, RefusedTransactionIsNamed) {
  probe_.refused = 256;
  dma_.submit(load(DmaChannel::Weights, 0, 512));
  run();
  EXPECT_THAT(dma_.fault(), HasSubstr("read of 256 bytes at 0x100: TLM_ADDRESS_ERROR_RESPONSE"));
  dma_.clear_fault();
  EXPECT_EQ(dma_.fault(), "");
}

TEST_F(DmaTest, ResetForgetsWhatIsQueued) {
  dma_.submit(load(DmaChannel::Weights, 0, 4096));
  sc_core::sc_start(clock_.time(40));
  dma_.reset();
  run();
  EXPECT_EQ(probe_.seen.size(), 2u);
  EXPECT_EQ(scoreboard_.weights.size(), 0u);
  dma_.submit(load(DmaChannel::Weights, 0, 256));
  run();
  EXPECT_EQ(scoreboard_.weights.size(), 1u);
}

TEST_F(DmaTest, TransfersOwnTheirCycles) {
  dma_.submit(load(DmaChannel::Weights, 0, 1024));
  run();
  const auto settled = ledger_.settle(0, 168);
  EXPECT_EQ(settled.owned[CycleOwner::WaitForWeights], 168u);
  EXPECT_EQ(settled.unowned, 0u);
}

}  // namespace
}  // namespace axvp
