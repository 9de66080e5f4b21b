// The platform with its array at level lt and at level cycle: equal logits, counts and cycles by owner of every
// operation, also where memory is what limits.

#include <gtest/gtest.h>

#include <sstream>

#include "axvp/accel/lowered_run.h"
#include "axvp/sc_models/platform.h"
#include "child_run.h"
#include "small_network.h"

namespace axvp {
namespace {

using testing::make_point;
using testing::run_in_child;

struct Case {
  const char* name;
  int rows, columns;
  int activation_kb, weight_kb, accumulator_kb;
  int bandwidth_bytes_per_cycle;
  DepthwiseMapping depthwise = DepthwiseMapping::Naive;
  Dataflow dataflow = Dataflow::WeightStationary;
  int batch = 1;
};

void PrintTo(const Case& c, std::ostream* stream) {
  *stream << c.name;
}

PlatformInputs make_inputs(const Case& c, const QuantizedNetwork& network) {
  PlatformInputs inputs;
  inputs.pool = testing::small_pool();
  inputs.energy = testing::small_energy_table();
  inputs.config.array = {c.rows, c.columns, c.depthwise, c.dataflow};
  inputs.config.scratchpads = {c.activation_kb, c.weight_kb, c.accumulator_kb, 16};
  inputs.config.batch = c.batch;
  inputs.config.dram.size_mb = 1;
  inputs.config.dram.bandwidth_bytes_per_cycle = c.bandwidth_bytes_per_cycle;
  const std::vector<OperatingPoint> points{make_point(network, "mixed", {"coarse", "shifted", "exact"}, 2)};
  inputs.program = compile(network, points, inputs.pool, inputs.config).value();
  for (int i = 0; i < 2 * c.batch; ++i)
    inputs.inputs.push_back(testing::random_input(network, static_cast<std::uint64_t>(i)));
  return inputs;
}

/// Everything that must not depend on the level, as text.
std::string digest(const PlatformInputs& inputs) {
  const auto result = run_platform(inputs);
  if (!result) return result.error().message;
  std::ostringstream text;
  for (const InferenceRecord& inference : result->inferences) {
    text << inference.begin << " to " << inference.end << ":";
    for (const auto& logits : inference.logits)
      for (const std::int32_t logit : logits) text << " " << logit;
    text << "\n";
  }
  for (std::size_t n = 0; n < result->nodes[0].size(); ++n) {
    const NodeStatistics& node = result->nodes[0][n];
    text << inputs.program.nodes[n].name << ": array " << node.array_cycles << ", by owner";
    for (const Cycles cycles : node.cycles.of) text << " " << cycles;
    text << ", MACs " << node.counts.macs() << "\n";
  }
  return text.str();
}

class PlatformLevels : public ::testing::TestWithParam<Case> {};

TEST_P(PlatformLevels, GiveTheSameCyclesAndLogits) {
  const QuantizedNetwork network = testing::small_residual_network();
  PlatformInputs inputs = make_inputs(GetParam(), network);
  const std::string lt = run_in_child([&] { return digest(inputs); });
  // There are no registers of an input-stationary array: level analytic, cycles of the lowered products' folds.
  const ArrayConfig& array = inputs.config.array;
  inputs.array = array.dataflow == Dataflow::InputStationary
                     ? make_analytic_array(array.dataflow, array, inputs.pool.encoding, inputs.pool.tables)
                     : make_cycle_array(array.dataflow, array, inputs.pool.encoding, inputs.pool.tables);
  inputs.lanes = make_cycle_lanes(inputs.config.array.lanes(), inputs.pool.encoding, inputs.pool.tables);
  const std::string cycle = run_in_child([&] { return digest(inputs); });
  EXPECT_EQ(cycle, lt);
  for (std::size_t n = 0; n < inputs.program.nodes.size(); ++n) {
    if (!inputs.program.nodes[n].layer) continue;
    const Cycles closed = layer_array_cycles(inputs.program.descriptors[n], inputs.config.array);
    EXPECT_NE(lt.find(inputs.program.nodes[n].name + ": array " + std::to_string(2 * closed) + ","), std::string::npos)
        << inputs.program.nodes[n].name << ", closed form of two inferences " << 2 * closed << "\n"
        << lt;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Cases, PlatformLevels,
    ::testing::Values(
        Case{"OneByteACycle", 16, 16, 256, 128, 128, 1}, Case{"EightBytesACycle", 16, 16, 256, 128, 128, 8},
        Case{"AllBytesAtOnce", 16, 16, 256, 128, 128, 4096}, Case{"SmallTilesOneByteACycle", 7, 5, 4, 3, 1, 1},
        Case{"SmallTilesEightBytesACycle", 7, 5, 4, 3, 1, 8}, Case{"SmallTilesAllBytesAtOnce", 7, 5, 4, 3, 1, 4096},
        Case{"Diagonal", 16, 16, 256, 128, 128, 8, DepthwiseMapping::Diagonal},
        Case{"DiagonalSmallTiles", 7, 5, 4, 3, 1, 8, DepthwiseMapping::Diagonal},
        Case{"OutputStationaryOneByteACycle", 16, 16, 256, 128, 128, 1, DepthwiseMapping::Naive,
             Dataflow::OutputStationary},
        Case{"OutputStationaryEightBytesACycle", 16, 16, 256, 128, 128, 8, DepthwiseMapping::Naive,
             Dataflow::OutputStationary},
        Case{"OutputStationarySmallTiles", 7, 5, 4, 3, 1, 8, DepthwiseMapping::Naive, Dataflow::OutputStationary},
        Case{"Lanes", 16, 16, 256, 128, 128, 8, DepthwiseMapping::Vector},
        Case{"LanesSmallTiles", 7, 5, 4, 3, 1, 1, DepthwiseMapping::Vector},
        Case{"LanesBesideOutputStationary", 5, 3, 4, 3, 1, 8, DepthwiseMapping::Auto, Dataflow::OutputStationary},
        Case{"InputStationary", 16, 16, 256, 128, 128, 8, DepthwiseMapping::Naive, Dataflow::InputStationary},
        Case{"InputStationarySmallTiles", 7, 5, 4, 3, 1, 1, DepthwiseMapping::Diagonal, Dataflow::InputStationary},
        Case{"OutputStationarySmallTilesAllBytesAtOnce", 32, 3, 4, 3, 1, 4096, DepthwiseMapping::Diagonal,
             Dataflow::OutputStationary},
        Case{"BatchOfFour", 16, 16, 256, 128, 128, 8, DepthwiseMapping::Naive, Dataflow::WeightStationary, 4},
        Case{"BatchOfThreeSmallTiles", 7, 5, 4, 3, 2, 1, DepthwiseMapping::Diagonal, Dataflow::WeightStationary, 3},
        Case{"BatchOfFiveOutputStationary", 16, 16, 32, 16, 16, 8, DepthwiseMapping::Naive, Dataflow::OutputStationary,
             5},
        Case{"BatchOfFourLanes", 16, 16, 32, 128, 8, 8, DepthwiseMapping::Vector, Dataflow::WeightStationary, 4},
        Case{"BatchOfThreeInputStationary", 7, 5, 16, 3, 4, 8, DepthwiseMapping::Naive, Dataflow::InputStationary, 3}),
    [](const auto& instance) { return instance.param.name; });

/// The model, with one byte of one run's activations broken on purpose.
class BrokenArray final : public ArrayModel {
 public:
  BrokenArray(std::unique_ptr<ArrayModel> model, int broken_run) : model_(std::move(model)), broken_run_(broken_run) {}
  std::string_view level() const override { return "cycle"; }
  Dataflow dataflow() const override { return model_->dataflow(); }
  ChainCycles run(const std::vector<MatrixProduct>& chain) override {
    if (run_++ != broken_run_) return model_->run(chain);
    std::vector<MatrixProduct> products = chain;
    std::vector<std::uint8_t> activations(
        products[0].activations, products[0].activations + std::int64_t{products[0].positions} * products[0].depth);
    activations[activations.size() / 2] ^= 0x01;
    products[0].activations = activations.data();
    return model_->run(products);
  }

 private:
  std::unique_ptr<ArrayModel> model_;
  int broken_run_, run_ = 0;
};

TEST(PlatformLockstep, IsSilentWhileLevelsAgree) {
  PlatformInputs inputs = make_inputs({"", 7, 5, 4, 3, 1, 8}, testing::small_residual_network());
  inputs.lockstep =
      make_cycle_array(inputs.config.array.dataflow, inputs.config.array, inputs.pool.encoding, inputs.pool.tables);
  EXPECT_TRUE(run_platform(inputs));
}

TEST(PlatformLockstep, OneBrokenByteFailsTheAuditOfItsLayer) {
  PlatformInputs inputs = make_inputs({"", 16, 16, 256, 128, 128, 8}, testing::small_residual_network());
  inputs.lockstep = std::make_shared<BrokenArray>(
      make_cycle_array(inputs.config.array.dataflow, inputs.config.array, inputs.pool.encoding, inputs.pool.tables), 1);
  ASSERT_GT(inputs.program.nodes[0].runs, 1u);  // tiles of the first layer
  const auto result = run_platform(inputs);
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("audit of " + inputs.program.nodes[0].name + ": tile 1, channels 0 to "),
            std::string::npos)
      << result.error().message;
  EXPECT_NE(result.error().message.find("at level cycle, "), std::string::npos) << result.error().message;
}

}  // namespace
}  // namespace axvp
