#pragma once

#include <onnx/onnx_pb.h>

#include <filesystem>
#include <string>

#include "axvp/common/result.h"

namespace axvp::onnx_detail {

/// The `size` bytes of a tensor whose values lie in a file of their own beside the model. `folder` is the model's; the
/// file must lie in it or below. An empty `folder` means that the model does not come from a file.
[[nodiscard]] Result<std::string> read_external_data(const onnx::TensorProto& tensor,
                                                     const std::filesystem::path& folder, std::uint64_t size);

}  // namespace axvp::onnx_detail
