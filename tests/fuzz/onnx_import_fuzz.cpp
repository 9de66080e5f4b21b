// libFuzzer target: any bytes as an ONNX model.
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "axvp/workloads/onnx_export.h"
#include "axvp/workloads/onnx_import.h"

namespace {

constexpr int kOpenSide = 16;  ///< Where the model leaves its size open.
constexpr std::size_t kLargestToWrite = 1 << 20;

[[noreturn]] void give_up(const std::string& message) {
  std::fprintf(stderr, "%s\n", message.c_str());
  std::abort();
}

std::size_t weights_of(const axvp::Network& network) {
  std::size_t weights = 0;
  for (const auto& node : network.nodes)
    if (const auto* convolution = std::get_if<axvp::Convolution>(&node.operation))
      weights += convolution->weights.size();
  return weights;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  auto network = axvp::import_onnx_bytes(bytes, "fuzz");
  if (!network && network.error().message.find("leaves its input") != std::string::npos)
    network = axvp::import_onnx_bytes(bytes, "fuzz", {kOpenSide, kOpenSide});
  if (!network) {
    if (network.error().message.empty()) give_up("an error without a message");
    return 0;
  }
  if (weights_of(*network) > kLargestToWrite) return 0;
  const auto again = axvp::import_onnx_bytes(axvp::export_onnx(*network), "again");
  if (!again) give_up("its own export is refused: " + again.error().message);
  return 0;
}
