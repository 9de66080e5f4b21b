#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
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
  std::vector<std::vector<double>> channel_factors;  ///< Likewise, [tensor][channel]; empty where there are none.
  /// [layer][channel] of exact products, what the points are compared with; empty: the float network's own numbers.
  std::vector<std::vector<Requantisation>> exact_requantisation;
  std::vector<OperatingPoint> points;
  Provenance provenance;
};

/// Strict: unknown keys, integers that do not fit multiplier, shift or bias, lists of different lengths, points of
/// different shapes, a name twice or no point at all are errors by JSON pointer. Whether the file belongs to a network
/// (`network_sha256`) is the caller's check.
[[nodiscard]] Result<OperatingPointFile> parse_operating_points(std::string_view text, const std::string& name);
/// One line a layer; the same file gives the same bytes, and what was formatted parses to the same values.
[[nodiscard]] std::string format_operating_points(const OperatingPointFile& file);

[[nodiscard]] Result<OperatingPointFile> load_operating_points(const std::filesystem::path& path);
[[nodiscard]] Result<void> save_operating_points(const OperatingPointFile& file, const std::filesystem::path& path);

}  // namespace axvp
