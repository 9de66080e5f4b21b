#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "axvp/accel/program.h"
#include "axvp/common/random.h"
#include "axvp/power/energy_table.h"
#include "axvp/workloads/int8_executor.h"
#include "axvp/workloads/quantized_network.h"

namespace axvp::testing {

/// Builds int8 networks by hand, with random weights, for tests that need no training data.
class NetworkBuilder {
 public:
  explicit NetworkBuilder(std::uint64_t seed) : random_(seed) {}

  TensorId input(const Shape& shape, ElementType type);
  /// About one weight in eight is 0. `type` Unsigned8 stands for a Relu.
  TensorId convolution(TensorId in, int output_channels, const Window& window, int groups = 1,
                       ElementType type = ElementType::Unsigned8);
  TensorId add(TensorId a, TensorId b);
  TensorId average_pool(TensorId in, const Window& window);
  TensorId max_pool(TensorId in, const Window& window);
  TensorId resample(TensorId in, const Resample& resample);
  /// 1x1 convolution to int32 logits; ends the network.
  QuantizedNetwork classifier(TensorId in, int classes);

 private:
  TensorId add_node(const std::string& kind, QuantizedOperation operation, std::vector<TensorId> inputs, Shape shape,
                    ElementType type);

  Random random_;
  QuantizedNetwork network_;
};

[[nodiscard]] Window square_window(int kernel, int stride, int pad);

/// Every operation of the platform on a 3 x 12 x 12 image: convolutions with padding, stride 2, groups and depthwise,
/// residual sums with a resampled shortcut, both pools, a classifier.
[[nodiscard]] QuantizedNetwork small_residual_network(std::uint64_t seed = 1);

/// ResNet-20 for 3 x 32 x 32 images, shortcuts resampled and padded with zero channels.
[[nodiscard]] QuantizedNetwork resnet20_shaped_network(std::uint64_t seed = 1);

/// Three multipliers: exact, one that drops low product bits, one whose raw table is not 0 for a zero operand.
[[nodiscard]] SelectablePool small_pool();

/// A point whose layers use `selectables` in turn; requantisation drawn from `seed`, some channels dead or negative.
[[nodiscard]] OperatingPoint make_point(const QuantizedNetwork& network, const std::string& name,
                                        const std::vector<std::string>& selectables, std::uint64_t seed);

/// Bytes that the network's input can hold, a third of them 0.
[[nodiscard]] StoredTensor random_input(const QuantizedNetwork& network, std::uint64_t seed);

/// A table with round prices for small_pool(): 3, 2 and 1 pJ per MAC times `factor`.
[[nodiscard]] EnergyTable small_energy_table(double factor = 1.0);

/// Logits of the plain executor.
[[nodiscard]] std::vector<std::int32_t> executor_logits(const QuantizedNetwork& network, const OperatingPoint& point,
                                                        const SelectablePool& pool, const StoredTensor& input);

}  // namespace axvp::testing
