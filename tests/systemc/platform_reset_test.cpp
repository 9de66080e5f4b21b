#include <gtest/gtest.h>

#include "axvp/accel/register_map.h"
#include "platform_bench.h"

namespace axvp {
namespace {

using testing::executor_logits;
using testing::make_point;
using testing::PlatformBench;
using testing::random_input;

/// Cycles after the doorbell at which the reset comes: during the point's load, descriptor fetches, transfers, runs of
/// the array and the vector unit, write-backs, and after the end.
class PlatformReset : public ::testing::TestWithParam<int> {};

TEST_P(PlatformReset, InferenceAfterAResetIsBitIdentical) {
  const QuantizedNetwork network = testing::small_residual_network();
  const std::vector<OperatingPoint> points{make_point(network, "a", {"exact"}, 1),
                                           make_point(network, "b", {"coarse", "shifted"}, 2)};
  PlatformConfig config;
  config.dram.size_mb = 1;
  config.scratchpads.activation_kb = 4;  // several tiles a layer
  const StoredTensor first = random_input(network, 1);
  const StoredTensor second = random_input(network, 2);
  PlatformBench bench{"bench", network, points, config, [&](PlatformBench& b) {
                        b.set_up();
                        b.write_input(first);
                        b.start(0);
                        b.wait_cycles(static_cast<Cycles>(GetParam()));
                        b.write_register(registers::kCtrl, registers::kCtrlReset);
                        b.wait_cycles(1);
                        EXPECT_EQ(b.read_register(registers::kStatus), 0u);
                        EXPECT_EQ(b.read_register(registers::kLoadedPoint), 0xFFFFFFFFu);
                        EXPECT_FALSE(b.irq_in.read());
                        const auto logits = b.infer(second, 1);
                        EXPECT_EQ(b.read_register(registers::kStatus), 0u);
                        EXPECT_EQ(logits, executor_logits(network, points[1], b.pool(), second));
                        EXPECT_EQ(b.infer(first, 0), executor_logits(network, points[0], b.pool(), first));
                      }};
  sc_core::sc_start();
  EXPECT_TRUE(bench.script_ended());
  EXPECT_EQ(bench.platform.fault(), "");
}

INSTANTIATE_TEST_SUITE_P(AtCycle, PlatformReset,
                         ::testing::Values(0, 1, 7, 40, 60, 100, 150, 199, 230, 260, 300, 333, 400, 500, 700, 999, 1234,
                                           2000, 3001, 4567, 7777, 9999, 13001, 40000));

TEST(PlatformResetTest, AbortedInferenceLeavesNothingInTheRecord) {
  const QuantizedNetwork network = testing::small_residual_network();
  const std::vector<OperatingPoint> points{make_point(network, "a", {"exact"}, 1)};
  const StoredTensor input = random_input(network, 1);
  PlatformBench bench{"bench", network, points, PlatformConfig{}, [&](PlatformBench& b) {
                        (void)b.infer(input, 0);
                        const CommandProcessor& processor = b.platform.command_processor;
                        const Cycles whole = processor.inference_end() - processor.inference_begin();
                        const MonitorRecord first = b.platform.monitor.take_record();
                        b.set_up();
                        b.start(0);
                        b.wait_cycles(whole * 3 / 4);  // most operations are finished
                        b.write_register(registers::kCtrl, registers::kCtrlReset);
                        b.wait_cycles(1);
                        (void)b.infer(input, 0);
                        const MonitorRecord second = b.platform.monitor.take_record();
                        ASSERT_EQ(second.nodes[0].size(), first.nodes[0].size());
                        for (std::size_t n = 0; n < second.nodes[0].size(); ++n) {
                          EXPECT_EQ(second.nodes[0][n].inferences, 1u) << "operation " << n;
                          EXPECT_EQ(second.nodes[0][n].cycles.total(), first.nodes[0][n].cycles.total());
                          EXPECT_TRUE(second.nodes[0][n].counts == first.nodes[0][n].counts) << "operation " << n;
                        }
                        EXPECT_EQ(second.switches.size(), 1u);
                      }};
  sc_core::sc_start();
  EXPECT_TRUE(bench.script_ended());
}

TEST(PlatformResetTest, IdleAcceleratorCanBeReset) {
  const QuantizedNetwork network = testing::small_residual_network();
  const std::vector<OperatingPoint> points{make_point(network, "a", {"exact"}, 1)};
  const StoredTensor input = random_input(network, 1);
  PlatformBench bench{"bench", network, points, PlatformConfig{}, [&](PlatformBench& b) {
                        b.write_register(registers::kCtrl, registers::kCtrlReset);
                        b.wait_cycles(10);
                        EXPECT_EQ(b.infer(input, 0), executor_logits(network, points[0], b.pool(), input));
                        b.write_register(registers::kCtrl, registers::kCtrlReset);
                        b.wait_cycles(10);
                        EXPECT_EQ(b.infer(input, 0), executor_logits(network, points[0], b.pool(), input));
                      }};
  sc_core::sc_start();
  EXPECT_TRUE(bench.script_ended());
}

}  // namespace
}  // namespace axvp
