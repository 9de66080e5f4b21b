// Relu, Clip, Softmax, Identity and Dropout.
#include <cmath>
#include <limits>

#include "operators.h"

namespace axvp::onnx_detail {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

Result<Value> append_clamp(NodeContext& context, double low, double high) {
  const auto input = context.any_layout(0);
  if (!input) return forward_error(input);
  if (const auto done = context.builder.settle(**input); !done) return forward_error(done);
  Activation result = **input;
  const auto tensor = context.builder.append(context.name, Clamp{low, high}, {result.tensor}, context.output_name());
  if (!tensor) return forward_error(tensor);
  result.tensor = *tensor;
  return result;
}

/// The largest float and its negative are ONNX's way to say "no bound".
double bound(float value) {
  if (value == std::numeric_limits<float>::lowest()) return -kInfinity;
  if (value == std::numeric_limits<float>::max()) return kInfinity;
  return value;
}

Result<double> read_bound(NodeContext& context, std::size_t index, std::string_view what, double otherwise) {
  if (!context.has_input(index)) return otherwise;
  const auto value = context.constant(index, what);
  if (!value) return forward_error(value);
  const std::vector<float>* floats = (*value)->floats();
  if (floats == nullptr || floats->size() != 1) return fail("{} is not one float32 value", what);
  return bound(floats->front());
}

Result<Value> pass_on(NodeContext& context) {
  if (!context.has_input(0)) return fail("input 0 is missing");
  return *context.inputs[0];
}

}  // namespace

Result<Value> import_relu(NodeContext& context) {
  return append_clamp(context, 0.0, kInfinity);
}

Result<Value> import_clip(NodeContext& context) {
  constexpr int kBoundsAreInputs = 11;
  Result<double> low = -kInfinity;
  Result<double> high = kInfinity;
  if (context.opset >= kBoundsAreInputs) {
    low = read_bound(context, 1, "min", -kInfinity);
    high = read_bound(context, 2, "max", kInfinity);
  } else {
    low = bound(context.attributes.real("min", std::numeric_limits<float>::lowest()));
    high = bound(context.attributes.real("max", std::numeric_limits<float>::max()));
  }
  if (!low) return forward_error(low);
  if (!high) return forward_error(high);
  if (!(*low <= *high)) return fail("its range {} to {} is empty", *low, *high);
  return append_clamp(context, *low, *high);
}

Result<Value> import_identity(NodeContext& context) {
  return pass_on(context);
}

Result<Value> import_softmax(NodeContext& context) {
  const auto input = context.any_layout(0);
  if (!input) return forward_error(input);
  constexpr int kOneAxis = 13;  // before, all axes from `axis` on
  const auto axis = context.attributes.integer("axis", context.opset < kOneAxis ? 1 : -1);
  if ((*input)->dims.size() != 1 || (axis != 1 && axis != -1))
    return fail("supported is the one over the classes, batch x classes");
  if (!context.is_output) return fail("supported is the one that makes the network's output");
  return **input;
}

Result<Value> import_dropout(NodeContext& context) {
  context.attributes.ignore("ratio");
  context.attributes.ignore("seed");
  if (context.has_input(2)) {
    const auto training = context.integers(2, "training_mode");
    if (!training) return forward_error(training);
    if (training->size() != 1 || training->front() != 0) return fail("training_mode is not supported");
  }
  return pass_on(context);
}

}  // namespace axvp::onnx_detail
