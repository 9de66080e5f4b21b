#include "convolution_layout.h"

#include <algorithm>

namespace axvp::kernels {

ConvolutionLayout::ConvolutionLayout(const ConvolutionKernel::Description& d, int planes, int target_pixels)
    : window(d.window),
      input(d.input),
      groups(d.groups),
      group_inputs(d.group_inputs),
      first_input_channel(d.first_input_channel),
      channels(d.groups * d.group_inputs),
      output_rows(d.window.output_height(d.input.height)),
      output_columns(d.window.output_width(d.input.width)) {
  const int reach = (output_columns - 1) * window.stride_width + window.dilation_width * (window.kernel_width - 1) + 1;
  padded_columns = std::max(reach, window.pad_left + input.width);
  const int pixels = output_rows * output_columns;
  chunk_rows = pixels > target_pixels ? std::max(1, target_pixels / output_columns) : output_rows;
  chunk_images = chunk_rows < output_rows ? 1 : std::max(1, target_pixels / pixels);
  const auto row_bytes = static_cast<std::size_t>(padded_columns) * static_cast<std::size_t>(channels);
  plane_bytes = static_cast<std::size_t>(input_rows(chunk_rows)) * row_bytes;
  image_bytes = plane_bytes * static_cast<std::size_t>(planes);
  pixel_offsets.reserve(static_cast<std::size_t>(chunk_images * chunk_rows * output_columns));
  for (int image = 0; image < chunk_images; ++image)
    for (int row = 0; row < chunk_rows; ++row)
      for (int column = 0; column < output_columns; ++column)
        pixel_offsets.push_back(static_cast<std::int32_t>(
            static_cast<std::size_t>(image) * image_bytes +
            static_cast<std::size_t>(row * window.stride_height) * row_bytes +
            static_cast<std::size_t>(column * window.stride_width) * static_cast<std::size_t>(channels)));
}

std::vector<Run> ConvolutionLayout::runs_of_group(int group) const {
  std::vector<Run> runs;
  int k = 0;
  for (int kh = 0; kh < window.kernel_height; ++kh)
    for (int kw = 0; kw < window.kernel_width; ++kw, k += group_inputs) {
      const int column = kh * window.dilation_height * padded_columns + kw * window.dilation_width;
      const std::int32_t offset = column * channels + group * group_inputs;
      if (!runs.empty() && runs.back().offset + runs.back().length == offset)
        runs.back().length += group_inputs;
      else
        runs.push_back({offset, group_inputs, k});
    }
  return runs;
}

}  // namespace axvp::kernels
