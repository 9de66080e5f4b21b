#pragma once

#include <cstdint>
#include <vector>

#include "aligned_buffer.h"
#include "convolution_layout.h"
#include "kernel_set.h"

namespace axvp::kernels {

/// Consecutive k of one product-row block.
struct PackedBlock {
  std::int32_t offset = 0;  ///< Of the first activation byte, from the pixel.
  int depth = 0;
  int first_k = 0;
};

/// Output channels that are computed together, with their weights in the kernels' order.
struct PackedColumn {
  int first_channel = 0;
  int channels = 0;
  int padded = 0;                 ///< Multiple of the kernels' lanes.
  int row_width = 0;              ///< Of product rows; `padded` is a multiple.
  std::int32_t input_offset = 0;  ///< Depthwise: of the first channel's byte.

  // Planes.
  std::vector<std::int32_t> step_offsets;
  AlignedBuffer<std::int8_t> dot_weights;
  std::vector<std::int32_t> bias;
  // Rows, and depthwise taps.
  std::vector<PackedBlock> blocks;
  std::vector<std::int32_t> tap_offsets;    ///< Of each plane in turn where there are planes.
  AlignedBuffer<std::int16_t> tap_weights;  ///< See DepthwiseDotOperands.
  AlignedBuffer<std::uint8_t> row_weights;  ///< [k][padded].
  bool odd_rows = false;                    ///< The plan's rows are odd and no weight is -128.
};

/// Which of the copy's planes each of the plan's planes reads; rows read plane 0, the stored bytes.
struct PlaneSources {
  PlaneSources() = default;  ///< The stored bytes alone.
  explicit PlaneSources(const ProductPlan& plan);

  int count = 1;
  bool stored_bytes = true;          ///< Plane 0 of the copy holds the stored bytes.
  std::vector<int> source_of_plane;  ///< Indexed by the plan's planes.
};

[[nodiscard]] bool is_depthwise(const ConvolutionKernel::Description& description);

/// Most k of a block, so that the 16-bit sums of the plan's row entries cannot overflow if that is possible.
[[nodiscard]] int block_depth(const ProductPlan& plan);

[[nodiscard]] std::vector<PackedColumn> pack_columns(const ConvolutionKernel::Description& description,
                                                     const ConvolutionLayout& layout, const ProductPlan& plan,
                                                     const PlaneSources& sources, const KernelSet& set);

}  // namespace axvp::kernels
