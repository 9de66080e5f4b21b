#pragma once

#include "operators.h"

namespace axvp::onnx_detail {

/// Kernel, strides, dilations and pads of Conv or a pool on a `height` x `width` map from the node's attributes
/// (auto_pad resolved). `kernel` stands in for an absent kernel_shape and must agree with a present one.
struct KernelSize {
  std::int64_t height = 0;
  std::int64_t width = 0;
};
[[nodiscard]] Result<Window> read_window(Attributes& attributes, std::optional<KernelSize> kernel, const Shape& map);

/// ceil_mode of pools: grows the lower and right pads by what makes the last, overhanging window count. A window that
/// would start beyond the map and its padding is left out (ONNX, MaxPool).
void round_up(Window& window, const Shape& map);

/// An error if some window lies wholly on padding, where a pool has nothing to take.
[[nodiscard]] Result<void> check_windows_touch(const Window& window, const Shape& map);

/// Zero rows and columns of a Pad become the window's own.
[[nodiscard]] Result<void> take_in(Window& window, const Padding& padding);

}  // namespace axvp::onnx_detail
