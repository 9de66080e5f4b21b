#pragma once

#include <onnx/onnx_pb.h>

#include <vector>

#include "axvp/common/result.h"

namespace axvp::onnx_detail {

/// Indices of the nodes that the graph's outputs depend on, each after the nodes it depends on and otherwise in the
/// file's order. Errors: an input that nothing provides, a value provided twice, a cycle.
[[nodiscard]] Result<std::vector<int>> execution_order(const onnx::GraphProto& graph);

/// "Conv `layer1.conv1`", with the node's place in the file where it has no name.
[[nodiscard]] std::string describe(const onnx::GraphProto& graph, int node);

}  // namespace axvp::onnx_detail
