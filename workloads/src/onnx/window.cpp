#include "window.h"

#include <algorithm>
#include <array>

namespace axvp::onnx_detail {
namespace {

/// One of the two directions.
struct Side {
  std::int64_t kernel = 1, stride = 1, dilation = 1, before = 0, after = 0;
  [[nodiscard]] std::int64_t extent() const { return dilation * (kernel - 1) + 1; }
};

Result<std::vector<std::int64_t>> read_list(Attributes& attributes, const std::string& name, std::size_t length,
                                            std::int64_t otherwise, std::int64_t low) {
  const auto given = attributes.integers(name);
  if (!given) return std::vector<std::int64_t>(length, otherwise);
  if (given->size() != length) return fail("{} has {} entries, expected {}", name, given->size(), length);
  for (const std::int64_t value : *given)
    if (value < low || value > kMaximumSide)
      return fail("{} holds {}, expected {} to {}", name, value, low, kMaximumSide);
  return *given;
}

Result<std::array<std::int64_t, 2>> read_kernel(Attributes& attributes, std::optional<KernelSize> kernel) {
  if (!kernel && !attributes.has("kernel_shape")) return fail("attribute `kernel_shape` is missing");
  const auto given = read_list(attributes, "kernel_shape", 2, 1, 1);
  if (!given) return forward_error(given);
  if (!kernel) return std::array{(*given)[0], (*given)[1]};
  if (attributes.has("kernel_shape") && ((*given)[0] != kernel->height || (*given)[1] != kernel->width))
    return fail("kernel_shape is {}x{}, the weights' is {}x{}", (*given)[0], (*given)[1], kernel->height,
                kernel->width);
  if (kernel->height < 1 || kernel->height > kMaximumSide || kernel->width < 1 || kernel->width > kMaximumSide)
    return fail("a kernel of {}x{} is outside 1 to {}", kernel->height, kernel->width, kMaximumSide);
  return std::array{kernel->height, kernel->width};
}

/// SAME: ceil(size / stride) outputs; an odd pad goes behind (UPPER) or in front (LOWER).
void pad_same(Side& side, std::int64_t size, bool upper) {
  const std::int64_t outputs = (size + side.stride - 1) / side.stride;
  const std::int64_t total = std::max<std::int64_t>(0, (outputs - 1) * side.stride + side.extent() - size);
  side.before = upper ? total / 2 : total - total / 2;
  side.after = total - side.before;
}

Result<void> resolve_auto_pad(const std::string& mode, Side& rows, Side& columns, const Shape& map) {
  if (mode == "NOTSET") return {};
  if (mode != "VALID" && mode != "SAME_UPPER" && mode != "SAME_LOWER") return fail("auto_pad is `{}`", mode);
  rows.before = rows.after = columns.before = columns.after = 0;
  if (mode == "VALID") return {};
  pad_same(rows, map.height, mode == "SAME_UPPER");
  pad_same(columns, map.width, mode == "SAME_UPPER");
  return {};
}

Result<void> check_extents(const Side& rows, const Side& columns) {
  for (const Side& side : {rows, columns})
    if (side.extent() > kMaximumSide || side.before > kMaximumSide || side.after > kMaximumSide)
      return fail("kernel {} with dilation {} and pads {}, {} is larger than {}", side.kernel, side.dilation,
                  side.before, side.after, kMaximumSide);
  return {};
}

Window to_window(const Side& rows, const Side& columns) {
  const auto narrow = [](std::int64_t value) { return static_cast<int>(value); };  // checked above
  Window window;
  window.kernel_height = narrow(rows.kernel);
  window.kernel_width = narrow(columns.kernel);
  window.stride_height = narrow(rows.stride);
  window.stride_width = narrow(columns.stride);
  window.dilation_height = narrow(rows.dilation);
  window.dilation_width = narrow(columns.dilation);
  window.pad_top = narrow(rows.before);
  window.pad_bottom = narrow(rows.after);
  window.pad_left = narrow(columns.before);
  window.pad_right = narrow(columns.after);
  return window;
}

/// Rows (or columns) to add behind so that rounding down gives what rounding up would.
int missing_behind(int size, int before, int after, int extent, int stride) {
  const int span = size + before + after - extent;
  if (span < 0 || span % stride == 0) return 0;
  const int last_start = (span / stride + 1) * stride;
  return last_start >= size + before ? 0 : last_start - span;
}

bool every_window_touches(int outputs, int stride, int before, int kernel, int dilation, int size) {
  for (int o = 0; o < outputs; ++o) {
    const int start = o * stride - before;
    const int first = start >= 0 ? 0 : (-start + dilation - 1) / dilation;  // the first tap not in front of the map
    if (first >= kernel || start + first * dilation >= size) return false;
  }
  return true;
}

}  // namespace

Result<Window> read_window(Attributes& attributes, std::optional<KernelSize> kernel, const Shape& map) {
  const auto shape = read_kernel(attributes, kernel);
  if (!shape) return forward_error(shape);
  const auto strides = read_list(attributes, "strides", 2, 1, 1);
  if (!strides) return forward_error(strides);
  const auto dilations = read_list(attributes, "dilations", 2, 1, 1);
  if (!dilations) return forward_error(dilations);
  const auto pads = read_list(attributes, "pads", 4, 0, 0);
  if (!pads) return forward_error(pads);
  Side rows{(*shape)[0], (*strides)[0], (*dilations)[0], (*pads)[0], (*pads)[2]};
  Side columns{(*shape)[1], (*strides)[1], (*dilations)[1], (*pads)[1], (*pads)[3]};
  const auto padded = resolve_auto_pad(attributes.text("auto_pad", "NOTSET"), rows, columns, map);
  if (!padded) return forward_error(padded);
  const auto sizes = check_extents(rows, columns);
  if (!sizes) return forward_error(sizes);
  return to_window(rows, columns);
}

void round_up(Window& window, const Shape& map) {
  window.pad_bottom += missing_behind(map.height, window.pad_top, window.pad_bottom,
                                      window.dilation_height * (window.kernel_height - 1) + 1, window.stride_height);
  window.pad_right += missing_behind(map.width, window.pad_left, window.pad_right,
                                     window.dilation_width * (window.kernel_width - 1) + 1, window.stride_width);
}

Result<void> check_windows_touch(const Window& window, const Shape& map) {
  if (!every_window_touches(window.output_height(map.height), window.stride_height, window.pad_top,
                            window.kernel_height, window.dilation_height, map.height) ||
      !every_window_touches(window.output_width(map.width), window.stride_width, window.pad_left, window.kernel_width,
                            window.dilation_width, map.width))
    return fail("pads are so wide that a window lies wholly on padding");
  return {};
}

Result<void> take_in(Window& window, const Padding& padding) {
  window.pad_top += padding.top;
  window.pad_left += padding.left;
  window.pad_bottom += padding.bottom;
  window.pad_right += padding.right;
  if (std::max({window.pad_top, window.pad_left, window.pad_bottom, window.pad_right}) > kMaximumSide)
    return fail("Pad and pads together are larger than {}", kMaximumSide);
  return {};
}

}  // namespace axvp::onnx_detail
