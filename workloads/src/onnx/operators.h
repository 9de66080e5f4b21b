#pragma once

#include <onnx/onnx_pb.h>

#include <string>
#include <string_view>
#include <vector>

#include "attributes.h"
#include "network_builder.h"
#include "value.h"

namespace axvp::onnx_detail {

/// What an operator's import sees of its node. Errors that it returns give the reason alone; the caller puts operator
/// and node in front.
struct NodeContext {
  const onnx::NodeProto& node;
  int opset;
  std::string name;            ///< For the network's node.
  std::vector<Value*> inputs;  ///< Null: an optional input that is left out.
  Attributes attributes;
  NetworkBuilder& builder;
  bool is_output = false;  ///< Its first output is the graph's.

  [[nodiscard]] bool has_input(std::size_t index) const { return index < inputs.size() && inputs[index] != nullptr; }
  [[nodiscard]] const std::string& output_name() const { return node.output(0); }

  /// An input as the operator needs it, or what it is instead.
  [[nodiscard]] Result<Activation*> activation(std::size_t index) const;  ///< Computed; Slices, Pads still pending.
  [[nodiscard]] Result<Activation*> any_layout(std::size_t index) const;  ///< The same, or with the channels last.
  [[nodiscard]] Result<Activation*> settled(std::size_t index) const;     ///< Computed; nothing pending.
  [[nodiscard]] Result<Activation*> map(std::size_t index) const;  ///< Channels x height x width; padding pending.
  [[nodiscard]] Result<const Constant*> constant(std::size_t index, std::string_view what) const;
  [[nodiscard]] Result<const std::vector<float>*> weights(std::size_t index, std::string_view what) const;  ///< Finite.
  [[nodiscard]] Result<std::vector<std::int64_t>> integers(std::size_t index, std::string_view what) const;
};

using Import = Result<Value> (*)(NodeContext&);

/// The import of operator `type`, or null.
[[nodiscard]] Import find_operator(std::string_view type);
[[nodiscard]] std::vector<std::string> supported_operators();

Result<Value> import_add(NodeContext& context);
Result<Value> import_average_pool(NodeContext& context);
Result<Value> import_batch_normalization(NodeContext& context);
Result<Value> import_cast(NodeContext& context);
Result<Value> import_clip(NodeContext& context);
Result<Value> import_concat(NodeContext& context);
Result<Value> import_constant(NodeContext& context);
Result<Value> import_constant_of_shape(NodeContext& context);
Result<Value> import_conv(NodeContext& context);
Result<Value> import_dequantize_linear(NodeContext& context);
Result<Value> import_dropout(NodeContext& context);
Result<Value> import_flatten(NodeContext& context);
Result<Value> import_gather(NodeContext& context);
Result<Value> import_gemm(NodeContext& context);
Result<Value> import_global_average_pool(NodeContext& context);
Result<Value> import_global_max_pool(NodeContext& context);
Result<Value> import_identity(NodeContext& context);
Result<Value> import_matmul(NodeContext& context);
Result<Value> import_max_pool(NodeContext& context);
Result<Value> import_pad(NodeContext& context);
Result<Value> import_quantize_linear(NodeContext& context);
Result<Value> import_reduce_mean(NodeContext& context);
Result<Value> import_relu(NodeContext& context);
Result<Value> import_reshape(NodeContext& context);
Result<Value> import_shape(NodeContext& context);
Result<Value> import_slice(NodeContext& context);
Result<Value> import_softmax(NodeContext& context);
Result<Value> import_squeeze(NodeContext& context);
Result<Value> import_transpose(NodeContext& context);
Result<Value> import_unsqueeze(NodeContext& context);

/// Concat and Transpose of computed tensors.
Result<Value> concat_maps(NodeContext& context);
Result<Value> transpose_map(NodeContext& context);

/// Transposes' perm from channels last to channels first, and back.
inline const std::vector<std::int64_t> kToChannelsFirst{0, 3, 1, 2}, kToChannelsLast{0, 2, 3, 1};

/// The scales of weights (constant input `input`) that come from 8-bit codes, one an output; empty if they do not, or
/// if they cannot be kept, which a remark says. `output_axis` is that of the outputs.
[[nodiscard]] std::vector<double> given_weight_scales(NodeContext& context, std::size_t input, std::size_t output_axis);

/// An activation with the view {C, H, W} of its tensor.
[[nodiscard]] Activation whole_map(const NetworkBuilder& builder, TensorId tensor);

/// `axis` counted from the front, or an error if it is outside [-rank, rank).
[[nodiscard]] Result<std::size_t> normalise_axis(std::int64_t axis, std::size_t rank);

}  // namespace axvp::onnx_detail
