#include "fusion.h"

#include <algorithm>
#include <cmath>

#include "axvp/common/result.h"

namespace axvp::detail {
namespace {

constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

/// First entry that is not a finite number, if any.
template <class Number>
std::optional<std::size_t> first_not_finite(const std::vector<Number>& numbers) {
  const auto bad = std::find_if(numbers.begin(), numbers.end(), [](Number n) { return !std::isfinite(n); });
  if (bad == numbers.end()) return std::nullopt;
  return static_cast<std::size_t>(bad - numbers.begin());
}

Result<void> check_numbers(const Node& node) {
  if (const auto* convolution = std::get_if<Convolution>(&node.operation)) {
    if (const auto i = first_not_finite(convolution->weights))
      return fail("{}: weight {} is {}, expected a finite number", node.name, *i, convolution->weights[*i]);
  } else if (const auto* affine = std::get_if<ChannelAffine>(&node.operation)) {
    if (const auto i = first_not_finite(affine->scale))
      return fail("{}: the scale of channel {} is {}, expected a finite number", node.name, *i, affine->scale[*i]);
    if (const auto i = first_not_finite(affine->offset))
      return fail("{}: the offset of channel {} is {}, expected a finite number", node.name, *i, affine->offset[*i]);
  } else if (const auto* clamp = std::get_if<Clamp>(&node.operation)) {
    if (!(clamp->low <= clamp->high))
      return fail("{}: clamps to [{}, {}], expected low <= high", node.name, clamp->low, clamp->high);
  }
  return {};
}

/// ONNX's average without padding divides by the elements inside the map; the vector unit has one divisor a layer.
Result<void> check_pool(const Node& node, const AveragePool& pool, const Shape& in, const Shape& out) {
  if (pool.count_padding) return {};
  const auto uneven = [](int size, int outputs, int kernel, int stride, int dilation, int pad) {
    const auto outside = [&](int position) { return position < 0 || position >= size; };
    return outside(-pad) || outside((outputs - 1) * stride - pad + (kernel - 1) * dilation);
  };
  const Window& w = pool.window;
  if (uneven(in.height, out.height, w.kernel_height, w.stride_height, w.dilation_height, w.pad_top) ||
      uneven(in.width, out.width, w.kernel_width, w.stride_width, w.dilation_width, w.pad_left))
    return fail("{}: an average pool whose windows hold different numbers of elements (padding not counted)",
                node.name);
  return {};
}

class Fuser {
 public:
  explicit Fuser(const Network& network) : network_(network), consumers_(network.tensors.size()) {
    for (std::size_t n = 0; n < network.nodes.size(); ++n)
      for (const TensorId input : network.nodes[n].inputs) consumers_[input].push_back(n);
    fused_of_.assign(network.tensors.size(), kNone);
    absorbed_.assign(network.nodes.size(), false);
  }

  Result<FusedNetwork> run() {
    fused_.input = add_tensor(network_.input, input_type(), std::nullopt);
    for (std::size_t n = 0; n < network_.nodes.size(); ++n)
      if (!absorbed_[n])
        if (const auto added = add_node(n); !added) return forward_error(added);
    if (const auto done = mark_output(); !done) return forward_error(done);
    return std::move(fused_);
  }

 private:
  ElementType input_type() const {
    const Preprocessing& p = network_.preprocessing;
    const bool non_negative = std::all_of(p.mean.begin(), p.mean.end(), [](double mean) { return mean <= 0.0; });
    return non_negative ? ElementType::Unsigned8 : ElementType::Signed8;
  }

  TensorId add_tensor(TensorId source, ElementType type, std::optional<TensorId> scale_of) {
    fused_of_[source] = fused_.tensors.size();
    fused_.tensors.push_back({source, network_.tensors[source].name, network_.tensors[source].shape, type, scale_of});
    return fused_of_[source];
  }

  /// The node that alone reads `tensor`, if that is a `T` and the tensor is not the network's output.
  template <class T>
  const T* sole_reader(TensorId tensor) const {
    if (tensor == network_.output || consumers_[tensor].size() != 1) return nullptr;
    return std::get_if<T>(&network_.nodes[consumers_[tensor].front()].operation);
  }

  /// Takes the node that alone reads `tensor` into the fused node; returns its output.
  Result<TensorId> absorb_reader(TensorId tensor) {
    const std::size_t reader = consumers_[tensor].front();
    if (const auto checked = check_numbers(network_.nodes[reader]); !checked) return forward_error(checked);
    absorbed_[reader] = true;
    return network_.nodes[reader].output;
  }

  Result<TensorId> absorb_affines(FusedNode& node, TensorId tensor) {
    const auto channels = static_cast<std::size_t>(network_.tensors[tensor].shape.channels);
    node.affine = {std::vector<double>(channels, 1.0), std::vector<double>(channels, 0.0)};
    while (const auto* affine = sole_reader<ChannelAffine>(tensor)) {
      const auto next = absorb_reader(tensor);
      if (!next) return forward_error(next);
      node.affine = compose(node.affine, *affine);
      tensor = *next;
    }
    return tensor;
  }

  Result<TensorId> absorb_clamps(FusedNode& node, TensorId tensor) {
    while (const auto* clamp = sole_reader<Clamp>(tensor)) {
      const auto next = absorb_reader(tensor);
      if (!next) return forward_error(next);
      node.clamp.low = std::clamp(node.clamp.low, clamp->low, clamp->high);
      node.clamp.high = std::clamp(node.clamp.high, clamp->low, clamp->high);
      tensor = *next;
    }
    return tensor;
  }

  Result<void> add_node(std::size_t index) {
    const Node& source = network_.nodes[index];
    if (const auto checked = check_numbers(source); !checked) return forward_error(checked);
    if (std::holds_alternative<ChannelAffine>(source.operation))
      return fail("{}: a scale and offset per channel must directly follow a convolution that nothing else reads",
                  source.name);
    if (std::holds_alternative<Clamp>(source.operation))
      return fail(
          "{}: a Relu or Clip must directly follow a convolution, addition or average pool that nothing else "
          "reads",
          source.name);
    FusedNode node;
    node.source = index;
    node.name = source.name;
    for (const TensorId input : source.inputs) node.inputs.push_back(fused_of_[input]);
    TensorId tensor = source.output;
    if (std::holds_alternative<Convolution>(source.operation)) {
      const auto end = absorb_affines(node, tensor);
      if (!end) return forward_error(end);
      tensor = *end;
    } else if (const auto* pool = std::get_if<AveragePool>(&source.operation)) {
      const Shape& in = network_.tensors[source.inputs[0]].shape;
      if (const auto even = check_pool(source, *pool, in, network_.tensors[tensor].shape); !even)
        return forward_error(even);
    }
    node.linear = tensor;
    const bool keeps_codes =
        std::holds_alternative<MaxPool>(source.operation) || std::holds_alternative<Resample>(source.operation);
    if (!keeps_codes) {
      const auto end = absorb_clamps(node, tensor);
      if (!end) return forward_error(end);
      tensor = *end;
    }
    node.output =
        add_tensor(tensor, type_of(source, node), keeps_codes ? std::optional<TensorId>{node.inputs[0]} : std::nullopt);
    fused_.nodes.push_back(std::move(node));
    return {};
  }

  ElementType type_of(const Node& source, const FusedNode& node) const {
    if (node.clamp.low >= 0.0) return ElementType::Unsigned8;
    if (std::holds_alternative<Convolution>(source.operation)) return ElementType::Signed8;
    const bool non_negative = std::all_of(node.inputs.begin(), node.inputs.end(), [&](TensorId input) {
      return fused_.tensors[input].type == ElementType::Unsigned8;
    });
    return non_negative ? ElementType::Unsigned8 : ElementType::Signed8;
  }

  Result<void> mark_output() {
    const TensorId output = fused_of_[network_.output];
    const auto producer = std::find_if(fused_.nodes.begin(), fused_.nodes.end(),
                                       [&](const FusedNode& node) { return node.output == output; });
    if (producer == fused_.nodes.end() || !consumers_[network_.output].empty() ||
        !std::holds_alternative<Convolution>(network_.nodes[producer->source].operation))
      return fail("{}: the output `{}` must come from a convolution or Gemm and must not be read by another node",
                  network_.name, network_.tensors[network_.output].name);
    fused_.output = output;
    fused_.tensors[output].type = ElementType::Signed32;
    return {};
  }

  const Network& network_;
  std::vector<std::vector<std::size_t>> consumers_;  ///< Nodes that read each tensor.
  std::vector<TensorId> fused_of_;                   ///< kNone for tensors that are not stored.
  std::vector<bool> absorbed_;
  FusedNetwork fused_;
};

}  // namespace

Result<FusedNetwork> fuse(const Network& network) {
  return Fuser{network}.run();
}

}  // namespace axvp::detail
