#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "axvp/common/field_reader.h"
#include "axvp/multipliers/encoding.h"

namespace axvp::sim {

/// Network, data and quantisation of a run.
struct WorkloadConfig {
  std::string network = "resnet8_synth10";  ///< Embedded name or ONNX file.
  std::string data = "synth10:test";
  std::size_t images = 0;        ///< The first ones; 0 takes all.
  std::string calibration_data;  ///< Empty: the training images that belong to `data`, see `training_images_of`.
  std::size_t calibration_images = 500;
  Encoding encoding = Encoding::SignMagnitude;
  double activation_percentile = 99.99;
};

enum class TuningMethod { None, Match };

struct TuningConfig {
  TuningMethod method = TuningMethod::Match;
  std::size_t images = 512;  ///< Of the calibration data.
};

/// A user's own multiplier: a 256x256 table in a .npy file, and what it costs if it is to be simulated.
struct UserMultiplier {
  std::string id;
  std::filesystem::path table;
  std::optional<double> energy_pj;  ///< Per executed MAC.
  double area_um2 = 0.0;
  double leakage_nw = 0.0;
};

/// An operating point as written by hand: one multiplier, and exceptions by layer name.
struct PointConfig {
  std::string name;
  std::string multiplier;
  std::map<std::string, std::string> layers;  ///< Layer name -> selectable id.
};

/// Reads the tables [workload], [tuning], [[multiplier]] and [[operating_point]]. Paths are relative to `folder`.
struct NetworkRunConfig {
  WorkloadConfig workload;
  TuningConfig tuning;
  std::vector<UserMultiplier> multipliers;
  std::vector<PointConfig> points;
};
[[nodiscard]] NetworkRunConfig read_network_run(FieldReader& root, const std::filesystem::path& folder);

[[nodiscard]] nlohmann::json to_json(const NetworkRunConfig& config);

}  // namespace axvp::sim
