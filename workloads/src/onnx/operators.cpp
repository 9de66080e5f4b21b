#include "operators.h"

#include <array>
#include <cmath>
#include <utility>

namespace axvp::onnx_detail {
namespace {

// Sorted by name; docs/onnx.md says how each is represented.
constexpr std::array<std::pair<std::string_view, Import>, 30> kOperators{{
    {"Add", import_add},
    {"AveragePool", import_average_pool},
    {"BatchNormalization", import_batch_normalization},
    {"Cast", import_cast},
    {"Clip", import_clip},
    {"Concat", import_concat},
    {"Constant", import_constant},
    {"ConstantOfShape", import_constant_of_shape},
    {"Conv", import_conv},
    {"DequantizeLinear", import_dequantize_linear},
    {"Dropout", import_dropout},
    {"Flatten", import_flatten},
    {"Gather", import_gather},
    {"Gemm", import_gemm},
    {"GlobalAveragePool", import_global_average_pool},
    {"GlobalMaxPool", import_global_max_pool},
    {"Identity", import_identity},
    {"MatMul", import_matmul},
    {"MaxPool", import_max_pool},
    {"Pad", import_pad},
    {"QuantizeLinear", import_quantize_linear},
    {"ReduceMean", import_reduce_mean},
    {"Relu", import_relu},
    {"Reshape", import_reshape},
    {"Shape", import_shape},
    {"Slice", import_slice},
    {"Softmax", import_softmax},
    {"Squeeze", import_squeeze},
    {"Transpose", import_transpose},
    {"Unsqueeze", import_unsqueeze},
}};

}  // namespace

Import find_operator(std::string_view type) {
  for (const auto& [name, import] : kOperators)
    if (name == type) return import;
  return nullptr;
}

std::vector<std::string> supported_operators() {
  std::vector<std::string> names;
  for (const auto& entry : kOperators) names.emplace_back(entry.first);
  return names;
}

Result<Activation*> NodeContext::activation(std::size_t index) const {
  const auto value = any_layout(index);
  if (value && (*value)->channels_last)
    return fail("input `{}` has its channels last; a Transpose to channels first is needed in front",
                node.input(static_cast<int>(index)));
  return value;
}

Result<Activation*> NodeContext::any_layout(std::size_t index) const {
  if (!has_input(index)) return fail("input {} is missing", index);
  auto* value = std::get_if<Activation>(inputs[index]);
  if (value == nullptr)
    return fail("input `{}` is a constant; a tensor computed from the network's input is needed here",
                node.input(static_cast<int>(index)));
  if (value->coding)
    return fail("input `{}` is quantised; only a DequantizeLinear takes it", node.input(static_cast<int>(index)));
  return value;
}

Result<Activation*> NodeContext::settled(std::size_t index) const {
  const auto value = activation(index);
  if (!value) return value;
  const auto done = builder.settle(**value);
  if (!done) return forward_error(done);
  return value;
}

Result<Activation*> NodeContext::map(std::size_t index) const {
  const auto value = activation(index);
  if (!value) return value;
  if ((*value)->dims.size() != 3)
    return fail("input `{}` has rank {}, expected 4 (batch, channels, height, width)",
                node.input(static_cast<int>(index)), (*value)->dims.size() + 1);
  const auto done = builder.settle_resample(**value);
  if (!done) return forward_error(done);
  return value;
}

Result<const Constant*> NodeContext::constant(std::size_t index, std::string_view what) const {
  if (!has_input(index)) return fail("input {} ({}) is missing", index, what);
  const auto* value = std::get_if<Constant>(inputs[index]);
  if (value == nullptr)
    return fail("{} `{}` is computed in the graph; it must be a constant", what, node.input(static_cast<int>(index)));
  return value;
}

Result<const std::vector<float>*> NodeContext::weights(std::size_t index, std::string_view what) const {
  const auto value = constant(index, what);
  if (!value) return forward_error(value);
  const std::vector<float>* floats = (*value)->floats();
  const std::string& input = node.input(static_cast<int>(index));
  if (floats == nullptr) return fail("{} `{}` is not float32", what, input);
  for (std::size_t i = 0; i < floats->size(); ++i)
    if (!std::isfinite((*floats)[i])) return fail("{} `{}` holds {} at element {}", what, input, (*floats)[i], i);
  return floats;
}

Result<std::vector<std::int64_t>> NodeContext::integers(std::size_t index, std::string_view what) const {
  const auto value = constant(index, what);
  if (!value) return forward_error(value);
  const std::vector<std::int64_t>* values = (*value)->integers();
  if (values == nullptr) return fail("{} `{}` is not of integers", what, node.input(static_cast<int>(index)));
  return *values;
}

Activation whole_map(const NetworkBuilder& builder, TensorId tensor) {
  const Shape& shape = builder.shape_of(tensor);
  return Activation{tensor, {shape.channels, shape.height, shape.width}, std::nullopt, {}, false};
}

Result<std::size_t> normalise_axis(std::int64_t axis, std::size_t rank) {
  const auto signed_rank = static_cast<std::int64_t>(rank);
  if (axis < -signed_rank || axis >= signed_rank) return fail("axis {} is outside rank {}", axis, rank);
  return static_cast<std::size_t>(axis < 0 ? axis + signed_rank : axis);
}

}  // namespace axvp::onnx_detail
