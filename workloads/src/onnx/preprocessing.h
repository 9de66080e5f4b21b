#pragma once

#include <onnx/onnx_pb.h>

#include "axvp/workloads/network.h"

namespace axvp::onnx_detail {

/// Preprocessing in a model's metadata: `axvp.divisor`, `axvp.mean`, `axvp.deviation`, optional `axvp.shorter_side`
/// (decimal numbers, separated by commas). Models without any get the default; a part of them is an error.
[[nodiscard]] Result<Preprocessing> read_preprocessing(const onnx::ModelProto& model);
void write_preprocessing(const Preprocessing& preprocessing, onnx::ModelProto& model);

}  // namespace axvp::onnx_detail
