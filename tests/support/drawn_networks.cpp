#include "drawn_networks.h"

#include <algorithm>
#include <cmath>

#include "small_network.h"

namespace axvp::testing {
namespace {

// Root mean squares of the drawn weights (uniform, an eighth 0) and of activations, in codes.
constexpr double kWeightRms = 69.0;
constexpr double kActivationRms = 45.0;
constexpr double kLogitRms = 4000.0;

OperatingPoint spread_keeping_point(const QuantizedNetwork& network) {
  OperatingPoint point;
  point.name = "drawn";
  for (const std::size_t n : network.layers()) {
    const QuantizedNode& node = network.nodes[n];
    const auto& convolution = std::get<QuantizedConvolution>(node.operation);
    const int fan_in = convolution.fan_in(network.tensors[node.inputs[0]].shape);
    const bool logits = network.tensors[node.output].type == ElementType::Signed32;
    const double target = logits ? kLogitRms : 1.4 * kActivationRms;  // half of them are cut off at 0
    const double scale = target / (kWeightRms * kActivationRms * std::sqrt(fan_in));
    point.selectable_of_layer.emplace_back("drawn");
    point.requantisation.emplace_back(static_cast<std::size_t>(convolution.output_channels),
                                      make_requantisation(scale, 0.0));
  }
  return point;
}

DrawnNetwork with_point(QuantizedNetwork network, const std::string& name) {
  network.name = name;
  OperatingPoint point = spread_keeping_point(network);
  return {std::move(network), std::move(point)};
}

TensorId inverted_residual(NetworkBuilder& builder, TensorId in, int& inputs, int outputs, int expansion, int stride) {
  const int hidden = inputs * expansion;
  TensorId t = expansion == 1 ? in : builder.convolution(in, hidden, square_window(1, 1, 0));
  t = builder.convolution(t, hidden, square_window(3, stride, 1), hidden);
  t = builder.convolution(t, outputs, square_window(1, 1, 0), 1, ElementType::Signed8);
  const bool adds = stride == 1 && inputs == outputs;
  inputs = outputs;
  return adds ? builder.add(in, t) : t;
}

}  // namespace

DrawnNetwork drawn_resnet(int blocks, std::uint64_t seed) {
  NetworkBuilder builder{seed};
  TensorId t = builder.convolution(builder.input({3, 32, 32}, ElementType::Signed8), 16, square_window(3, 1, 1));
  for (int stage = 0; stage < 3; ++stage)
    for (int block = 0; block < blocks; ++block) {
      const int channels = 16 << stage;
      const bool shrinks = stage > 0 && block == 0;
      const TensorId shortcut = shrinks ? builder.resample(t, {0, 0, 2, 2, channels / 4, channels / 4}) : t;
      const TensorId first = builder.convolution(t, channels, square_window(3, shrinks ? 2 : 1, 1));
      t = builder.add(builder.convolution(first, channels, square_window(3, 1, 1), 1, ElementType::Signed8), shortcut);
    }
  return with_point(builder.classifier(builder.average_pool(t, square_window(8, 8, 0)), 10), "drawn ResNet");
}

DrawnNetwork drawn_mobilenet_v2(int side, std::uint64_t seed) {
  struct Stage {
    int expansion, channels, repeats, stride;
  };
  NetworkBuilder builder{seed};
  TensorId t = builder.convolution(builder.input({3, side, side}, ElementType::Signed8), 32, square_window(3, 2, 1));
  int channels = 32;
  for (const Stage& stage :
       {Stage{1, 16, 1, 1}, {6, 24, 2, 2}, {6, 32, 3, 2}, {6, 64, 4, 2}, {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}})
    for (int i = 0; i < stage.repeats; ++i)
      t = inverted_residual(builder, t, channels, stage.channels, stage.expansion, i == 0 ? stage.stride : 1);
  t = builder.convolution(t, 1280, square_window(1, 1, 0));
  return with_point(builder.classifier(builder.average_pool(t, square_window(side / 32, side / 32, 0)), 1000),
                    "drawn MobileNetV2");
}

std::vector<StoredTensor> drawn_inputs(const QuantizedNetwork& network, std::size_t count, std::uint64_t seed) {
  std::vector<StoredTensor> inputs(count);
  const QuantizedTensor& tensor = network.tensors[network.input];
  const ClampRange range = full_range(tensor.type, network.encoding);
  for (std::size_t i = 0; i < count; ++i) {
    Random random{derive_seed(seed, i)};
    inputs[i].resize(tensor.shape.size());
    for (auto& byte : inputs[i])
      byte = static_cast<std::uint8_t>(
          clamp_to(static_cast<std::int64_t>(std::lround(kActivationRms * random.normal())), range));
  }
  return inputs;
}

}  // namespace axvp::testing
