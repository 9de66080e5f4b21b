#include "architecture_builder.h"

#include <cmath>
#include <utility>

namespace axvp {

ArchitectureBuilder::ArchitectureBuilder(std::string name, const Shape& input, std::uint64_t seed) : random_(seed) {
  architecture_.network.name = std::move(name);
  architecture_.network.tensors.push_back({"input", input});
}

TensorId ArchitectureBuilder::convolution(const std::string& name, TensorId from, int channels, int kernel, int stride,
                                          int groups) {
  Convolution convolution;
  Window& window = convolution.window;
  window.kernel_height = window.kernel_width = kernel;
  window.stride_height = window.stride_width = stride;
  window.pad_top = window.pad_left = window.pad_bottom = window.pad_right = kernel / 2;
  convolution.output_channels = channels;
  convolution.groups = groups;
  convolution.weights.resize(static_cast<std::size_t>(channels * (shape(from).channels / groups) * kernel * kernel));
  const double deviation = std::sqrt(2.0 / (channels / groups * kernel * kernel));
  for (float& weight : convolution.weights) weight = static_cast<float>(deviation * random_.normal());
  return append(name, convolution, {from});
}

TensorId ArchitectureBuilder::batch_norm(const std::string& name, TensorId from) {
  architecture_.batch_norms.insert(architecture_.network.nodes.size());
  return append(name, identity(from), {from});
}

TensorId ArchitectureBuilder::clamp(const std::string& name, TensorId from, double high) {
  return append(name, Clamp{0.0, high}, {from});
}

TensorId ArchitectureBuilder::add(const std::string& name, TensorId a, TensorId b) {
  return append(name, Add{}, {a, b});
}

TensorId ArchitectureBuilder::resample(const std::string& name, TensorId from, const Resample& resample) {
  return append(name, resample, {from});
}

TensorId ArchitectureBuilder::global_average(const std::string& name, TensorId from) {
  AveragePool pool;
  pool.window.kernel_height = shape(from).height;
  pool.window.kernel_width = shape(from).width;
  return append(name, pool, {from});
}

TensorId ArchitectureBuilder::linear(const std::string& name, TensorId from, int outputs) {
  Convolution convolution;
  convolution.output_channels = outputs;
  convolution.weights.resize(static_cast<std::size_t>(outputs * shape(from).channels));
  const double bound = 1.0 / std::sqrt(shape(from).channels);
  for (float& weight : convolution.weights) weight = static_cast<float>(random_.uniform(-bound, bound));
  const TensorId product = append(name, convolution, {from});
  return append(name + ".bias", identity(product), {product});
}

Architecture ArchitectureBuilder::finish(TensorId output) {
  architecture_.network.output = output;
  architecture_.network.tensors[output].name = "logits";
  return std::move(architecture_);
}

ChannelAffine ArchitectureBuilder::identity(TensorId from) const {
  const auto channels = static_cast<std::size_t>(shape(from).channels);
  return {std::vector<double>(channels, 1.0), std::vector<double>(channels, 0.0)};
}

TensorId ArchitectureBuilder::append(const std::string& name, Operation operation, std::vector<TensorId> inputs) {
  Network& network = architecture_.network;
  std::vector<Shape> shapes;
  for (const TensorId id : inputs) shapes.push_back(network.tensors[id].shape);
  Node node{name, std::move(operation), std::move(inputs), network.tensors.size()};
  const Shape shape = infer_shape(node, shapes).value();  // ours, so it fits
  network.tensors.push_back({name, shape});
  network.nodes.push_back(std::move(node));
  return network.nodes.back().output;
}

}  // namespace axvp
