#include "network_builder.h"

#include <algorithm>
#include <cmath>

namespace axvp::onnx_detail {
namespace {

constexpr std::size_t kDropped = static_cast<std::size_t>(-1);

std::vector<std::size_t> count_consumers(const Network& network) {
  std::vector<std::size_t> consumers(network.tensors.size(), 0);
  for (const Node& node : network.nodes)
    for (const TensorId input : node.inputs) ++consumers[input];
  ++consumers[network.output];
  return consumers;
}

void join_affines(Network& network) {
  const std::vector<std::size_t> consumers = count_consumers(network);
  std::vector<std::size_t> producer(network.tensors.size(), kDropped);
  for (std::size_t i = 0; i < network.nodes.size(); ++i) {
    Node& node = network.nodes[i];
    producer[node.output] = i;
    auto* second = std::get_if<ChannelAffine>(&node.operation);
    if (second == nullptr || consumers[node.inputs[0]] != 1 || producer[node.inputs[0]] == kDropped) continue;
    const Node& before = network.nodes[producer[node.inputs[0]]];
    const auto* first = std::get_if<ChannelAffine>(&before.operation);
    if (first == nullptr) continue;
    *second = compose(*first, *second);
    node.inputs = before.inputs;  // the first one stays behind without a consumer
  }
}

void drop_unused(Network& network) {
  std::vector<bool> used(network.tensors.size(), false);
  used[network.input] = used[network.output] = true;
  std::vector<Node> nodes;
  for (std::size_t i = network.nodes.size(); i-- > 0;) {
    Node& node = network.nodes[i];
    if (!used[node.output]) continue;
    for (const TensorId input : node.inputs) used[input] = true;
    nodes.push_back(std::move(node));
  }
  std::reverse(nodes.begin(), nodes.end());
  network.nodes = std::move(nodes);

  std::vector<TensorId> renumbered(network.tensors.size(), kDropped);
  std::vector<Tensor> tensors;
  for (TensorId i = 0; i < network.tensors.size(); ++i) {
    if (!used[i]) continue;
    renumbered[i] = tensors.size();
    tensors.push_back(std::move(network.tensors[i]));
  }
  network.tensors = std::move(tensors);
  for (Node& node : network.nodes) {
    for (TensorId& input : node.inputs) input = renumbered[input];
    node.output = renumbered[node.output];
  }
  network.input = renumbered[network.input];
  network.output = renumbered[network.output];
}

}  // namespace

Result<Shape> checked_shape(std::int64_t channels, std::int64_t height, std::int64_t width) {
  const auto inside = [](std::int64_t value, std::int64_t limit) { return value >= 1 && value <= limit; };
  if (!inside(channels, kMaximumChannels) || !inside(height, kMaximumSide) || !inside(width, kMaximumSide) ||
      channels * height > kMaximumElements / width)
    return fail(
        "a tensor of {}x{}x{} is outside the supported range (channels 1 to {}, sides 1 to {}, at most {} "
        "elements)",
        channels, height, width, kMaximumChannels, kMaximumSide, kMaximumElements);
  return Shape{static_cast<int>(channels), static_cast<int>(height), static_cast<int>(width)};
}

TensorId NetworkBuilder::add_input(std::string name, const Shape& shape) {
  network_.tensors.push_back({std::move(name), shape});
  ranges_.emplace_back();
  return network_.tensors.size() - 1;
}

std::string NetworkBuilder::unique_name(const std::string& name) {
  if (names_.insert(name).second) return name;
  for (int number = 2;; ++number)
    if (const std::string numbered = fmt::format("{}_{}", name, number); names_.insert(numbered).second)
      return numbered;
}

Result<TensorId> NetworkBuilder::append(const std::string& node_name, Operation operation, std::vector<TensorId> inputs,
                                        std::string tensor_name) {
  std::vector<Shape> shapes;
  shapes.reserve(inputs.size());
  for (const TensorId input : inputs) shapes.push_back(shape_of(input));
  Node node{node_name, std::move(operation), std::move(inputs), network_.tensors.size()};
  const auto inferred = infer_shape(node, shapes);
  if (!inferred) return forward_error(inferred);
  const auto shape = checked_shape(inferred->channels, inferred->height, inferred->width);
  if (!shape) return forward_error(shape);
  node.name = unique_name(node_name);
  network_.tensors.push_back({std::move(tensor_name), *shape});
  ranges_.push_back(range_of(node));
  network_.nodes.push_back(std::move(node));
  return network_.nodes.back().output;
}

NetworkBuilder::Range NetworkBuilder::range_of(const Node& node) const {
  const Range in = ranges_[node.inputs[0]];
  if (const auto* clamp = std::get_if<Clamp>(&node.operation))
    return {std::clamp(in.low, clamp->low, clamp->high), std::clamp(in.high, clamp->low, clamp->high)};
  if (std::holds_alternative<MaxPool>(node.operation)) return in;
  if (std::holds_alternative<AveragePool>(node.operation) || std::holds_alternative<Resample>(node.operation))
    return {std::min(in.low, 0.0), std::max(in.high, 0.0)};  // with padding
  return {};
}

Result<TensorId> NetworkBuilder::quantised(TensorId tensor, const Coding& coding, const std::string& node_name,
                                           const std::string& tensor_name) {
  for (const Quantised& known : quantised_)
    if (known.source == tensor && known.coding == coding) return known.result;
  const auto value = [&](std::int64_t code) {
    return double{static_cast<float>(code - coding.zero_point) * coding.scale};  // as DequantizeLinear computes it
  };
  const Range held{value(coding.low()), value(coding.high())};
  TensorId result = tensor;
  if (tensor != network_.input && (ranges_[tensor].low < held.low || ranges_[tensor].high > held.high)) {
    const auto clamped = append(node_name, Clamp{held.low, held.high}, {tensor}, tensor_name);
    if (!clamped) return clamped;
    result = *clamped;
  }
  quantised_.push_back({tensor, coding, result});
  const GivenScale scale{coding.scale, static_cast<int>(coding.high())};
  std::optional<GivenScale>& given = network_.tensors[result].scale;
  if (coding.zero_point != 0)
    remark(fmt::format("{}: zero point {}; tensors are stored with zero point 0, so `{}` gets a scale of its own",
                       node_name, coding.zero_point, network_.tensors[result].name));
  else if (given && !(*given == scale))
    remark(fmt::format("{}: scale {}; `{}` has scale {} already", node_name, coding.scale,
                       network_.tensors[result].name, given->step));
  else
    given = scale;
  return result;
}

Result<void> NetworkBuilder::count_folded(const Constant& constant) {
  folded_ += static_cast<std::int64_t>(constant.size());
  if (folded_ > kMaximumFolded) return fail("the constants that nodes compute exceed {} elements", kMaximumFolded);
  return {};
}

Result<void> NetworkBuilder::settle_resample(Activation& activation) {
  if (!activation.resample) return {};
  const auto tensor = append(activation.resample->node_name, activation.resample->operation, {activation.tensor},
                             activation.resample->tensor_name);
  if (!tensor) return forward_error(tensor);
  activation.tensor = *tensor;
  activation.resample.reset();
  return {};
}

Result<void> NetworkBuilder::settle(Activation& activation) {
  if (activation.padding.any())
    return fail(
        "its input comes from a Pad of rows and columns, which is supported only in front of Conv and "
        "AveragePool");
  return settle_resample(activation);
}

Result<void> check_range(const Network& network) {
  const auto fits = [](double value) { return std::isfinite(static_cast<float>(value)); };
  const auto all_fit = [&](const auto& values) { return std::all_of(values.begin(), values.end(), fits); };
  for (const Node& node : network.nodes) {
    const auto* convolution = std::get_if<Convolution>(&node.operation);
    const auto* affine = std::get_if<ChannelAffine>(&node.operation);
    if ((convolution != nullptr && !all_fit(convolution->weights)) ||
        (affine != nullptr && !(all_fit(affine->scale) && all_fit(affine->offset))))
      return fail("`{}`: its weights, scales or offsets are beyond float32", node.name);
  }
  return {};
}

void simplify(Network& network) {
  join_affines(network);
  drop_unused(network);
}

}  // namespace axvp::onnx_detail
