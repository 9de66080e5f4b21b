// QuantizeLinear and DequantizeLinear: constants are folded; a pair of them behind a computed tensor becomes a clamp
// and the tensor's scale.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "operators.h"

namespace axvp::onnx_detail {
namespace {

constexpr std::int64_t kLargestWeight = 127;

/// Scales and zero points as the node has them.
struct Parameters {
  std::vector<float> scales;
  std::vector<std::int64_t> zero_points;  ///< As many.
  bool is_unsigned = true;                ///< Of the codes, where a QuantizeLinear makes them.
};

Result<Parameters> read_parameters(const NodeContext& context) {
  const auto scales = context.weights(1, "scale");
  if (!scales) return forward_error(scales);
  Parameters parameters{**scales, std::vector<std::int64_t>((*scales)->size(), 0)};
  if (parameters.scales.empty()) return fail("scale `{}` is empty", context.node.input(1));
  for (const float scale : parameters.scales)
    if (!(scale > 0.0F)) return fail("scale `{}` holds {}, expected numbers > 0", context.node.input(1), scale);
  if (!context.has_input(2)) return parameters;
  auto zero_points = context.integers(2, "zero point");
  if (!zero_points) return forward_error(zero_points);
  if (zero_points->size() != parameters.scales.size())
    return fail("{} zero points for {} scales", zero_points->size(), parameters.scales.size());
  parameters.zero_points = std::move(*zero_points);
  const int type = std::get<Constant>(*context.inputs[2]).stored_type;
  parameters.is_unsigned = type != onnx::TensorProto::INT8;
  for (const std::int64_t zero : parameters.zero_points)
    if (zero < -128 || zero > 255) return fail("zero point {} is outside 8 bits", zero);
  return parameters;
}

/// The index of the scale for each element of a constant.
struct ScaleIndex {
  std::size_t stride = 1, count = 1;
  [[nodiscard]] std::size_t of(std::size_t element) const { return element / stride % count; }
};

struct ScaledConstant {
  Parameters parameters;
  ScaleIndex index;
  std::size_t axis = 0;
};

Result<ScaledConstant> read_scaled_constant(NodeContext& context, const Constant& constant) {
  auto parameters = read_parameters(context);
  if (!parameters) return forward_error(parameters);
  const std::int64_t given_axis = context.attributes.integer("axis", 1);
  ScaledConstant result{std::move(*parameters), {}, 0};
  const std::size_t count = result.parameters.scales.size();
  if (count == 1) return result;
  const auto axis = normalise_axis(given_axis, constant.dims.size());
  if (!axis) return forward_error(axis);
  if (constant.dims[*axis] != static_cast<std::int64_t>(count))
    return fail("{} scales for axis {} of a constant of shape {}", count, *axis, to_text(constant.dims));
  result.axis = *axis;
  result.index.count = count;
  for (std::size_t i = *axis + 1; i < constant.dims.size(); ++i)
    result.index.stride *= static_cast<std::size_t>(constant.dims[i]);
  if (constant.size() == 0) result.index = {};
  return result;
}

Result<Value> quantise_constant(NodeContext& context, const Constant& constant) {
  const auto values = context.weights(0, "value");
  if (!values) return forward_error(values);
  const auto scaled = read_scaled_constant(context, constant);
  if (!scaled) return forward_error(scaled);
  const Parameters& p = scaled->parameters;
  const double low = p.is_unsigned ? 0.0 : -128.0, high = p.is_unsigned ? 255.0 : 127.0;
  std::vector<std::int64_t> codes;
  codes.reserve((*values)->size());
  for (std::size_t i = 0; i < (*values)->size(); ++i) {
    const std::size_t s = scaled->index.of(i);
    const double rounded = std::nearbyint(double{(**values)[i] / p.scales[s]});  // half to even, in float32 as in ONNX
    codes.push_back(static_cast<std::int64_t>(std::clamp(rounded + static_cast<double>(p.zero_points[s]), low, high)));
  }
  return Constant{constant.dims, std::move(codes), p.is_unsigned ? onnx::TensorProto::UINT8 : onnx::TensorProto::INT8};
}

Result<Value> dequantise_constant(NodeContext& context, const Constant& constant) {
  const auto* codes = constant.integers();
  if (codes == nullptr) return fail("`{}` is not of integers", context.node.input(0));
  auto scaled = read_scaled_constant(context, constant);
  if (!scaled) return forward_error(scaled);
  const Parameters& p = scaled->parameters;
  std::vector<float> values;
  values.reserve(codes->size());
  CodeScales code_scales{context.name, p.scales, scaled->axis};
  for (std::size_t i = 0; i < codes->size(); ++i) {
    const std::size_t s = scaled->index.of(i);
    const double code = static_cast<double>((*codes)[i]) - static_cast<double>(p.zero_points[s]);
    values.push_back(static_cast<float>(code) * p.scales[s]);
    code_scales.largest = std::max(code_scales.largest, std::abs((*codes)[i]));
    code_scales.has_zero_point = code_scales.has_zero_point || p.zero_points[s] != 0;
  }
  Constant result{constant.dims, std::move(values)};
  if (constant.stored_type != 0) result.code_scales = std::move(code_scales);
  return result;
}

/// Scale and zero point of a computed tensor.
Result<Coding> read_coding(NodeContext& context) {
  const auto parameters = read_parameters(context);
  if (!parameters) return forward_error(parameters);
  context.attributes.ignore("axis");
  if (parameters->scales.size() != 1)
    return fail("{} scales for a computed tensor; it is stored with one", parameters->scales.size());
  return Coding{parameters->scales[0], parameters->zero_points[0], parameters->is_unsigned};
}

}  // namespace

Result<Value> import_quantize_linear(NodeContext& context) {
  if (!context.has_input(0)) return fail("input 0 is missing");
  if (const auto* constant = std::get_if<Constant>(context.inputs[0])) return quantise_constant(context, *constant);
  const auto input = context.any_layout(0);
  if (!input) return forward_error(input);
  const auto coding = read_coding(context);
  if (!coding) return forward_error(coding);
  if (const auto done = context.builder.settle(**input); !done) return forward_error(done);
  Activation result = **input;
  result.coding = *coding;
  return result;
}

Result<Value> import_dequantize_linear(NodeContext& context) {
  if (!context.has_input(0)) return fail("input 0 is missing");
  if (const auto* constant = std::get_if<Constant>(context.inputs[0])) return dequantise_constant(context, *constant);
  Activation result = std::get<Activation>(*context.inputs[0]);
  if (!result.coding) return fail("its input is not quantised; a QuantizeLinear is needed in front");
  const auto coding = read_coding(context);
  if (!coding) return forward_error(coding);
  if (!(*coding == *result.coding)) return fail("scale, zero point or type differ from those of the QuantizeLinear");
  const auto tensor = context.builder.quantised(result.tensor, *coding, context.name, context.output_name());
  if (!tensor) return forward_error(tensor);
  result.tensor = *tensor;
  result.coding.reset();
  return result;
}

std::vector<double> given_weight_scales(NodeContext& context, std::size_t input, std::size_t output_axis) {
  const auto& constant = std::get<Constant>(*context.inputs[input]);
  if (!constant.code_scales) return std::vector<double>{};
  const CodeScales& given = *constant.code_scales;
  const auto outputs = static_cast<std::size_t>(constant.dims[output_axis]);
  const auto not_kept = [&](const std::string& reason) {
    context.builder.remark(
        fmt::format("{}: {}, so the weights of {} get scales of their own", given.node, reason, context.name));
    return std::vector<double>{};
  };
  if (given.has_zero_point) return not_kept("a zero point other than 0; weights are stored with zero point 0");
  if (given.largest > kLargestWeight)
    return not_kept(fmt::format("a code of magnitude {}; weights are stored from -127 to 127", given.largest));
  if (given.scales.size() > 1 && given.axis != output_axis)
    return not_kept(fmt::format("scales along axis {}; weights have one scale an output channel", given.axis));
  if (given.scales.size() == 1) return std::vector<double>(outputs, double{given.scales[0]});
  return std::vector<double>(given.scales.begin(), given.scales.end());
}

}  // namespace axvp::onnx_detail
