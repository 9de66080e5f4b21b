#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "axvp/workloads/convolution_kernel.h"

namespace axvp::kernels {

/// Consecutive bytes of a receptive field, from the pixel's first byte; they hold k = first_k, first_k + 1, ...
struct Run {
  std::int32_t offset = 0;
  int length = 0;
  int first_k = 0;
};

/// Where a convolution's operands lie in the padded copy of its input: [image][plane][row][column][channel] with the
/// padding in it, so that a receptive field is the same set of offsets from every output pixel (implicit im2col).
/// Work is done in chunks of some rows of one image or of some whole images.
struct ConvolutionLayout {
  ConvolutionLayout(const ConvolutionKernel::Description& description, int planes, int target_pixels);

  [[nodiscard]] std::vector<Run> runs_of_group(int group) const;
  /// Input rows that `rows` output rows need, padding included.
  [[nodiscard]] int input_rows(int rows) const {
    return (rows - 1) * window.stride_height + window.dilation_height * (window.kernel_height - 1) + 1;
  }

  Window window;
  Shape input;
  int groups = 1;
  int group_inputs = 0;
  int first_input_channel = 0;
  int channels = 0;  ///< Of the copy: groups * group_inputs.
  int output_rows = 0;
  int output_columns = 0;
  int padded_columns = 0;
  int chunk_rows = 0;    ///< All rows if chunk_images > 1.
  int chunk_images = 0;  ///< 1 if chunk_rows is less than all.
  std::size_t plane_bytes = 0;
  std::size_t image_bytes = 0;
  std::vector<std::int32_t> pixel_offsets;  ///< Of a whole chunk: [image][row][column].
};

}  // namespace axvp::kernels
