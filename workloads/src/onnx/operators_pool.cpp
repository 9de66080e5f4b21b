// AveragePool, MaxPool, the global pools and ReduceMean.
#include <algorithm>

#include "operators.h"
#include "window.h"

namespace axvp::onnx_detail {
namespace {

Window covering(const Shape& shape) {
  Window window;
  window.kernel_height = shape.height;
  window.kernel_width = shape.width;
  return window;
}

Result<Value> append_pool(NodeContext& context, const Activation& input, Operation pool) {
  const auto tensor = context.builder.append(context.name, std::move(pool), {input.tensor}, context.output_name());
  if (!tensor) return forward_error(tensor);
  return whole_map(context.builder, *tensor);
}

Result<Activation*> settled_map(NodeContext& context) {
  const auto input = context.map(0);
  if (!input) return input;
  const auto done = context.builder.settle(**input);
  if (!done) return forward_error(done);
  return input;
}

bool has_pads(const Window& window) {
  return std::max({window.pad_top, window.pad_left, window.pad_bottom, window.pad_right}) > 0;
}

Result<std::vector<std::int64_t>> read_reduced_axes(NodeContext& context) {
  constexpr int kAxesAreAnInput = 18;
  if (context.opset >= kAxesAreAnInput) {
    if (context.attributes.integer("noop_with_empty_axes", 0) != 0)
      return fail("noop_with_empty_axes is not supported");
    return context.has_input(1) ? context.integers(1, "axes") : Result<std::vector<std::int64_t>>{};
  }
  return context.attributes.integers("axes").value_or(std::vector<std::int64_t>{});
}

enum class MapAxis { Channels, Rows, Columns };

/// What the axes of ONNX's view, without the batch, are of the tensor. A map that has lost one axis to a ReduceMean
/// keeps the other one.
std::vector<MapAxis> view_of(const Activation& input, const Shape& shape) {
  std::vector<MapAxis> axes{MapAxis::Channels};
  if (input.dims.size() == 3) axes = {MapAxis::Channels, MapAxis::Rows, MapAxis::Columns};
  if (input.dims.size() == 2) axes.push_back(shape.height == 1 ? MapAxis::Columns : MapAxis::Rows);
  if (input.channels_last) std::rotate(axes.begin(), axes.begin() + 1, axes.end());
  return axes;
}

}  // namespace

Result<Value> import_average_pool(NodeContext& context) {
  const auto input = context.map(0);
  if (!input) return forward_error(input);
  if (context.attributes.has("dilations")) return fail("attribute `dilations` is not supported");
  const Shape shape = context.builder.shape_of((*input)->tensor);
  const auto window = read_window(context.attributes, std::nullopt, shape);
  if (!window) return forward_error(window);
  AveragePool pool{*window, context.attributes.integer("count_include_pad", 0) != 0};
  const bool upwards = context.attributes.integer("ceil_mode", 0) != 0;
  if ((*input)->padding.any()) {
    if (has_pads(pool.window) && !pool.count_padding)
      return fail("pads that do not count together with a Pad in front are not supported");
    pool.count_padding = true;
    const auto padded = take_in(pool.window, (*input)->padding);
    if (!padded) return forward_error(padded);
  }
  if (upwards) {
    const Window down = pool.window;
    round_up(pool.window, shape);
    const bool grew = pool.window.pad_bottom != down.pad_bottom || pool.window.pad_right != down.pad_right;
    if (grew && pool.count_padding) return fail("ceil_mode together with count_include_pad is not supported");
  }
  const auto touches = check_windows_touch(pool.window, shape);
  if (!touches && !pool.count_padding) return forward_error(touches);
  return append_pool(context, **input, pool);
}

Result<Value> import_max_pool(NodeContext& context) {
  const auto input = settled_map(context);
  if (!input) return forward_error(input);
  const Shape shape = context.builder.shape_of((*input)->tensor);
  const auto window = read_window(context.attributes, std::nullopt, shape);
  if (!window) return forward_error(window);
  MaxPool pool{*window};
  context.attributes.ignore("storage_order");  // of the second output, the indices
  if (context.attributes.integer("ceil_mode", 0) != 0) round_up(pool.window, shape);
  const auto touches = check_windows_touch(pool.window, shape);
  if (!touches) return forward_error(touches);
  return append_pool(context, **input, pool);
}

Result<Value> import_global_average_pool(NodeContext& context) {
  const auto input = settled_map(context);
  if (!input) return forward_error(input);
  return append_pool(context, **input, AveragePool{covering(context.builder.shape_of((*input)->tensor)), false});
}

Result<Value> import_global_max_pool(NodeContext& context) {
  const auto input = settled_map(context);
  if (!input) return forward_error(input);
  return append_pool(context, **input, MaxPool{covering(context.builder.shape_of((*input)->tensor))});
}

Result<Value> import_reduce_mean(NodeContext& context) {
  const auto input = context.any_layout(0);
  if (!input) return forward_error(input);
  if (const auto done = context.builder.settle(**input); !done) return forward_error(done);
  const auto axes = read_reduced_axes(context);
  if (!axes) return forward_error(axes);
  const std::vector<MapAxis> view = view_of(**input, context.builder.shape_of((*input)->tensor));
  std::vector<bool> reduced(view.size() + 1, false);  // the batch in front
  for (const std::int64_t axis : *axes) {
    const auto index = normalise_axis(axis, reduced.size());
    if (!index) return forward_error(index);
    reduced[*index] = true;
  }
  Window window;
  const Shape& shape = context.builder.shape_of((*input)->tensor);
  bool any = false;
  for (std::size_t i = 0; i < view.size(); ++i) {
    if (!reduced[i + 1]) continue;
    any = true;
    if (view[i] == MapAxis::Channels) return fail("a mean over channels is not supported");
    (view[i] == MapAxis::Rows ? window.kernel_height : window.kernel_width) =
        view[i] == MapAxis::Rows ? shape.height : shape.width;
  }
  if (!any || reduced[0]) return fail("supported is the mean over rows, columns or both");
  const bool keep = context.attributes.integer("keepdims", 1) != 0;
  Activation result = **input;
  const auto tensor =
      context.builder.append(context.name, AveragePool{window, false}, {result.tensor}, context.output_name());
  if (!tensor) return forward_error(tensor);
  result.tensor = *tensor;
  Dims dims;
  for (std::size_t i = 0; i < view.size(); ++i)
    if (!reduced[i + 1] || keep) dims.push_back(reduced[i + 1] ? 1 : result.dims[i]);
  result.dims = dims;
  if (dims.size() == 1) result.channels_last = false;
  return result;
}

}  // namespace axvp::onnx_detail
