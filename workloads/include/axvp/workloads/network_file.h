#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "axvp/workloads/network.h"
#include "axvp/workloads/onnx_import.h"

namespace axvp {

/// What an ONNX file of another origin does not say about itself (docs/onnx.md shows a file).
struct NetworkDescription {
  std::filesystem::path model;  ///< The ONNX file.
  ImportOptions size;           ///< Height and width, where the model leaves them open.
  std::optional<Preprocessing> preprocessing;
  std::vector<int> outputs;  ///< Which of the network's outputs the data set's classes are, in order; empty: all.
};

/// Reads a description (TOML): `model` must be given; paths are relative to the file's folder, or looked for as
/// find_data_file() does. Errors name file, line and column.
[[nodiscard]] Result<NetworkDescription> load_network_description(const std::filesystem::path& path);

struct LoadedNetwork {
  Network network;
  std::string sha256;  ///< Of the ONNX file; with a description, of that and the ONNX file's together.
};

/// Loads an ONNX file, or what a description (a name that ends in .toml) says. Sizes in `options` go before the
/// description's.
[[nodiscard]] Result<LoadedNetwork> load_network(const std::filesystem::path& path, const ImportOptions& options = {});

/// The network with these of its outputs alone, in this order. An error if an index is out of range or the output does
/// not come from a convolution or Gemm (with what is fused to it) that nothing else reads.
[[nodiscard]] Result<Network> select_outputs(Network network, const std::vector<int>& outputs);

}  // namespace axvp
