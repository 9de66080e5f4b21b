#include "axvp/explore/network_shapes.h"

#include "axvp/common/random.h"

namespace axvp {

std::uint64_t ExploredNetwork::macs() const {
  std::uint64_t sum = 0;
  for (const auto& operation : operations) sum += macs_of(operation.descriptor);
  return sum;
}

Result<QuantizedNetwork> network_of_shapes(const ExploredNetwork& shapes, Encoding encoding, std::uint64_t seed) {
  constexpr double kAnyScale = 0.02;
  Random random{seed};
  QuantizedNetwork network;
  network.name = shapes.name;
  network.encoding = encoding;
  for (const auto& operation : shapes.operations) {
    const Descriptor& d = operation.descriptor;
    if (d.opcode != Opcode::Convolution)
      return fail("{}: {} is no convolution: only those can be run without values", shapes.name, operation.name);
    const bool is_last = &operation == &shapes.operations.back();
    QuantizedConvolution convolution;
    convolution.window = d.window;
    convolution.groups = d.groups;
    convolution.output_channels = d.output.channels;
    const auto type = is_last ? ElementType::Signed32 : d.output_type;
    convolution.range = full_range(type, network.encoding);
    convolution.weights.resize(static_cast<std::size_t>(d.output.channels) * static_cast<std::size_t>(fan_in(d)));
    for (auto& weight : convolution.weights) weight = static_cast<std::int8_t>(random.between(-127, 127));
    convolution.weight_scales.assign(static_cast<std::size_t>(d.output.channels), kAnyScale);
    const TensorId input = network.tensors.size();
    network.tensors.push_back({operation.name + " in", d.input, d.input_type, kAnyScale});
    network.tensors.push_back({operation.name + " out", d.output, type, kAnyScale});
    network.nodes.push_back({operation.name, std::move(convolution), {input}, input + 1});
    network.output = input + 1;
  }
  return network;
}

}  // namespace axvp
