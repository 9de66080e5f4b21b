// Energies of sampled operands against those of a layer's full stream, on the embedded network and images.
#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "axvp/accel/mapping.h"
#include "axvp/accel/memory_map.h"
#include "axvp/accel/operand_trace.h"
#include "axvp/common/random.h"
#include "axvp/multipliers/catalogue.h"
#include "axvp/power/operand_pricer.h"
#include "axvp/workloads/int8_executor.h"
#include "axvp/workloads/onnx_import.h"
#include "axvp/workloads/quantise.h"
#include "axvp/workloads/synth10.h"
#include "project_folders.h"

namespace axvp {
namespace {

/// Every family, exact to coarse.
constexpr std::array kSelectables{"dadda-exact",   "dadda_trunc-k5c",    "dadda_trunc-k8c",    "dadda_or-v7c",
                                  "dadda_perf-w2", "gated_dadda-468/m0", "gated_dadda-468/m3", "mitchell"};

struct Layer {
  std::string name;
  Descriptor descriptor;
  std::vector<std::int8_t> weights;
  StoredTensor input;
};

template <class T>
T checked(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(*result);
}

std::vector<Selectable> selectables() {
  std::vector<Selectable> found;
  for (const char* id : kSelectables)
    if (auto selectable = Catalogue::built_in().find(id); selectable) found.push_back(std::move(*selectable));
  return found;
}

Descriptor descriptor_of(const Window& window, int groups, const Shape& input, int output_channels) {
  Descriptor d;
  d.window = window;
  d.groups = groups;
  d.input = input;
  d.output = {output_channels, window.output_height(input.height), window.output_width(input.width)};
  d.input_address = d.output_address = d.weight_address = kDramBase;
  return checked(plan_tiling(d, "layer", PlatformConfig{}));
}

/// The first layer, the one with the most channels, and a depthwise one over the feature maps of the second layer:
/// the embedded network has none, so its weights are drawn (normal, as trained ones nearly are).
std::vector<Layer> layers() {
  const auto network =
      checked(import_onnx(std::filesystem::path{AXVP_SOURCE_DIR} / "workloads" / "networks" / "resnet8_synth10.onnx"));
  const Quantisation q =
      checked(quantise(network, synth10(Synth10Split::Train, 32), {Encoding::SignMagnitude, 99.99, 32}));
  const auto indices = q.network.layers();
  const auto exact = checked(Catalogue::built_in().find("dadda-exact"));
  const OperatingPoint point{"exact", std::vector<std::string>(indices.size(), exact.id), q.exact_requantisation};
  const auto executor =
      checked(Int8Executor::create(q.network, point, std::vector<TruthTable>(indices.size(), exact.table)));
  const auto tensors = executor.run_all(quantise_image(q.network, synth10_image(Synth10Split::Test, 0)));
  std::size_t widest = 0;
  for (std::size_t l = 0; l < indices.size(); ++l)
    if (q.network.layer(l).weights.size() > q.network.layer(widest).weights.size()) widest = l;
  std::vector<Layer> result;
  for (const std::size_t l : {std::size_t{0}, widest}) {
    const auto& node = q.network.nodes[indices[l]];
    const auto& convolution = q.network.layer(l);
    const auto& input = q.network.tensors[node.inputs[0]];
    Layer layer{l == 0 ? "first" : "widest",
                descriptor_of(convolution.window, convolution.groups, input.shape, convolution.output_channels),
                convolution.weights, tensors[node.inputs[0]]};
    layer.descriptor.input_type = input.type;
    result.push_back(std::move(layer));
  }
  const TensorId maps = q.network.nodes[indices[1]].inputs[0];
  const Shape& shape = q.network.tensors[maps].shape;
  Window window = q.network.layer(1).window;
  window.stride_height = window.stride_width = 1;
  Layer depthwise{"depthwise", descriptor_of(window, shape.channels, shape, shape.channels), {}, tensors[maps]};
  Random random{7};
  constexpr double kWeightDeviation = 40.0;
  for (int i = 0; i < shape.channels * fan_in(depthwise.descriptor); ++i)
    depthwise.weights.push_back(
        static_cast<std::int8_t>(std::max(-127.0, std::min(127.0, std::round(kWeightDeviation * random.normal())))));
  result.push_back(std::move(depthwise));
  return result;
}

struct Deviation {
  std::string where;
  double relative = 0.0;
  double claimed = 0.0;  ///< Standard error as a fraction.
};

std::vector<Deviation> deviations(std::size_t count) {
  const ArrayConfig array;
  std::vector<PricingTask> tasks;
  std::vector<std::string> names;
  const auto all_layers = layers();
  for (const auto& layer : all_layers)
    for (const Dataflow dataflow : {Dataflow::WeightStationary, Dataflow::OutputStationary, Dataflow::InputStationary})
      for (const std::size_t wanted : {count, std::size_t{1} << 30}) {
        const LayerOperands operands{
            layer.descriptor, Encoding::SignMagnitude, layer.weights.data(), {layer.input.data()}};
        auto trace = sample_operands(operands, dataflow, array, wanted, 1);
        const bool is_sample = trace.is_sample();
        EXPECT_EQ(is_sample, wanted == count) << "the stream has to be longer than the sample";
        tasks.push_back({Encoding::SignMagnitude, std::move(trace.transitions), is_sample, selectables()});
        names.push_back(fmt::format("{}, {}", layer.name, to_string(dataflow)));
      }
  CharacteriseOptions options;
  options.root = AXVP_SOURCE_DIR;
  options.synthesis.cache = std::filesystem::path{AXVP_BINARY_DIR} / "synthesis_cache";
  const auto synthesiser = checked(Synthesiser::create(options.synthesis));
  const auto energies = checked(price_operands(tasks, synthesiser, options));
  std::vector<Deviation> result;
  for (std::size_t t = 0; t < tasks.size(); t += 2)
    for (std::size_t s = 0; s < tasks[t].selectables.size(); ++s) {
      const Picojoules sampled = energies[t][s].timed.total(), full = energies[t + 1][s].timed.total();
      result.push_back({fmt::format("{}, {}", names[t], tasks[t].selectables[s].id), sampled / full - 1.0,
                        energies[t][s].standard_error / sampled});
    }
  return result;
}

void expect_within(std::size_t count, double bound) {
  const auto all = deviations(count);
  std::size_t inside = 0;
  double squares = 0.0, claimed = 0.0;
  for (const auto& d : all) {
    inside += std::abs(d.relative) <= bound ? 1 : 0;
    squares += d.relative * d.relative;
    claimed += d.claimed * d.claimed;
    if (std::abs(d.relative) > bound) std::printf("%s: %+.2f %%\n", d.where.c_str(), 100 * d.relative);
  }
  const auto cases = static_cast<double>(all.size());
  std::printf("%zu pairs: %zu of %zu within %.1f %%, root mean square %.2f %%, standard error claimed %.2f %%\n", count,
              inside, all.size(), 100 * bound, 100 * std::sqrt(squares / cases), 100 * std::sqrt(claimed / cases));
  EXPECT_GE(static_cast<double>(inside), 0.95 * cases);
  // The printed standard error is neither optimistic nor useless.
  EXPECT_LT(std::sqrt(squares), 1.5 * std::sqrt(claimed));
}

TEST(OperandSampling, FourThousandPairsAreWithinOneAndAHalfPercentOfTheFullStream) {
  expect_within(4096, 0.015);
}

TEST(OperandSampling, SixteenThousandPairsAreWithinOnePercentOfTheFullStream) {
  expect_within(16384, 0.01);
}

}  // namespace
}  // namespace axvp
