#include <algorithm>
#include <cmath>

#include "axvp/common/random.h"
#include "axvp/training/architecture.h"
#include "axvp/workloads/network_file.h"

namespace axvp {
namespace {

/// Nodes from the network's output back to the convolution that makes it.
std::vector<std::size_t> nodes_of_head(const Network& network) {
  std::vector<std::size_t> head;
  TensorId tensor = network.output;
  while (head.empty() || !std::holds_alternative<Convolution>(network.nodes[head.back()].operation)) {
    const auto producer = std::find_if(network.nodes.begin(), network.nodes.end(),
                                       [&](const Node& node) { return node.output == tensor; });
    head.push_back(static_cast<std::size_t>(producer - network.nodes.begin()));
    tensor = producer->inputs[0];
  }
  return head;
}

void start_afresh(Network& network, std::uint64_t seed) {
  Random random{seed};
  for (const std::size_t index : nodes_of_head(network)) {
    Operation& operation = network.nodes[index].operation;
    if (auto* convolution = std::get_if<Convolution>(&operation)) {
      const auto inputs = convolution->weights.size() / static_cast<std::size_t>(convolution->output_channels);
      const double bound = 1.0 / std::sqrt(static_cast<double>(inputs));
      for (float& weight : convolution->weights) weight = static_cast<float>(random.uniform(-bound, bound));
    } else if (auto* affine = std::get_if<ChannelAffine>(&operation)) {
      std::fill(affine->scale.begin(), affine->scale.end(), 1.0);
      std::fill(affine->offset.begin(), affine->offset.end(), 0.0);
    }
  }
}

/// Torch pads pools alike on both sides.
Result<void> check_pools(const Network& network) {
  const auto even = [](const Window& w) { return w.pad_top == w.pad_bottom && w.pad_left == w.pad_right; };
  for (const Node& node : network.nodes) {
    const auto* average = std::get_if<AveragePool>(&node.operation);
    const auto* maximum = std::get_if<MaxPool>(&node.operation);
    if ((average != nullptr && !even(average->window)) || (maximum != nullptr && !even(maximum->window)))
      return fail("{}: `{}`: a pool with unequal pads cannot be trained", network.name, node.name);
  }
  return {};
}

}  // namespace

Result<Architecture> continue_network(const Network& network, int classes, bool new_head, std::uint64_t seed) {
  if (const auto checked = check_pools(network); !checked) return forward_error(checked);
  const int outputs = network.tensors[network.output].shape.channels;
  if (!new_head && outputs != classes)
    return fail("{}: {} outputs for {} classes; `new_head = true` gives it new ones", network.name, outputs, classes);
  if (classes < 2) return fail("{}: {} classes, at least 2 expected", network.name, classes);
  if (!new_head) return Architecture{network, {}};
  std::vector<int> rows;
  for (int c = 0; c < classes; ++c) rows.push_back(c % outputs);
  auto resized = select_outputs(network, rows);
  if (!resized) return forward_error(resized);
  start_afresh(*resized, seed);
  return Architecture{std::move(*resized), {}};
}

}  // namespace axvp
