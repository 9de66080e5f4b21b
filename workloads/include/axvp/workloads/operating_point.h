#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "axvp/common/provenance.h"
#include "axvp/workloads/quantized_network.h"

namespace axvp {

/// One point the controller can run at: a selectable per layer and the requantisation that goes with it.
struct OperatingPoint {
  std::string name;                                         ///< Shown in reports, e.g. "eco".
  std::vector<std::string> selectable_of_layer;             ///< Selectable ids, indexed by layer.
  std::vector<std::vector<Requantisation>> requantisation;  ///< [layer][output channel].
};

/// operating_points.json: what simulate, evaluate and power read. Point 0 is the most accurate.
struct OperatingPointFile {
  std::string network_sha256;  ///< Of the ONNX file the sets were made for.
  Encoding encoding = Encoding::SignMagnitude;
  std::vector<double> tensor_scales;  ///< Of the quantised network, indexed by TensorId: freezes the quantisation.
  std::vector<OperatingPoint> points;
  Provenance provenance;
};

[[nodiscard]] Result<OperatingPointFile> load_operating_points(const std::filesystem::path& path);
[[nodiscard]] Result<void> save_operating_points(const OperatingPointFile& file, const std::filesystem::path& path);

}  // namespace axvp
