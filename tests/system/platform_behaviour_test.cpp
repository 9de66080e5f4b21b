#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <numeric>

#include "axvp/accel/array_model.h"
#include "axvp/accel/mapping.h"
#include "axvp/accel/memory_map.h"
#include "axvp/accel/timing.h"
#include "axvp/sc_models/platform.h"
#include "child_run.h"
#include "platform_bench.h"
#include "small_network.h"

namespace axvp {
namespace {

using ::testing::AllOf;
using testing::executor_logits;
using ::testing::HasSubstr;
using testing::make_point;
using testing::PlatformBench;
using testing::random_input;
using testing::run_in_child;

class PlatformBehaviour : public ::testing::Test {
 protected:
  PlatformBehaviour() {
    config_.dram.size_mb = 1;
    points_ = {make_point(network_, "exact", {"exact"}, 1), make_point(network_, "middle", {"coarse"}, 2),
               make_point(network_, "eco", {"shifted"}, 3)};
  }

  [[nodiscard]] PlatformInputs inputs(std::size_t images) const {
    PlatformInputs inputs;
    inputs.config = config_;
    inputs.pool = testing::small_pool();
    inputs.energy = testing::small_energy_table();
    inputs.program = *compile(network_, points_, inputs.pool, config_);
    for (std::size_t i = 0; i < images; ++i) inputs.inputs.push_back(random_input(network_, i));
    return inputs;
  }

  QuantizedNetwork network_ = testing::small_residual_network();
  std::vector<OperatingPoint> points_;
  PlatformConfig config_;
};

// ---- the data the array uses come from DRAM

TEST_F(PlatformBehaviour, FlippedWeightInDramChangesTheLogitsAsTheExecutors) {
  const StoredTensor input = random_input(network_, 1);
  constexpr std::size_t kLayer = 3;
  constexpr std::size_t kWeight = 100;
  QuantizedNetwork flipped = network_;
  auto& weight = std::get<QuantizedConvolution>(flipped.nodes[flipped.layers()[kLayer]].operation).weights[kWeight];
  weight = static_cast<std::int8_t>(weight ^ 0x20);
  PlatformBench bench{"bench", network_, points_, config_, [&](PlatformBench& b) {
                        const auto before = b.infer(input, 1);
                        b.flip(b.program().weight_addresses[kLayer] + kWeight, 0x20);
                        const auto after = b.infer(input, 1);
                        EXPECT_EQ(before, executor_logits(network_, points_[1], b.pool(), input));
                        EXPECT_EQ(after, executor_logits(flipped, points_[1], b.pool(), input));
                        EXPECT_NE(before, after);
                      }};
  sc_core::sc_start();
  EXPECT_TRUE(bench.script_ended());
}

TEST_F(PlatformBehaviour, FlippedActivationInDramChangesTheLogitsAsTheExecutors) {
  const StoredTensor input = random_input(network_, 1);
  constexpr std::size_t kByte = 200;
  StoredTensor flipped = input;
  flipped[kByte] ^= 0x44;
  PlatformBench bench{"bench", network_, points_, config_, [&](PlatformBench& b) {
                        b.set_up();
                        b.write_input(input);
                        b.flip(b.program().input.address + kByte, 0x44);
                        b.start(0);
                        EXPECT_TRUE(b.wait_for_interrupt());
                        const auto logits = b.logits();
                        EXPECT_EQ(logits, executor_logits(network_, points_[0], b.pool(), flipped));
                        EXPECT_NE(logits, executor_logits(network_, points_[0], b.pool(), input));
                      }};
  sc_core::sc_start();
  EXPECT_TRUE(bench.script_ended());
}

TEST_F(PlatformBehaviour, FlippedRequantisationInDramActsAtTheNextLoadOfThePoint) {
  const StoredTensor input = random_input(network_, 1);
  std::vector<OperatingPoint> flipped = points_;
  flipped[1].requantisation[2][0].bias ^= 1ll << 40;
  PlatformBench bench{
      "bench", network_, points_, config_, [&](PlatformBench& b) {
        const std::uint8_t* table = b.program().image.data() + (b.program().point_table_address - kDramBase);
        const auto header = decode_point_header(table);
        const auto record = decode_point_record(table + kPointHeaderBytes + header.record_bytes, header.layers);
        const auto before = b.infer(input, 1);
        b.flip(record.sets[2].address + 3 + 5, 0x01);  // bit 40 of channel 0's bias
        EXPECT_EQ(b.infer(input, 1), before) << "the parameter memory still holds the old set";
        (void)b.infer(input, 0);
        EXPECT_EQ(b.infer(input, 1), executor_logits(network_, flipped[1], b.pool(), input));
      }};
  sc_core::sc_start();
  EXPECT_TRUE(bench.script_ended());
}

// ---- sums and times

TEST_F(PlatformBehaviour, EnergyAndCyclesEqualTheSumsOfTheirPartsExactly) {
  PlatformInputs run = inputs(4);
  run.policy.kind = PolicyKind::Schedule;
  run.policy.schedule = {{0.0, 0}, {0.05, 2}, {0.2, 1}};
  const auto result = run_platform(run);
  ASSERT_TRUE(result) << result.error().message;
  EnergyBreakdown of_nodes;
  OwnedCycles cycles;
  for (const auto& point : result->nodes)
    for (const auto& node : point) {
      of_nodes += node.energy;
      cycles += node.cycles;
      EXPECT_EQ(node.counts[Event::ActiveCycle], node.cycles.total());
      EXPECT_EQ(node.counts.slots() + node.counts[Event::PeIdleCycle], 256 * node.cycles.total());
    }
  Energy of_inferences;
  Cycles inference_cycles = 0;
  for (const auto& inference : result->inferences) {
    of_inferences += inference.energy.total();
    inference_cycles += inference.cycles();
  }
  EXPECT_TRUE(of_nodes.total() == result->energy.total());
  EXPECT_TRUE(of_inferences == result->energy.total());
  EXPECT_EQ(inference_cycles, result->cycles.total());
  EXPECT_EQ(cycles.total(), result->cycles.total());
}

TEST_F(PlatformBehaviour, CountsOfAnOperationAreTheNetworks) {
  const auto run = inputs(3);
  const auto result = run_platform(run);
  ASSERT_TRUE(result) << result.error().message;
  for (std::size_t i = 0; i < run.program.nodes.size(); ++i) {
    const ProgramNode& expected = run.program.nodes[i];
    const NodeStatistics& node = result->nodes[0][i];
    EXPECT_EQ(node.inferences, 3u);
    EXPECT_EQ(node.counts.macs(), 3 * expected.macs) << expected.name;
    EXPECT_EQ(node.counts[Event::DramWrite], 3 * expected.output_bytes) << expected.name;
    EXPECT_EQ(node.counts.macs_executed[1], 0u) << "the point uses the first selectable only";
  }
}

TEST_F(PlatformBehaviour, ArrayTimeOfOneRunIsTheClosedForm) {
  config_.dram.bandwidth_bytes_per_cycle = 4096;
  const auto run = inputs(1);
  const auto result = run_platform(run);
  ASSERT_TRUE(result) << result.error().message;
  int checked = 0;
  for (std::size_t i = 0; i < run.program.nodes.size(); ++i) {
    const Descriptor& d = run.program.descriptors[i];
    if (d.opcode != Opcode::Convolution || run.program.nodes[i].runs != 1) continue;
    const auto positions = static_cast<std::uint64_t>(d.output.height) * static_cast<std::uint64_t>(d.output.width);
    const Cycles expected =
        ws_run_cycles(config_.array, fold_count(d, {0, d.output.channels}, config_.array), positions);
    EXPECT_EQ(result->nodes[0][i].cycles[CycleOwner::Array], expected) << run.program.nodes[i].name;
    ++checked;
  }
  EXPECT_GE(checked, 3);
}

TEST_F(PlatformBehaviour, ResultsAndCyclesDoNotDependOnTheQuantum) {
  std::vector<std::string> digests;
  for (const std::int64_t quantum_ns : {0, 1'000, 1'000'000}) {
    digests.push_back(run_in_child([&] {
      PlatformInputs run = inputs(5);
      run.config.simulation.quantum_ns = quantum_ns;
      run.policy.kind = PolicyKind::Schedule;
      run.policy.schedule = {{0.0, 0}, {0.1, 1}};
      const auto result = run_platform(run);
      if (!result) return result.error().message;
      std::string text = fmt::format("energy {}\n", result->energy.total().to_picojoules().value);
      for (const auto& inference : result->inferences)
        text += fmt::format("{} {} {} {}\n", inference.point, inference.begin, inference.end, inference.logits[0][0]);
      return text;
    }));
  }
  EXPECT_THAT(digests[0], HasSubstr("energy "));
  EXPECT_EQ(digests[0], digests[1]);
  EXPECT_EQ(digests[0], digests[2]);
}

TEST_F(PlatformBehaviour, LessBandwidthCostsCyclesThatWaitForMemory) {
  const auto cycles_at = [&](int bandwidth) {
    return std::stoull(run_in_child([&] {
      PlatformInputs run = inputs(1);  // compiled for the default bandwidth, so that the tiling stays
      run.config.dram.bandwidth_bytes_per_cycle = bandwidth;
      const auto result = run_platform(run);
      return result ? std::to_string(result->cycles.total()) : "0";
    }));
  };
  const auto fast = cycles_at(64);
  const auto slow = cycles_at(1);
  EXPECT_GT(fast, 0u);
  EXPECT_GT(slow, fast);
}

// ---- operating points

TEST_F(PlatformBehaviour, SwitchCostsTheBytesCyclesAndEnergyOfItsTables) {
  points_[1] = points_[0];
  points_[1].name = "one layer differs";
  points_[1].selectable_of_layer[3] = "shifted";
  points_[1].requantisation[3] = points_[2].requantisation[3];
  PlatformInputs run = inputs(2);
  run.policy.kind = PolicyKind::Schedule;
  run.policy.schedule = {{0.0, 0}, {0.001, 1}};
  const auto result = run_platform(run);
  ASSERT_TRUE(result) << result.error().message;
  ASSERT_EQ(result->switches.size(), 2u);
  const std::size_t layers = network_.layers().size();
  std::size_t channels = 0;
  for (std::size_t l = 0; l < layers; ++l) channels += static_cast<std::size_t>(network_.layer(l).output_channels);
  const Bytes tables = 16 + 8 + 12 * layers + layers;  // header, record, selectors
  const SwitchRecord& first = result->switches[0];
  EXPECT_FALSE(first.from);
  EXPECT_EQ(first.bytes, tables + 9 * channels);
  const SwitchRecord& second = result->switches[1];
  EXPECT_EQ(second.from, 0u);
  EXPECT_EQ(second.to, 1u);
  EXPECT_EQ(second.begin, result->inferences[1].begin);
  EXPECT_EQ(second.bytes, tables + 9 * static_cast<Bytes>(network_.layer(3).output_channels));
  EXPECT_EQ(first.cycles + second.cycles, result->cycles[CycleOwner::Switch]);
  EXPECT_TRUE(second.energy.dram == to_energy(Picojoules{40.0}) * second.bytes);
  EXPECT_TRUE(second.energy.parameter_memory > Energy{});
  EXPECT_THAT(second.reason, HasSubstr("scheduled"));
}

TEST_F(PlatformBehaviour, StayingAtAPointCostsNoSwitch) {
  const auto result = run_platform(inputs(4));
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->switches.size(), 1u);
}

/// Inferences until the controller first leaves point 0 under a falling budget, with MACs `factor` times as dear.
std::string inferences_at_point_0(PlatformInputs run, double factor) {
  run.energy = testing::small_energy_table(factor);
  run.policy.kind = PolicyKind::Budget;
  run.policy.window_ms = 0.2;
  for (int i = 0; i < 40; ++i) run.policy.budget.push_back({0.2 * i, 9.0 - 0.2 * i});
  const auto result = run_platform(run);
  if (!result) return result.error().message;
  const auto& all = result->inferences;
  const auto left = std::find_if(all.begin(), all.end(), [](const auto& i) { return i.point != 0; });
  if (left == all.end()) return "never";
  const bool later_are_cheaper =
      std::all_of(left, all.end(), [&](const auto& i) { return i.energy.multipliers < all[1].energy.multipliers; });
  return later_are_cheaper ? fmt::format("{:03}", left - all.begin()) : "dearer afterwards";
}

TEST_F(PlatformBehaviour, DearerEnergyTableSwitchesEarlierUnderTheSameBudget) {
  const PlatformInputs run = inputs(60);
  const std::string cheap = run_in_child([&] { return inferences_at_point_0(run, 1.0); });
  const std::string dear = run_in_child([&] { return inferences_at_point_0(run, 3.0); });
  ASSERT_EQ(cheap.size(), 3u) << cheap;
  ASSERT_EQ(dear.size(), 3u) << dear;
  EXPECT_LT(dear, cheap);
}

// ---- what is wrong with the input is said before time begins

TEST_F(PlatformBehaviour, WrongInputsAreNamed) {
  PlatformInputs run = inputs(1);
  run.inputs[0].pop_back();
  EXPECT_THAT(run_platform(run).error().message, HasSubstr("input 0 has 431 bytes, the network takes 432"));
  run = inputs(1);
  run.energy.rows.erase(run.energy.rows.begin() + 1);
  EXPECT_THAT(run_platform(run).error().message, HasSubstr("coarse"));
  run = inputs(1);
  run.energy.pes.clear();
  EXPECT_THAT(run_platform(run).error().message, HasSubstr("sm8"));
  run = inputs(1);
  run.policy.fixed_point = 3;
  EXPECT_THAT(run_platform(run).error().message, HasSubstr("3 operating points"));
  run = inputs(1);
  run.config.array.rows = -1;
  EXPECT_THAT(run_platform(run).error().message, HasSubstr("array.rows = -1"));
}

/// An array that waits for an event that nobody notifies.
class SilentArray final : public ArrayModel {
 public:
  std::string_view level() const override { return "silent"; }
  Dataflow dataflow() const override { return Dataflow::WeightStationary; }
  ChainCycles run(const std::vector<MatrixProduct>& /*chain*/) override {
    sc_core::wait(never_);
    return {};
  }

 private:
  sc_core::sc_event never_;
};

TEST_F(PlatformBehaviour, DeadlockEndsWithTheNamesOfWhoWaits) {
  PlatformInputs run = inputs(1);
  run.array = std::make_shared<SilentArray>();
  run.config.watchdog.no_progress_cycles = 10'000;
  const auto result = run_platform(run);
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message,
              AllOf(HasSubstr("watchdog: no progress for 10000 cycles"), HasSubstr("axvp.array waits for its model"),
                    HasSubstr("axvp.vector_unit waits for the array's results"),
                    HasSubstr("axvp.command_processor waits for an input buffer")));
}

// ---- phases

/// Everything that a phase's result says but the time of its begin.
std::string digest(const PlatformResult& result) {
  const Cycles begin = result.inferences.front().begin;
  std::string text;
  for (const auto& inference : result.inferences)
    text += fmt::format("{} {} {} {} {}\n", inference.point, inference.begin - begin, inference.end - begin,
                        inference.logits[0][0], inference.energy.total().to_picojoules().value);
  for (const auto& change : result.switches)
    text += fmt::format("{} {} {} {} {} {}\n", change.begin - begin, change.cycles, change.from.value_or(99), change.to,
                        change.bytes, change.reason);
  for (const auto& window : result.windows)
    text += fmt::format("{} {} {}\n", window.begin_ms, window.end_ms, window.window_uj);
  for (const auto& point : result.nodes)
    for (const auto& node : point)
      text += fmt::format("{} {} ", node.cycles.total(), node.energy.total().to_picojoules().value);
  return text + fmt::format("{}", fmt::join(result.counts.of, " "));
}

TEST_F(PlatformBehaviour, PhaseDoesNotDependOnWhatRanBeforeIt) {
  const PlatformInputs run = inputs(5);
  std::vector<PlatformPhase> phases;
  for (std::size_t p = 0; p < 3; ++p) {
    PolicyConfig fixed;
    fixed.fixed_point = p;
    phases.push_back({fixed, run.inputs});
  }
  PolicyConfig budget;
  budget.kind = PolicyKind::Budget;
  budget.window_ms = 0.2;
  budget.budget = {{0.0, 9.0}, {0.5, 5.0}};
  phases.push_back({budget, run.inputs});
  const auto digests_in_order = [&](std::vector<std::size_t> order) {
    return run_in_child([&] {
      std::vector<PlatformPhase> ordered;
      for (const std::size_t i : order) ordered.push_back(phases[i]);
      const auto results = run_platform(run, ordered);
      if (!results) return results.error().message;
      std::vector<std::string> digests(order.size());
      for (std::size_t i = 0; i < order.size(); ++i) digests[order[i]] = digest((*results)[i]);
      return fmt::format("{}", fmt::join(digests, "\n\n"));
    });
  };
  const std::string forward = digests_in_order({0, 1, 2, 3});
  EXPECT_THAT(forward, HasSubstr("first load"));
  EXPECT_EQ(forward, digests_in_order({3, 2, 0, 1}));
  EXPECT_EQ(forward, digests_in_order({1, 3, 2, 0}));
}

TEST_F(PlatformBehaviour, ProgramWhoseNumbersDoNotAddUpFailsTheAuditAndNamesTheOperation) {
  PlatformInputs run = inputs(1);
  run.program.nodes[4].macs += 1;
  const auto result = run_platform(run);
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message, AllOf(HasSubstr("audit of conv_4"), HasSubstr("multiplications")));
}

TEST_F(PlatformBehaviour, ProgressIsToldAfterEachInference) {
  PlatformInputs run = inputs(3);
  std::vector<std::size_t> seen;
  run.on_inference = [&](const InferenceRecord& inference) { seen.push_back(inference.index); };
  ASSERT_TRUE(run_platform(run));
  EXPECT_EQ(seen, (std::vector<std::size_t>{0, 1, 2}));
}

}  // namespace
}  // namespace axvp
