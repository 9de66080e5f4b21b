// Concat and Transpose of computed tensors.
#include <numeric>

#include "operators.h"

namespace axvp::onnx_detail {
namespace {

/// Whether `axis` is the channels' in every part, and the maps are of one size. Channels of all parts together.
Result<std::int64_t> joint_channels(const NodeContext& context, const std::vector<Activation*>& parts) {
  const Shape& first = context.builder.shape_of(parts.front()->tensor);
  std::int64_t channels = 0;
  for (const Activation* part : parts) {
    const Shape& shape = context.builder.shape_of(part->tensor);
    if (part->dims.size() != parts.front()->dims.size() || shape.height != first.height || shape.width != first.width)
      return fail("parts of {} and {} (without the batch) do not fit together", to_text(parts.front()->dims),
                  to_text(part->dims));
    channels += shape.channels;
  }
  if (parts.front()->dims.size() == 1 && first.height * first.width != 1)
    return fail("joining flattened maps is not supported; join the maps themselves");
  return channels;
}

}  // namespace

/// Every part gets zero channels in front and behind, then they are added: both are operations of the array's network,
/// and exact.
Result<Value> concat_maps(NodeContext& context) {
  std::vector<Activation*> parts;
  for (std::size_t i = 0; i < context.inputs.size(); ++i) {
    const auto part = context.settled(i);
    if (!part) return forward_error(part);
    parts.push_back(*part);
  }
  const auto axis = normalise_axis(context.attributes.integer("axis", 0), parts.front()->dims.size() + 1);
  if (!axis) return forward_error(axis);
  if (*axis != 1)
    return fail("joining computed tensors along axis {} is not supported; supported is 1, channels", *axis);
  const auto total = joint_channels(context, parts);
  if (!total) return forward_error(total);
  const Shape first = context.builder.shape_of(parts.front()->tensor);
  if (const auto fits = checked_shape(*total, first.height, first.width); !fits) return forward_error(fits);
  int before = 0;
  TensorId sum = parts.front()->tensor;
  for (std::size_t i = 0; i < parts.size() && parts.size() > 1; ++i) {
    const int own = context.builder.shape_of(parts[i]->tensor).channels;
    const Resample place{0, 0, 1, 1, before, static_cast<int>(*total) - before - own};
    before += own;
    const std::string number = std::to_string(i);
    const auto placed = context.builder.append(context.name + ".place_" + number, place, {parts[i]->tensor},
                                               context.output_name() + ".placed_" + number);
    if (!placed) return forward_error(placed);
    const bool is_last = i + 1 == parts.size();
    const auto joined =
        i == 0 ? placed
               : context.builder.append(is_last ? context.name : context.name + ".join_" + number, Add{},
                                        {sum, *placed}, context.output_name() + (is_last ? "" : ".joined_" + number));
    if (!joined) return forward_error(joined);
    sum = *joined;
  }
  Activation result = whole_map(context.builder, sum);
  if (parts.front()->dims.size() == 1) result.dims.resize(1);
  return result;
}

Result<Value> transpose_map(NodeContext& context) {
  const auto input = context.any_layout(0);
  if (!input) return forward_error(input);
  Activation result = **input;
  const std::size_t rank = result.dims.size() + 1;
  std::vector<std::int64_t> order = context.attributes.integers("perm").value_or(std::vector<std::int64_t>{});
  std::vector<std::int64_t> same(rank);
  std::iota(same.begin(), same.end(), 0);
  if (order == same) return result;
  if (rank != 4 || order != (result.channels_last ? kToChannelsFirst : kToChannelsLast))
    return fail("supported of a computed tensor is perm 0, 2, 3, 1 (to channels last) and the way back, 0, 3, 1, 2");
  const Dims dims = result.dims;
  for (std::size_t i = 0; i < dims.size(); ++i) result.dims[i] = dims[static_cast<std::size_t>(order[i + 1]) - 1];
  result.channels_last = !result.channels_last;
  return result;
}

}  // namespace axvp::onnx_detail
