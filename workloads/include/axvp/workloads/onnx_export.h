#pragma once

#include <string>

#include "axvp/workloads/network.h"

namespace axvp {

/// The network as an ONNX model (opset 13, dynamic batch, input `input`, output `logits`); Netron and import_onnx read
/// it. The same network gives the same bytes.
[[nodiscard]] std::string export_onnx(const Network& network);

}  // namespace axvp
