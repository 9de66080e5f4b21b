// Direct memory access (DMI): for the host on DRAM only, refused while the DMA writes, invalidated on reset.

#include <gmock/gmock.h>

#include "axvp/accel/memory_map.h"
#include "axvp/accel/register_map.h"
#include "platform_bench.h"

namespace axvp {
namespace {

using testing::executor_logits;
using testing::make_point;
using testing::PlatformBench;
using testing::random_input;

/// Asks for direct access at an address of the bus.
struct Request {
  bool granted = false;
  tlm::tlm_dmi dmi;

  Request(testing::TestInitiator& host, std::uint64_t address) {
    tlm::tlm_generic_payload payload;
    payload.set_command(tlm::TLM_READ_COMMAND);
    payload.set_address(address);
    granted = host.socket->get_direct_mem_ptr(payload, dmi);
  }
};

class DirectAccess : public ::testing::Test {
 protected:
  void run(std::function<void(PlatformBench&)> script) {
    PlatformConfig config;
    config.dram.size_mb = 1;
    PlatformBench bench{"bench", network_, points_, config, std::move(script)};
    sc_core::sc_start();
    EXPECT_TRUE(bench.script_ended());
    EXPECT_EQ(bench.platform.fault(), "");
  }
  const QuantizedNetwork network_ = testing::small_residual_network();
  const std::vector<OperatingPoint> points_{make_point(network_, "a", {"exact"}, 1)};
};

TEST_F(DirectAccess, PointsAtTheBytesOfDram) {
  run([&](PlatformBench& b) {
    const Request request{b.host, kDramBase + 100};
    ASSERT_TRUE(request.granted);
    EXPECT_EQ(request.dmi.get_start_address(), kDramBase);
    EXPECT_EQ(request.dmi.get_end_address(), kDramBase + (1u << 20) - 1);
    std::vector<std::uint8_t> data{1, 2, 3};
    (void)b.host.debug(tlm::TLM_WRITE_COMMAND, kDramBase + 100, data);
    EXPECT_EQ(request.dmi.get_dmi_ptr()[102], 3);
  });
}

TEST_F(DirectAccess, RegistersAndHolesHaveNone) {
  run([](PlatformBench& b) {
    EXPECT_FALSE(Request(b.host, kRegisterBase).granted);
    EXPECT_FALSE(Request(b.host, kDramBase + (1u << 20)).granted);
  });
}

TEST_F(DirectAccess, IsRefusedWhileTheDmaWritesAndGivenBackAfterwards) {
  int refused = 0;
  const StoredTensor input = random_input(network_, 1);
  run([&](PlatformBench& b) {
    ASSERT_TRUE(Request(b.host, kDramBase).granted);
    b.set_up();
    b.write_input(input);
    b.start(0);
    while (!b.irq_in.read()) {
      refused += Request(b.host, kDramBase).granted ? 0 : 1;
      b.wait_cycles(10);
    }
    EXPECT_GT(refused, 0);
    ASSERT_FALSE(b.host.invalidated.empty());
    EXPECT_EQ(b.host.invalidated[0].begin, kDramBase);
    EXPECT_EQ(b.host.invalidated[0].end, kDramBase + (1u << 20) - 1);
    EXPECT_TRUE(Request(b.host, kDramBase).granted);
  });
}

TEST_F(DirectAccess, AResetTakesPointersBack) {
  run([&](PlatformBench& b) {
    ASSERT_TRUE(Request(b.host, kDramBase).granted);
    b.write_register(registers::kCtrl, registers::kCtrlReset);
    b.wait_cycles(1);
    EXPECT_EQ(b.host.invalidated.size(), 1u);
    b.write_register(registers::kCtrl, registers::kCtrlReset);  // nothing was granted since
    b.wait_cycles(1);
    EXPECT_EQ(b.host.invalidated.size(), 1u);
    EXPECT_TRUE(Request(b.host, kDramBase).granted);
  });
}

TEST_F(DirectAccess, ResultsDoNotDependOnIt) {
  const StoredTensor input = random_input(network_, 2);
  run([&](PlatformBench& b) {
    (void)Request(b.host, kDramBase);
    EXPECT_EQ(b.infer(input, 0), executor_logits(network_, points_[0], b.pool(), input));
  });
}

}  // namespace
}  // namespace axvp
