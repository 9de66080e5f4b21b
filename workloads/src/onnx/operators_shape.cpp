// Reshape and its relatives, Slice, Pad, and the arithmetic on shapes that exporters leave in front of them. The batch
// counts as 1 throughout: a network handles one image.
#include <algorithm>
#include <numeric>
#include <utility>

#include "constant.h"
#include "operators.h"

namespace axvp::onnx_detail {
namespace {

constexpr std::int64_t kMaximumFilled = 1 << 16;  ///< Elements that ConstantOfShape may make.

Dims with_batch(const Dims& dims) {
  Dims all{1};
  all.insert(all.end(), dims.begin(), dims.end());
  return all;
}

std::int64_t product(Dims::const_iterator begin, Dims::const_iterator end) {
  return std::accumulate(begin, end, std::int64_t{1}, std::multiplies<>());
}

std::vector<std::size_t> row_major_strides(const Dims& dims) {
  std::vector<std::size_t> strides(dims.size(), 1);
  for (std::size_t i = dims.size(); i-- > 1;) strides[i - 1] = strides[i] * static_cast<std::size_t>(dims[i]);
  return strides;
}

/// For every position of `dims` in row-major order, start + sum of index * stride.
std::vector<std::size_t> walk(const Dims& dims, std::int64_t start, const std::vector<std::int64_t>& strides) {
  std::vector<std::size_t> sources;
  if (std::find(dims.begin(), dims.end(), 0) != dims.end()) return sources;
  sources.reserve(static_cast<std::size_t>(product(dims.begin(), dims.end())));
  Dims index(dims.size(), 0);
  std::int64_t position = start;
  while (true) {
    sources.push_back(static_cast<std::size_t>(position));
    std::size_t axis = dims.size();
    while (axis-- > 0) {
      position += strides[axis];
      if (++index[axis] < dims[axis]) break;
      position -= strides[axis] * dims[axis];
      index[axis] = 0;
    }
    if (axis == static_cast<std::size_t>(-1)) return sources;
  }
}

/// The value with new dimensions (batch included): a constant takes any of the same size, an activation the flat view
/// and the view of its tensor.
Result<Value> reshaped(NodeContext& context, const Dims& target) {
  if (auto* constant = std::get_if<Constant>(context.inputs[0])) {
    const auto count = element_count(target, kMaximumFolded);
    if (!count) return forward_error(count);
    if (*count != constant->size())
      return fail("shape {} does not hold {} elements", to_text(target), constant->size());
    return Constant{target, constant->data};
  }
  const auto input = context.any_layout(0);
  if (!input) return forward_error(input);
  if (const auto done = context.builder.settle(**input); !done) return forward_error(done);
  const Shape& shape = context.builder.shape_of((*input)->tensor);
  const bool one_pixel = shape.height * shape.width == 1;
  const Dims first{shape.channels, shape.height, shape.width}, last{shape.height, shape.width, shape.channels};
  const Dims flat{static_cast<std::int64_t>(shape.size())};
  const Dims view = target.empty() ? Dims{} : Dims(target.begin() + 1, target.end());
  const bool to_first = view == first && (one_pixel || !(*input)->channels_last);
  const bool to_last = view == last && (one_pixel || (*input)->channels_last);
  if (target.empty() || target[0] != 1 || !(to_first || to_last || view == flat))
    return fail("a tensor of {} to {} is not supported; supported are the flattening to {} and the way back",
                to_text(with_batch((*input)->dims)), to_text(target), to_text(with_batch(flat)));
  Activation result = **input;
  result.dims = view;
  if (one_pixel) result.channels_last = to_last && !to_first;
  return result;
}

Dims dims_of(const Value& value) {
  if (const auto* constant = std::get_if<Constant>(&value)) return constant->dims;
  return with_batch(std::get<Activation>(value).dims);
}

Result<Dims> resolve_reshape(const Dims& current, const Dims& wanted, bool zero_copies) {
  Dims target = wanted;
  std::optional<std::size_t> open;
  for (std::size_t i = 0; i < target.size(); ++i) {
    if (target[i] == 0 && zero_copies) {
      if (i >= current.size()) return fail("shape {} copies dimension {} of {}", to_text(wanted), i, to_text(current));
      target[i] = current[i];
    } else if (target[i] == -1) {
      if (open) return fail("shape {} holds -1 twice", to_text(wanted));
      open = i;
      target[i] = 1;
    }
  }
  const auto known = element_count(target, kMaximumFolded);
  if (!known) return forward_error(known);
  if (open) {
    const std::int64_t total = product(current.begin(), current.end());
    if (*known == 0 || total % static_cast<std::int64_t>(*known) != 0)
      return fail("shape {} does not divide {}", to_text(wanted), to_text(current));
    target[*open] = total / static_cast<std::int64_t>(*known);
  }
  return target;
}

/// Axes of Squeeze, Unsqueeze: an attribute before opset 13, then an input.
Result<std::optional<std::vector<std::int64_t>>> read_axes(NodeContext& context) {
  constexpr int kAxesAreAnInput = 13;
  if (context.opset < kAxesAreAnInput) return context.attributes.integers("axes");
  if (!context.has_input(1)) return std::optional<std::vector<std::int64_t>>{};
  const auto axes = context.integers(1, "axes");
  if (!axes) return forward_error(axes);
  return std::optional{*axes};
}

/// One axis of a Slice, in range for a dimension: `count` positions from `first` on, `step` apart.
struct Range {
  std::int64_t first = 0, step = 1, count = 0;
};

Range clip_range(std::int64_t start, std::int64_t end, std::int64_t step, std::int64_t size) {
  const auto from_front = [size](std::int64_t position) {
    return position < 0 ? std::max<std::int64_t>(position, -size - 1) + size : std::min(position, size);
  };
  const std::int64_t low = step > 0 ? 0 : -1;
  const std::int64_t high = step > 0 ? size : size - 1;
  const std::int64_t first = std::clamp(from_front(start), std::max<std::int64_t>(low, 0), high < 0 ? 0 : high);
  const std::int64_t last = std::clamp(from_front(end), low, size);
  const std::int64_t distance = step > 0 ? last - first : first - last;
  const std::int64_t stride = step > 0 ? step : -step;
  return {first, step, distance <= 0 || size == 0 ? 0 : (distance - 1) / stride + 1};
}

Result<std::vector<Range>> read_ranges(NodeContext& context, const Dims& dims) {
  constexpr int kBoundsAreInputs = 10;
  std::vector<std::int64_t> starts, ends, axes, steps;
  if (context.opset < kBoundsAreInputs) {
    starts = context.attributes.integers("starts").value_or(starts);
    ends = context.attributes.integers("ends").value_or(ends);
    axes = context.attributes.integers("axes").value_or(axes);
  } else {
    std::vector<std::int64_t>* const lists[] = {&starts, &ends, &axes, &steps};
    const char* const names[] = {"starts", "ends", "axes", "steps"};
    for (std::size_t i = 0; i < 4; ++i) {
      if (i >= 2 && !context.has_input(i + 1)) continue;
      auto values = context.integers(i + 1, names[i]);
      if (!values) return forward_error(values);
      *lists[i] = std::move(*values);
    }
  }
  if (axes.empty()) {
    axes.resize(starts.size());
    std::iota(axes.begin(), axes.end(), 0);
  }
  if (steps.empty()) steps.assign(starts.size(), 1);
  if (ends.size() != starts.size() || axes.size() != starts.size() || steps.size() != starts.size())
    return fail("{} starts, {} ends, {} axes and {} steps", starts.size(), ends.size(), axes.size(), steps.size());
  std::vector<Range> ranges;
  for (const std::int64_t dim : dims) ranges.push_back({0, 1, dim});
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const auto axis = normalise_axis(axes[i], dims.size());
    if (!axis) return forward_error(axis);
    if (steps[i] == 0) return fail("step 0 on axis {}", axes[i]);
    if (steps[i] < -kMaximumFolded || steps[i] > kMaximumFolded)
      return fail("step {} on axis {} is too large", steps[i], axes[i]);
    ranges[*axis] = clip_range(starts[i], ends[i], steps[i], dims[*axis]);
  }
  return ranges;
}

/// The parts behind each other along `axis`; their types are the same and `target` is their joint shape.
Constant join(const std::vector<const Constant*>& parts, std::size_t axis, const Dims& target) {
  const auto middle = target.begin() + static_cast<std::ptrdiff_t>(axis);
  const auto outer = static_cast<std::size_t>(product(target.begin(), middle));
  return std::visit(
      [&](const auto& of_type) {
        std::decay_t<decltype(of_type)> joined;
        joined.reserve(static_cast<std::size_t>(product(target.begin(), target.end())));
        for (std::size_t o = 0; o < outer; ++o)
          for (const Constant* part : parts) {
            const auto& values = std::get<std::decay_t<decltype(of_type)>>(part->data);
            const std::size_t chunk = values.size() / outer;
            for (std::size_t i = o * chunk; i < (o + 1) * chunk; ++i) joined.push_back(values[i]);
          }
        return Constant{target, std::move(joined)};
      },
      parts.front()->data);
}

Value slice_constant(const Constant& constant, const std::vector<Range>& ranges) {
  const std::vector<std::size_t> strides = row_major_strides(constant.dims);
  Dims dims;
  std::vector<std::int64_t> steps;
  std::int64_t start = 0;
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    dims.push_back(ranges[i].count);
    steps.push_back(ranges[i].step * static_cast<std::int64_t>(strides[i]));
    start += ranges[i].first * static_cast<std::int64_t>(strides[i]);
  }
  return pick(constant, walk(dims, start, steps), dims);
}

PendingResample pending_of(const NodeContext& context, const Activation& input) {
  PendingResample pending = input.resample.value_or(PendingResample{});
  pending.node_name = context.name;
  pending.tensor_name = context.output_name();
  return pending;
}

/// first + step * index of a second range on what a first one left.
void compose_range(int& first, int& step, const Range& range, std::int64_t size) {
  first += static_cast<int>(range.first) * step;
  step *= static_cast<int>(std::min(range.step, size));  // a step beyond the last position picks one, however wide
}

Result<Value> slice_map(NodeContext& context, const Activation& input, const std::vector<Range>& ranges) {
  if (input.dims.size() != 3) return fail("only maps (rank 4) can be sliced");
  const char* const names[] = {"batch", "channel", "row", "column"};
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    const std::int64_t dim = i == 0 ? 1 : input.dims[i - 1];
    const bool whole = ranges[i].count == dim && ranges[i].step == 1;
    if (i < 2 && !whole) return fail("slicing along the {} axis is not supported", names[i]);
    if (ranges[i].step < 1) return fail("step {} along the {} axis, expected >= 1", ranges[i].step, names[i]);
    if (ranges[i].count < 1) return fail("it leaves no {}", names[i]);
    if (ranges[i].count != (dim - ranges[i].first + ranges[i].step - 1) / ranges[i].step)
      return fail("it cuts off the last {}s; supported are a start and a step", names[i]);
    if (!whole && input.padding.any()) return fail("slicing behind a Pad of rows and columns is not supported");
  }
  Activation result = input;
  PendingResample pending = pending_of(context, input);
  compose_range(pending.operation.first_row, pending.operation.step_height, ranges[2], input.dims[1]);
  compose_range(pending.operation.first_column, pending.operation.step_width, ranges[3], input.dims[2]);
  result.resample = pending;
  result.dims = {input.dims[0], ranges[2].count, ranges[3].count};
  return result;
}

Result<std::vector<std::int64_t>> read_pads(NodeContext& context) {
  constexpr int kPadsAreAnInput = 11;
  const std::string mode = context.attributes.text("mode", "constant");
  if (mode != "constant") return fail("mode `{}` is not supported; supported is `constant`", mode);
  if (context.opset < kPadsAreAnInput) {
    if (context.attributes.real("value", 0.0F) != 0.0F) return fail("only padding with 0 is supported");
    return context.attributes.integers("pads").value_or(std::vector<std::int64_t>{});
  }
  if (context.has_input(2)) {
    const auto fill = context.constant(2, "constant_value");
    if (!fill) return forward_error(fill);
    const std::vector<float>* value = (*fill)->floats();
    if (value == nullptr || value->size() != 1 || value->front() != 0.0F)
      return fail("only padding with 0 is supported");
  }
  if (context.has_input(3)) return fail("input `axes` is not supported");
  return context.integers(1, "pads");
}

}  // namespace

Result<Value> import_flatten(NodeContext& context) {
  if (!context.has_input(0)) return fail("input 0 is missing");
  const Dims dims = dims_of(*context.inputs[0]);
  const std::int64_t axis = context.attributes.integer("axis", 1);
  const auto rank = static_cast<std::int64_t>(dims.size());
  if (axis < -rank || axis > rank) return fail("axis {} is outside rank {}", axis, rank);
  const auto middle = dims.begin() + (axis < 0 ? axis + rank : axis);
  return reshaped(context, {product(dims.begin(), middle), product(middle, dims.end())});
}

Result<Value> import_reshape(NodeContext& context) {
  if (!context.has_input(0)) return fail("input 0 is missing");
  const auto wanted = context.integers(1, "shape");
  if (!wanted) return forward_error(wanted);
  const bool zero_copies = context.attributes.integer("allowzero", 0) == 0;
  const auto target = resolve_reshape(dims_of(*context.inputs[0]), *wanted, zero_copies);
  if (!target) return forward_error(target);
  return reshaped(context, *target);
}

Result<Value> import_squeeze(NodeContext& context) {
  if (!context.has_input(0)) return fail("input 0 is missing");
  const auto axes = read_axes(context);
  if (!axes) return forward_error(axes);
  const Dims dims = dims_of(*context.inputs[0]);
  std::vector<bool> dropped(dims.size(), false);
  if (!*axes && std::holds_alternative<Activation>(*context.inputs[0]))
    return fail("without axes it would drop the batch; give axes");
  for (std::size_t i = 0; i < dims.size() && !*axes; ++i) dropped[i] = dims[i] == 1;
  for (const std::int64_t axis : axes->value_or(std::vector<std::int64_t>{})) {
    const auto index = normalise_axis(axis, dims.size());
    if (!index) return forward_error(index);
    if (dims[*index] != 1) return fail("dimension {} of {} is not 1", axis, to_text(dims));
    dropped[*index] = true;
  }
  Dims target;
  for (std::size_t i = 0; i < dims.size(); ++i)
    if (!dropped[i]) target.push_back(dims[i]);
  return reshaped(context, target);
}

Result<Value> import_unsqueeze(NodeContext& context) {
  if (!context.has_input(0)) return fail("input 0 is missing");
  const auto axes = read_axes(context);
  if (!axes) return forward_error(axes);
  if (!*axes) return fail("axes are missing");
  constexpr std::size_t kMaximumRank = 16;
  const Dims dims = dims_of(*context.inputs[0]);
  const std::size_t rank = dims.size() + (*axes)->size();
  if (rank > kMaximumRank) return fail("rank {} is more than {}", rank, kMaximumRank);
  std::vector<bool> added(rank, false);
  for (const std::int64_t axis : **axes) {
    const auto index = normalise_axis(axis, rank);
    if (!index) return forward_error(index);
    if (added[*index]) return fail("axis {} is given twice", axis);
    added[*index] = true;
  }
  Dims target;
  std::size_t next = 0;
  for (const bool is_new : added) target.push_back(is_new ? 1 : dims[next++]);
  return reshaped(context, target);
}

Result<Value> import_slice(NodeContext& context) {
  if (!context.has_input(0)) return fail("input 0 is missing");
  const auto ranges = read_ranges(context, dims_of(*context.inputs[0]));
  if (!ranges) return forward_error(ranges);
  if (const auto* constant = std::get_if<Constant>(context.inputs[0])) return slice_constant(*constant, *ranges);
  return slice_map(context, std::get<Activation>(*context.inputs[0]), *ranges);
}

Result<Value> import_pad(NodeContext& context) {
  const auto input = context.activation(0);
  if (!input) return forward_error(input);
  const auto pads = read_pads(context);
  if (!pads) return forward_error(pads);
  Activation result = **input;
  if (result.dims.size() != 3 || pads->size() != 8)
    return fail("{} pads for rank {}; supported are 8 for a map (rank 4)", pads->size(), result.dims.size() + 1);
  for (const std::int64_t pad : *pads)
    if (pad < 0 || pad > kMaximumSide) return fail("pads hold {}, expected 0 to {}", pad, kMaximumSide);
  const auto at = [&](std::size_t i) { return static_cast<int>((*pads)[i]); };
  if (at(0) != 0 || at(4) != 0) return fail("padding the batch is not supported");
  if (at(1) != 0 || at(5) != 0) {
    PendingResample pending = pending_of(context, result);
    pending.operation.channels_before += at(1);
    pending.operation.channels_after += at(5);
    result.resample = pending;
  }
  result.padding.top += at(2);
  result.padding.left += at(3);
  result.padding.bottom += at(6);
  result.padding.right += at(7);
  for (std::size_t i = 0; i < 3; ++i) result.dims[i] += (*pads)[i + 1] + (*pads)[i + 5];
  const auto shape = checked_shape(result.dims[0], result.dims[1], result.dims[2]);
  if (!shape) return forward_error(shape);
  return result;
}

Result<Value> import_constant(NodeContext& context) {
  Attributes& attributes = context.attributes;
  if (const onnx::TensorProto* tensor = attributes.tensor("value")) {
    auto constant = read_constant(*tensor);
    if (!constant) return forward_error(constant);
    return std::move(*constant);
  }
  if (attributes.has("value_float")) return Constant{{}, std::vector<float>{attributes.real("value_float", 0.0F)}};
  if (attributes.has("value_int")) return Constant{{}, std::vector<std::int64_t>{attributes.integer("value_int", 0)}};
  if (auto values = attributes.reals("value_floats"))
    return Constant{{static_cast<std::int64_t>(values->size())}, std::move(*values)};
  if (auto values = attributes.integers("value_ints"))
    return Constant{{static_cast<std::int64_t>(values->size())}, std::move(*values)};
  return fail("holds no tensor, number or list of numbers");
}

Result<Value> import_constant_of_shape(NodeContext& context) {
  const auto dims = context.integers(0, "shape");
  if (!dims) return forward_error(dims);
  const auto count = element_count(*dims, kMaximumFilled);
  if (!count) return forward_error(count);
  Constant fill{{1}, std::vector<float>{0.0F}};
  if (const onnx::TensorProto* tensor = context.attributes.tensor("value")) {
    const auto given = read_constant(*tensor);
    if (!given) return forward_error(given);
    if (given->size() != 1) return fail("value has {} elements, expected 1", given->size());
    fill = *given;
  }
  return pick(fill, std::vector<std::size_t>(*count, 0), *dims);
}

Result<Value> import_shape(NodeContext& context) {
  if (!context.has_input(0)) return fail("input 0 is missing");
  const Dims dims = dims_of(*context.inputs[0]);
  const auto rank = static_cast<std::int64_t>(dims.size());
  const auto position = [rank](std::int64_t value) {
    return std::clamp<std::int64_t>(value < 0 && value >= -rank ? value + rank : value, 0, rank);
  };
  const std::int64_t begin = position(context.attributes.integer("start", 0));
  const std::int64_t end = std::max(begin, position(context.attributes.integer("end", rank)));
  return Constant{{end - begin}, std::vector<std::int64_t>(dims.begin() + begin, dims.begin() + end)};
}

Result<Value> import_gather(NodeContext& context) {
  const auto data = context.constant(0, "data");
  if (!data) return forward_error(data);
  const auto indices = context.integers(1, "indices");
  if (!indices) return forward_error(indices);
  const Dims& dims = (*data)->dims;
  const auto axis = normalise_axis(context.attributes.integer("axis", 0), dims.size());
  if (!axis) return forward_error(axis);
  const auto middle = dims.begin() + static_cast<std::ptrdiff_t>(*axis);
  const Dims& index_dims = std::get<Constant>(*context.inputs[1]).dims;
  Dims target(dims.begin(), middle);
  target.insert(target.end(), index_dims.begin(), index_dims.end());
  target.insert(target.end(), middle + 1, dims.end());
  const auto count = element_count(target, kMaximumFilled);
  if (!count) return forward_error(count);
  for (const std::int64_t index : *indices)
    if (index < -*middle || index >= *middle) return fail("index {} is outside {}", index, *middle);
  const std::int64_t outer = product(dims.begin(), middle);
  const std::int64_t inner = product(middle + 1, dims.end());
  std::vector<std::size_t> sources;
  for (std::int64_t o = 0; o < outer; ++o)
    for (const std::int64_t index : *indices)
      for (std::int64_t i = 0; i < inner; ++i)
        sources.push_back(static_cast<std::size_t>((o * *middle + (index < 0 ? index + *middle : index)) * inner + i));
  return pick(**data, sources, target);
}

Result<Value> import_concat(NodeContext& context) {
  if (!context.attributes.has("axis")) return fail("attribute `axis` is missing");
  for (const Value* input : context.inputs)
    if (input != nullptr && std::holds_alternative<Activation>(*input)) return concat_maps(context);
  std::vector<const Constant*> parts;
  for (std::size_t i = 0; i < context.inputs.size(); ++i) {
    const auto part = context.constant(i, "part");
    if (!part) return forward_error(part);
    parts.push_back(*part);
  }
  if (parts.empty()) return fail("it has no inputs");
  const Constant& first = *parts.front();
  const auto axis = normalise_axis(context.attributes.integer("axis", 0), first.dims.size());
  if (!axis) return forward_error(axis);
  Dims target = first.dims;
  target[*axis] = 0;
  for (const Constant* part : parts) {
    Dims dims = part->dims;
    if (dims.size() == target.size()) target[*axis] += std::exchange(dims[*axis], first.dims[*axis]);
    if (dims != first.dims || part->data.index() != first.data.index())
      return fail("parts of shapes {} and {} do not fit together", to_text(first.dims), to_text(part->dims));
  }
  const auto count = element_count(target, kMaximumFolded);
  if (!count) return forward_error(count);
  return join(parts, *axis, target);
}

Result<Value> import_cast(NodeContext& context) {
  const std::int64_t type = context.attributes.integer("to", 0);
  const auto value = context.constant(0, "input");
  if (!value) return forward_error(value);
  const bool to_integer = type == onnx::TensorProto::INT64 || type == onnx::TensorProto::INT32;
  if (!to_integer || (*value)->integers() == nullptr)
    return fail("supported is the cast of integer constants to INT32 or INT64");
  return **value;
}

Result<Value> import_transpose(NodeContext& context) {
  if (context.has_input(0) && std::holds_alternative<Activation>(*context.inputs[0])) return transpose_map(context);
  const auto value = context.constant(0, "input");
  if (!value) return forward_error(value);
  const Dims& dims = (*value)->dims;
  std::vector<std::int64_t> order = context.attributes.integers("perm").value_or(std::vector<std::int64_t>{});
  if (!context.attributes.has("perm")) {
    order.resize(dims.size());
    std::iota(order.rbegin(), order.rend(), 0);
  }
  std::vector<std::int64_t> sorted = order;
  std::sort(sorted.begin(), sorted.end());
  for (std::size_t i = 0; i < sorted.size(); ++i)
    if (sorted.size() != dims.size() || sorted[i] != static_cast<std::int64_t>(i))
      return fail("perm is not an order of {} axes", dims.size());
  const std::vector<std::size_t> strides = row_major_strides(dims);
  Dims target;
  std::vector<std::int64_t> steps;
  for (const std::int64_t axis : order) {
    target.push_back(dims[static_cast<std::size_t>(axis)]);
    steps.push_back(static_cast<std::int64_t>(strides[static_cast<std::size_t>(axis)]));
  }
  return pick(**value, walk(target, 0, steps), target);
}

}  // namespace axvp::onnx_detail
