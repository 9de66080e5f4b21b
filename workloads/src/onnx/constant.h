#pragma once

#include <onnx/onnx_pb.h>

#include <filesystem>

#include "value.h"

namespace axvp::onnx_detail {

/// Values of an initialiser or attribute: float32, int64, int32, int8, uint8 or bool, in typed fields, raw bytes or a
/// file of their own below `folder`, the model's (empty: there is none). The sizes are checked against the bytes that
/// are there before anything is allocated.
[[nodiscard]] Result<Constant> read_constant(const onnx::TensorProto& tensor, const std::filesystem::path& folder = {});

/// The elements `sources` (indices into `constant`, valid) under the shape `dims`.
[[nodiscard]] Constant pick(const Constant& constant, const std::vector<std::size_t>& sources, Dims dims);

}  // namespace axvp::onnx_detail
