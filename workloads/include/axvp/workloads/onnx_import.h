#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include "axvp/workloads/network.h"

namespace axvp {

struct ImportOptions {
  /// Height and width where the model leaves them open; an error if the model fixes others.
  std::optional<int> input_height, input_width;
};

/// Reads an ONNX model (opset 9 to 18, float32, or quantised by pairs of QuantizeLinear and DequantizeLinear). An unsupported operator, attribute, type or shape is an error that
/// names operator, node and reason. docs/onnx.md lists what is supported.
[[nodiscard]] Result<Network> import_onnx(const std::filesystem::path& path, const ImportOptions& options = {});
[[nodiscard]] Result<Network> import_onnx_bytes(std::string_view model, const std::string& name,
                                                const ImportOptions& options = {});

}  // namespace axvp
