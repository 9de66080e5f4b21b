#include "axvp/sc_models/bus.h"

#include <gtest/gtest.h>

#include "axvp/sc_models/dram.h"
#include "platform_bench.h"

namespace axvp {
namespace {

using testing::TestInitiator;
using Data = std::vector<std::uint8_t>;

class BusTest : public ::testing::Test {
 protected:
  BusTest() {
    initiator_.socket.bind(bus_.from_initiators);
    bus_.attach(low_.socket, 0x1000, 0x1000);
    bus_.attach(high_.socket, 0x8000, 0x100000);
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
  }
  static DramConfig memory() {
    DramConfig config;
    config.size_mb = 1;
    config.latency_cycles = 0;
    config.row_miss_cycles = 0;
    return config;
  }

  Clock clock_{100.0};
  Bus bus_{"bus", BusConfig{3}, clock_};
  Dram low_{"low", memory(), clock_};
  Dram high_{"high", memory(), clock_};
  TestInitiator initiator_{"initiator"};
};

TEST_F(BusTest, RoutesByAddressAndTargetsSeeOffsets) {
  Data data{42};
  EXPECT_EQ(initiator_.transact(tlm::TLM_WRITE_COMMAND, 0x8010, data).status, tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(high_.counters().written, 1u);
  EXPECT_EQ(low_.counters().written, 0u);
  Data back(1);
  EXPECT_EQ(initiator_.debug(tlm::TLM_READ_COMMAND, 0x8010, back), 1u);
  EXPECT_EQ(back[0], 42);
}

TEST_F(BusTest, AddressesWithoutATargetAreErrors) {
  Data data(8);
  for (const std::uint64_t address : {0x0ull, 0xFFFull, 0x2000ull, 0x7FFFull, 0x108000ull})
    EXPECT_EQ(initiator_.transact(tlm::TLM_READ_COMMAND, address, data).status, tlm::TLM_ADDRESS_ERROR_RESPONSE)
        << address;
  EXPECT_EQ(initiator_.debug(tlm::TLM_READ_COMMAND, 0x2000, data), 0u);
}

TEST_F(BusTest, TransactionOverTheEndOfARegionIsAnError) {
  Data data(8);
  EXPECT_EQ(initiator_.transact(tlm::TLM_READ_COMMAND, 0x1FFC, data).status, tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(initiator_.transact(tlm::TLM_READ_COMMAND, 0x1FF8, data).status, tlm::TLM_OK_RESPONSE);
}

TEST_F(BusTest, AddsItsLatencyAndRestoresTheAddress) {
  Data data(8);
  tlm::tlm_generic_payload payload;
  payload.set_command(tlm::TLM_READ_COMMAND);
  payload.set_address(0x8000);
  payload.set_data_ptr(data.data());
  payload.set_data_length(8);
  payload.set_streaming_width(8);
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  initiator_.socket->b_transport(payload, delay);
  EXPECT_EQ(delay, clock_.time(3 + 1));  // bus, and 8 bytes at 8 bytes a cycle
  EXPECT_EQ(payload.get_address(), 0x8000u);
}

}  // namespace
}  // namespace axvp
