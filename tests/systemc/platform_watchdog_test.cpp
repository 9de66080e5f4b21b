#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tlm_utils/simple_target_socket.h>

#include "axvp/accel/memory_map.h"
#include "axvp/accel/register_map.h"
#include "platform_bench.h"

namespace axvp {
namespace {

using ::testing::AllOf;
using testing::executor_logits;
using ::testing::HasSubstr;
using testing::make_point;
using testing::PlatformBench;
using testing::random_input;

std::vector<OperatingPoint> one_point(const QuantizedNetwork& network) {
  return {make_point(network, "a", {"exact"}, 1)};
}

/// A peripheral on the bus that answers after a time of its own, or never.
class SlowTarget : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<SlowTarget> socket{"socket"};

  /// `wait_time` zero: never.
  SlowTarget(const sc_core::sc_module_name& name, sc_core::sc_time wait_time) : sc_module(name), wait_(wait_time) {
    socket.register_b_transport(this, &SlowTarget::b_transport);
  }

 private:
  void b_transport(tlm::tlm_generic_payload& transaction, sc_core::sc_time& /*delay*/) {
    if (wait_ == sc_core::SC_ZERO_TIME)
      wait(answer_);
    else
      wait(wait_);
    std::fill_n(transaction.get_data_ptr(), transaction.get_data_length(), std::uint8_t{0});
    transaction.set_response_status(tlm::TLM_OK_RESPONSE);
  }

  sc_core::sc_time wait_;
  sc_core::sc_event answer_;
};

constexpr std::uint32_t kSlowTarget = 0x5000'0000;

/// An inference whose point table lies in the peripheral. Returns what the platform found; `came` whether an interrupt
/// did.
std::string run_with_slow_target(sc_core::sc_time wait_time, bool& came) {
  const QuantizedNetwork network = testing::small_residual_network();
  PlatformConfig config;
  config.watchdog.no_progress_cycles = 5000;
  SlowTarget target{"target", wait_time};
  came = false;
  PlatformBench bench{"bench", network, one_point(network), config, [&](PlatformBench& b) {
                        b.set_up();
                        b.write_register(registers::kPointTableLo, kSlowTarget);
                        b.start(0);
                        sc_core::wait(b.irq_in.posedge_event());
                        came = true;
                      }};
  bench.platform.bus.attach(target.socket, kSlowTarget, 4096);
  sc_core::sc_start();
  return bench.platform.fault();
}

TEST(Watchdog, PeripheralThatNeverAnswersEndsTheRunWithTheNamesOfWhoWaits) {
  bool came = true;
  EXPECT_THAT(
      run_with_slow_target(sc_core::SC_ZERO_TIME, came),
      AllOf(HasSubstr("watchdog: no progress for 5000 cycles"), HasSubstr("dma waits for an answer from the bus"),
            HasSubstr("command_processor waits for the point table")));
  EXPECT_FALSE(came);
}

TEST(Watchdog, PeripheralThatAnswersLateIsNoHang) {
  bool came = false;
  EXPECT_THAT(run_with_slow_target(sc_core::sc_time(10, sc_core::SC_MS), came), HasSubstr("point table"))
      << "the zeros that it answers are no point table";
  EXPECT_TRUE(came) << "after a million cycles";
}

TEST(Watchdog, MemoryWithALongLatencyRunsToTheEnd) {
  const QuantizedNetwork network = testing::small_residual_network();
  PlatformConfig config;
  config.watchdog.no_progress_cycles = 5000;
  config.dram.latency_cycles = 1'000'000;
  const StoredTensor input = random_input(network, 1);
  PlatformBench bench{"bench", network, one_point(network), config, [&](PlatformBench& b) {
                        b.set_up();
                        b.write_input(input);
                        b.start(0);
                        EXPECT_TRUE(b.wait_for_interrupt(1'000'000'000));
                        EXPECT_EQ(b.logits(), executor_logits(network, one_point(network)[0], b.pool(), input));
                      }};
  sc_core::sc_start();
  EXPECT_TRUE(bench.script_ended());
  EXPECT_EQ(bench.platform.fault(), "");
}

TEST(Watchdog, ProgressKeepsTheRunAlive) {
  const QuantizedNetwork network = testing::small_residual_network();
  PlatformConfig config;
  config.watchdog.no_progress_cycles = 3000;  // the inference takes longer, no single wait does
  PlatformBench bench{"bench", network, one_point(network), config, [&](PlatformBench& b) {
                        (void)b.infer(random_input(network, 1), 0);
                        b.wait_cycles(100'000);  // idle time is no hang
                        (void)b.infer(random_input(network, 1), 0);
                      }};
  sc_core::sc_start();
  EXPECT_TRUE(bench.script_ended());
  EXPECT_EQ(bench.platform.fault(), "");
  EXPECT_GT(bench.platform.command_processor.inference_end() - bench.platform.command_processor.inference_begin(),
            3000u);
}

TEST(Watchdog, ALongRunOfTheArrayIsProgress) {
  const QuantizedNetwork network = testing::small_residual_network();
  PlatformConfig config;
  config.array = {1, 1};  // a run of the first layers takes tens of thousands of cycles
  config.watchdog.no_progress_cycles = 3000;
  PlatformBench bench{"bench", network, one_point(network), config,
                      [&](PlatformBench& b) { (void)b.infer(random_input(network, 1), 0); }};
  sc_core::sc_start();
  EXPECT_TRUE(bench.script_ended());
  EXPECT_EQ(bench.platform.fault(), "");
}

/// Runs one inference in a damaged platform; returns the interrupt status and leaves the fault's text in `fault`.
std::uint32_t interrupt_after(const std::function<void(PlatformBench&)>& damage, std::string& fault) {
  const QuantizedNetwork network = testing::small_residual_network();
  std::uint32_t interrupts = 0;
  PlatformBench bench{"bench", network, one_point(network), PlatformConfig{}, [&](PlatformBench& b) {
                        b.set_up();
                        b.write_input(random_input(network, 1));
                        damage(b);
                        b.write_register(registers::kCtrl, registers::kCtrlStart);
                        b.wait_cycles(200'000);
                        interrupts = b.read_register(registers::kIrqStatus);
                        EXPECT_EQ(b.read_register(registers::kStatus) & registers::kStatusBusy, 0u);
                      }};
  sc_core::sc_start();
  EXPECT_TRUE(bench.script_ended());
  fault = bench.platform.fault();
  return interrupts;
}

TEST(CommandProcessor, OperatingPointThatDoesNotExistEndsWithTheErrorInterrupt) {
  std::string fault;
  EXPECT_EQ(interrupt_after([](PlatformBench& b) { b.write_register(registers::kOperatingPoint, 3); }, fault),
            registers::kIrqStatusError);
  EXPECT_EQ(fault, "operating point 3 of 1");
}

TEST(CommandProcessor, AddressWithoutMemoryEndsWithTheErrorInterrupt) {
  std::string fault;
  EXPECT_EQ(interrupt_after([](PlatformBench& b) { b.write_register(registers::kPointTableLo, 0x2000'0000); }, fault),
            registers::kIrqStatusError);
  EXPECT_THAT(fault, HasSubstr("TLM_ADDRESS_ERROR_RESPONSE"));
  EXPECT_THAT(fault, HasSubstr("0x20000000"));
}

TEST(CommandProcessor, AddressBeyondTheBusEndsWithTheErrorInterrupt) {
  std::string fault;
  EXPECT_EQ(interrupt_after([](PlatformBench& b) { b.write_register(registers::kDescriptorHi, 1); }, fault),
            registers::kIrqStatusError);
  EXPECT_THAT(fault, HasSubstr("no such address"));
}

TEST(CommandProcessor, DamagedDescriptorEndsWithTheErrorInterrupt) {
  std::string fault;
  EXPECT_EQ(interrupt_after([](PlatformBench& b) { b.flip(b.program().descriptor_address, 0xFF); }, fault),
            registers::kIrqStatusError);
  EXPECT_THAT(fault, HasSubstr("not a descriptor"));
}

TEST(CommandProcessor, DamagedPointTableEndsWithTheErrorInterrupt) {
  std::string fault;
  EXPECT_EQ(interrupt_after([](PlatformBench& b) { b.flip(b.program().point_table_address, 0x40); }, fault),
            registers::kIrqStatusError);
  EXPECT_THAT(fault, HasSubstr("point table"));
}

TEST(CommandProcessor, SelectorThatThePoolLacksEndsWithTheErrorInterrupt) {
  std::string fault;
  const auto damage = [](PlatformBench& b) {
    const std::uint8_t* record =
        b.program().image.data() + (b.program().point_table_address - kDramBase) + kPointHeaderBytes;
    b.flip(decode_point_record(record, 7).selector_address + 1, 0x10);
  };
  EXPECT_EQ(interrupt_after(damage, fault), registers::kIrqStatusError);
  EXPECT_EQ(fault, "layer 1: selector 16 of 3 selectables");
}

TEST(Audit, DamagedByteOfADescriptorThatStillRunsIsFoundAndNamesTheOperation) {
  std::string fault;
  // The third descriptor's tiles get one row more or less: halo rows are read more or less often than compiled.
  const auto damage = [](PlatformBench& b) {
    const Descriptor good = b.program().descriptors[2];
    Descriptor bad = good;
    bad.rows_per_tile = good.rows_per_tile == 12 ? 4 : 12;
    const DescriptorBytes from = encode(good);
    const DescriptorBytes to = encode(bad);
    for (std::uint32_t i = 0; i < from.size(); ++i)
      if (from[i] != to[i])
        b.flip(b.program().descriptor_address + 2 * static_cast<std::uint32_t>(kDescriptorBytes) + i,
               static_cast<std::uint8_t>(from[i] ^ to[i]));
  };
  EXPECT_EQ(interrupt_after(damage, fault), registers::kIrqStatusError);
  EXPECT_THAT(fault, AllOf(HasSubstr("audit of conv_2"), HasSubstr("bytes read from DRAM")));
}

}  // namespace
}  // namespace axvp
