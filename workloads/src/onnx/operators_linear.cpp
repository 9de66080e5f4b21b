// Conv, Gemm, MatMul, BatchNormalization and Add: what carries weights.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "operators.h"
#include "window.h"

namespace axvp::onnx_detail {
namespace {

ChannelAffine bias_affine(const std::vector<float>& bias) {
  return {std::vector<double>(bias.size(), 1.0), std::vector<double>(bias.begin(), bias.end())};
}

/// Appends the convolution and, where there is one, its bias.
Result<TensorId> append_convolution(NodeContext& context, Convolution convolution, TensorId input,
                                    const std::vector<float>& bias) {
  const std::string& output = context.output_name();
  const auto product = context.builder.append(context.name, std::move(convolution), {input},
                                              bias.empty() ? output : output + ".unbiased");
  if (!product || bias.empty()) return product;
  return context.builder.append(context.name + ".bias", bias_affine(bias), {*product}, output);
}

/// Weights of a matrix product, [output][feature of the tensor].
struct Matrix {
  std::vector<float> values;
  std::int64_t columns = 0;      ///< Outputs.
  std::vector<double> scales{};  ///< Of Convolution::weight_scales.
};

/// A matrix product of a flattened activation.
Result<Value> append_matrix_product(NodeContext& context, const Activation& input, Matrix matrix,
                                    const std::vector<float>& bias) {
  const Shape& shape = context.builder.shape_of(input.tensor);
  const std::int64_t columns = matrix.columns;
  Convolution convolution;
  convolution.window.kernel_height = shape.height;
  convolution.window.kernel_width = shape.width;
  convolution.output_channels = static_cast<int>(matrix.columns);
  convolution.weights = std::move(matrix.values);
  convolution.weight_scales = std::move(matrix.scales);
  const auto tensor = append_convolution(context, std::move(convolution), input.tensor, bias);
  if (!tensor) return forward_error(tensor);
  return Activation{*tensor, {columns}, std::nullopt, {}, false};
}

Result<Activation*> vector_input(NodeContext& context) {
  const auto input = context.any_layout(0);
  if (!input) return input;
  if (const auto done = context.builder.settle(**input); !done) return forward_error(done);
  if ((*input)->dims.size() != 1)
    return fail("its input has rank {}; it needs a Flatten in front (batch, features)", (*input)->dims.size() + 1);
  return input;
}

/// Where each feature of the flattened view stands in the tensor.
std::vector<std::size_t> feature_order(const Shape& shape, bool channels_last) {
  std::vector<std::size_t> order(shape.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (!channels_last) return order;
  const std::size_t channels = static_cast<std::size_t>(shape.channels), plane = shape.size() / channels;
  for (std::size_t f = 0; f < order.size(); ++f) order[f] = f % channels * plane + f / channels;
  return order;
}

/// The matrix input, or an error if it does not fit the input.
Result<Matrix> read_matrix(NodeContext& context, const Activation& input, bool transposed, float factor) {
  const std::int64_t features = input.dims[0];
  const auto weights = context.weights(1, "weight");
  if (!weights) return forward_error(weights);
  const Dims& dims = std::get<Constant>(*context.inputs[1]).dims;
  if (dims.size() != 2) return fail("weight has shape {}, expected a matrix", to_text(dims));
  const std::int64_t rows = dims[transposed ? 1 : 0];
  const std::int64_t columns = dims[transposed ? 0 : 1];
  if (rows != features) return fail("weight has {} rows for {} features", rows, features);
  if (columns < 1 || columns > kMaximumChannels)
    return fail("{} outputs are outside 1 to {}", columns, kMaximumChannels);
  Matrix matrix{std::vector<float>((*weights)->size()), columns};
  const auto row_count = static_cast<std::size_t>(rows);
  const auto column_count = static_cast<std::size_t>(columns);
  const auto order = feature_order(context.builder.shape_of(input.tensor), input.channels_last);
  for (std::size_t o = 0; o < column_count; ++o)
    for (std::size_t f = 0; f < row_count; ++f)
      matrix.values[o * row_count + order[f]] =
          factor * (**weights)[transposed ? o * row_count + f : f * column_count + o];
  matrix.scales = given_weight_scales(context, 1, transposed ? 0 : 1);
  for (double& scale : matrix.scales) scale *= std::abs(factor);
  const auto is_float = [](double scale) { return std::isnormal(static_cast<float>(scale)); };
  if (!std::all_of(matrix.scales.begin(), matrix.scales.end(), is_float)) matrix.scales.clear();
  return matrix;
}

/// The third input of Gemm as one value an output.
Result<std::vector<float>> read_gemm_bias(NodeContext& context, std::int64_t columns, float factor) {
  if (!context.has_input(2) || factor == 0.0F) return std::vector<float>{};
  const auto bias = context.weights(2, "bias");
  if (!bias) return forward_error(bias);
  const Dims& dims = std::get<Constant>(*context.inputs[2]).dims;
  const bool one_row = dims.size() < 2 || (dims.size() == 2 && dims[0] == 1);
  const auto count = static_cast<std::int64_t>((*bias)->size());
  if (!one_row || (count != 1 && count != columns))
    return fail("bias has shape {}, expected {} values or one", to_text(dims), columns);
  std::vector<float> values(static_cast<std::size_t>(columns));
  for (std::size_t o = 0; o < values.size(); ++o) values[o] = factor * (**bias)[count == 1 ? 0 : o];
  return values;
}

Result<std::vector<float>> read_channel_values(NodeContext& context, std::size_t index, std::string_view what,
                                               int channels) {
  const auto values = context.weights(index, what);
  if (!values) return forward_error(values);
  if ((*values)->size() != static_cast<std::size_t>(channels) ||
      std::get<Constant>(*context.inputs[index]).dims.size() != 1)
    return fail("{} has shape {}, expected {}", what, to_text(std::get<Constant>(*context.inputs[index]).dims),
                channels);
  return **values;
}

/// Whether ONNX's channel axis is the tensor's: a flattened map has its features there instead.
Result<void> check_channel_axis(const NodeContext& context, const Activation& input) {
  const Shape& shape = context.builder.shape_of(input.tensor);
  if (input.dims.size() == 1 && shape.height * shape.width != 1)
    return fail("it works on single features of a flattened {}x{}x{} map; supported are whole channels", shape.channels,
                shape.height, shape.width);
  return {};
}

/// Adds a constant with one value, or one a channel.
Result<Value> add_constant(NodeContext& context, std::size_t activation, std::size_t constant) {
  const auto input = context.settled(activation);
  if (!input) return forward_error(input);
  const auto values = context.weights(constant, "addend");
  if (!values) return forward_error(values);
  const auto axis = check_channel_axis(context, **input);
  if (!axis) return forward_error(axis);
  const int channels = context.builder.shape_of((*input)->tensor).channels;
  const std::size_t rank = (*input)->dims.size() + 1;
  Dims dims = std::get<Constant>(*context.inputs[constant]).dims;
  if (dims.size() < rank) dims.insert(dims.begin(), rank - dims.size(), 1);  // broadcasting aligns at the back
  const std::size_t size = (*values)->size();
  const bool one = size == 1 && dims.size() == rank;
  const bool one_a_channel = size == static_cast<std::size_t>(channels) && dims.size() == rank && dims[1] == channels;
  if (!one && !one_a_channel)
    return fail("addend has shape {}; supported are one value and one value a channel ({})",
                to_text(std::get<Constant>(*context.inputs[constant]).dims), channels);
  std::vector<float> bias(static_cast<std::size_t>(channels));
  for (std::size_t c = 0; c < bias.size(); ++c) bias[c] = (**values)[one ? 0 : c];
  const Dims view = (*input)->dims;
  const auto tensor =
      context.builder.append(context.name, bias_affine(bias), {(*input)->tensor}, context.output_name());
  if (!tensor) return forward_error(tensor);
  return Activation{*tensor, view, std::nullopt, {}, false};
}

}  // namespace

Result<Value> import_conv(NodeContext& context) {
  const auto input = context.map(0);
  if (!input) return forward_error(input);
  const auto weights = context.weights(1, "weight");
  if (!weights) return forward_error(weights);
  const Dims& dims = std::get<Constant>(*context.inputs[1]).dims;
  if (dims.size() != 4)
    return fail("weight has shape {}, expected rank 4 (outputs, inputs / group, rows, columns)", to_text(dims));
  const Shape shape = context.builder.shape_of((*input)->tensor);
  const auto window = read_window(context.attributes, KernelSize{dims[2], dims[3]}, shape);
  if (!window) return forward_error(window);
  Convolution convolution;
  convolution.window = *window;
  const auto padded = take_in(convolution.window, (*input)->padding);
  if (!padded) return forward_error(padded);
  const std::int64_t groups = context.attributes.integer("group", 1);
  if (groups < 1 || groups > shape.channels || shape.channels % groups != 0 || dims[0] < 1 ||
      dims[0] > kMaximumChannels || dims[0] % groups != 0)
    return fail("{} groups do not divide {} input and {} output channels", groups, shape.channels, dims[0]);
  if (dims[1] != shape.channels / groups)
    return fail("weight has shape {}, but the input has {} channels in {} groups", to_text(dims), shape.channels,
                groups);
  convolution.groups = static_cast<int>(groups);
  convolution.output_channels = static_cast<int>(dims[0]);
  convolution.weights = **weights;
  convolution.weight_scales = given_weight_scales(context, 1, 0);
  std::vector<float> bias;
  if (context.has_input(2)) {
    auto values = read_channel_values(context, 2, "bias", convolution.output_channels);
    if (!values) return forward_error(values);
    bias = std::move(*values);
  }
  const auto tensor = append_convolution(context, std::move(convolution), (*input)->tensor, bias);
  if (!tensor) return forward_error(tensor);
  return whole_map(context.builder, *tensor);
}

Result<Value> import_gemm(NodeContext& context) {
  const auto input = vector_input(context);
  if (!input) return forward_error(input);
  if (context.attributes.integer("transA", 0) != 0) return fail("transA is not supported");
  const bool transposed = context.attributes.integer("transB", 0) != 0;
  auto matrix = read_matrix(context, **input, transposed, context.attributes.real("alpha", 1.0F));
  if (!matrix) return forward_error(matrix);
  const auto bias = read_gemm_bias(context, matrix->columns, context.attributes.real("beta", 1.0F));
  if (!bias) return forward_error(bias);
  return append_matrix_product(context, **input, std::move(*matrix), *bias);
}

Result<Value> import_matmul(NodeContext& context) {
  const auto input = vector_input(context);
  if (!input) return forward_error(input);
  auto matrix = read_matrix(context, **input, false, 1.0F);
  if (!matrix) return forward_error(matrix);
  return append_matrix_product(context, **input, std::move(*matrix), {});
}

Result<Value> import_batch_normalization(NodeContext& context) {
  const auto input = context.settled(0);
  if (!input) return forward_error(input);
  const auto axis = check_channel_axis(context, **input);
  if (!axis) return forward_error(axis);
  if (context.attributes.integer("training_mode", 0) != 0) return fail("training_mode is not supported");
  context.attributes.ignore("momentum");  // of training
  const double epsilon = context.attributes.real("epsilon", 1e-5F);
  if (!(epsilon >= 0.0)) return fail("epsilon is {}, expected >= 0", epsilon);
  const int channels = context.builder.shape_of((*input)->tensor).channels;
  const char* const names[] = {"scale", "bias", "mean", "variance"};
  std::vector<float> values[4];
  for (std::size_t i = 0; i < 4; ++i) {
    auto read = read_channel_values(context, i + 1, names[i], channels);
    if (!read) return forward_error(read);
    values[i] = std::move(*read);
  }
  ChannelAffine affine;
  for (std::size_t c = 0; c < values[0].size(); ++c) {
    const double variance = values[3][c] + epsilon;
    if (!(values[3][c] >= 0.0F) || !(variance > 0.0))
      return fail("variance of channel {} is {}, expected >= 0 and > 0 with epsilon", c, values[3][c]);
    affine.scale.push_back(values[0][c] / std::sqrt(variance));
    affine.offset.push_back(values[1][c] - values[2][c] * affine.scale.back());
    affine.mean.push_back(values[2][c]);
    affine.deviation.push_back(std::sqrt(variance));
  }
  const Dims view = (*input)->dims;
  const auto tensor =
      context.builder.append(context.name, std::move(affine), {(*input)->tensor}, context.output_name());
  if (!tensor) return forward_error(tensor);
  return Activation{*tensor, view, std::nullopt, {}, false};
}

Result<Value> import_add(NodeContext& context) {
  if (!context.has_input(0) || !context.has_input(1)) return fail("two inputs expected");
  if (std::holds_alternative<Constant>(*context.inputs[1])) return add_constant(context, 0, 1);
  if (std::holds_alternative<Constant>(*context.inputs[0])) return add_constant(context, 1, 0);
  const auto left = context.settled(0);
  if (!left) return forward_error(left);
  const auto right = context.settled(1);
  if (!right) return forward_error(right);
  if ((*left)->dims != (*right)->dims)
    return fail("operands have shapes {} and {}; broadcasting is not supported", to_text((*left)->dims),
                to_text((*right)->dims));
  const Dims view = (*left)->dims;
  const auto tensor =
      context.builder.append(context.name, Add{}, {(*left)->tensor, (*right)->tensor}, context.output_name());
  if (!tensor) return forward_error(tensor);
  return Activation{*tensor, view, std::nullopt, {}, false};
}

}  // namespace axvp::onnx_detail
