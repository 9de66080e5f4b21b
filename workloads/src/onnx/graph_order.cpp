#include "graph_order.h"

#include <algorithm>
#include <queue>
#include <set>
#include <unordered_map>

#include "axvp/common/text.h"

namespace axvp::onnx_detail {
namespace {

constexpr int kGiven = -1;  // an initialiser or graph input
using Producers = std::unordered_map<std::string, int>;

Result<Producers> find_producers(const onnx::GraphProto& graph) {
  Producers producers;
  for (const auto& input : graph.input()) producers[input.name()] = kGiven;
  std::set<std::string> initialisers;
  for (const auto& initialiser : graph.initializer()) {
    if (!initialisers.insert(initialiser.name()).second) return fail("two initialisers `{}`", initialiser.name());
    producers[initialiser.name()] = kGiven;
  }
  for (int i = 0; i < graph.node_size(); ++i)
    for (const std::string& output : graph.node(i).output())
      if (!output.empty() && !producers.emplace(output, i).second)
        return fail("{}: value `{}` is provided twice", describe(graph, i), output);
  return producers;
}

Result<void> check_provided(const onnx::GraphProto& graph, const Producers& producers) {
  for (int i = 0; i < graph.node_size(); ++i)
    for (const std::string& input : graph.node(i).input())
      if (!input.empty() && producers.count(input) == 0)
        return fail("{}: needs `{}`, which no node, initialiser or graph input provides", describe(graph, i), input);
  for (const auto& output : graph.output())
    if (producers.count(output.name()) == 0)
      return fail("graph output `{}`: no node, initialiser or graph input provides it", output.name());
  return {};
}

std::vector<bool> find_live(const onnx::GraphProto& graph, const Producers& producers) {
  std::vector<bool> live(static_cast<std::size_t>(graph.node_size()), false);
  std::vector<int> pending;
  const auto visit = [&](const std::string& value) {
    if (value.empty()) return;
    const int node = producers.at(value);
    if (node == kGiven || live[static_cast<std::size_t>(node)]) return;
    live[static_cast<std::size_t>(node)] = true;
    pending.push_back(node);
  };
  for (const auto& output : graph.output()) visit(output.name());
  while (!pending.empty()) {
    const int node = pending.back();
    pending.pop_back();
    for (const std::string& input : graph.node(node).input()) visit(input);
  }
  return live;
}

/// Kahn's algorithm; the smallest index that is ready goes first.
std::vector<int> sort_nodes(const onnx::GraphProto& graph, const Producers& producers) {
  const auto count = static_cast<std::size_t>(graph.node_size());
  std::vector<int> missing(count, 0);
  std::vector<std::vector<int>> consumers(count);
  for (int i = 0; i < graph.node_size(); ++i)
    for (const std::string& input : graph.node(i).input()) {
      if (input.empty() || producers.at(input) == kGiven) continue;
      consumers[static_cast<std::size_t>(producers.at(input))].push_back(i);
      ++missing[static_cast<std::size_t>(i)];
    }
  std::priority_queue<int, std::vector<int>, std::greater<>> ready;
  for (int i = 0; i < graph.node_size(); ++i)
    if (missing[static_cast<std::size_t>(i)] == 0) ready.push(i);
  std::vector<int> order;
  order.reserve(count);
  while (!ready.empty()) {
    const int node = ready.top();
    ready.pop();
    order.push_back(node);
    for (const int consumer : consumers[static_cast<std::size_t>(node)])
      if (--missing[static_cast<std::size_t>(consumer)] == 0) ready.push(consumer);
  }
  return order;
}

std::string list_unsorted(const onnx::GraphProto& graph, std::vector<int> sorted) {
  constexpr std::size_t kShown = 4;
  std::sort(sorted.begin(), sorted.end());
  std::vector<std::string> names;
  for (int i = 0; i < graph.node_size() && names.size() < kShown; ++i)
    if (!std::binary_search(sorted.begin(), sorted.end(), i)) names.push_back(describe(graph, i));
  return join(names, ", ");
}

}  // namespace

std::string describe(const onnx::GraphProto& graph, int node) {
  const onnx::NodeProto& proto = graph.node(node);
  return proto.name().empty() ? fmt::format("{} (node {})", proto.op_type(), node)
                              : fmt::format("{} `{}`", proto.op_type(), proto.name());
}

Result<std::vector<int>> execution_order(const onnx::GraphProto& graph) {
  const auto producers = find_producers(graph);
  if (!producers) return forward_error(producers);
  const auto provided = check_provided(graph, *producers);
  if (!provided) return forward_error(provided);
  std::vector<int> order = sort_nodes(graph, *producers);
  if (order.size() != static_cast<std::size_t>(graph.node_size()))
    return fail("the graph is cyclic: {} wait for each other's outputs", list_unsorted(graph, order));
  const std::vector<bool> live = find_live(graph, *producers);
  order.erase(std::remove_if(order.begin(), order.end(), [&](int i) { return !live[static_cast<std::size_t>(i)]; }),
              order.end());
  return order;
}

}  // namespace axvp::onnx_detail
