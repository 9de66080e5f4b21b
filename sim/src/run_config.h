#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "axvp/accel/platform_config.h"
#include "axvp/accel/qos_policy.h"
#include "axvp/common/field_reader.h"
#include "axvp/multipliers/encoding.h"
#include "axvp/workloads/quantise.h"

namespace axvp::sim {

/// Network, data and quantisation of a run.
struct WorkloadConfig {
  std::string network = "resnet8_synth10";  ///< Embedded name or ONNX file.
  std::string data = "synth10:test";
  std::size_t images = 0;        ///< The first ones; 0 takes all.
  std::string calibration_data;  ///< Empty: the training images that belong to `data`, see `training_images_of`.
  std::size_t calibration_images = 500;
  Encoding encoding = Encoding::SignMagnitude;
  RangeRule activation_range = RangeRule::Percentile;
  double activation_percentile = 99.99;
  bool equalise = true;
  std::size_t correction_images = 128;  ///< 0: no bias correction.
};

enum class TuningMethod {
  None,
  Match,       ///< Moments of the exact network.
  Statistics,  ///< Moments that the BatchNormalizations were trained with, as the papers do it.
};
[[nodiscard]] std::string_view to_string(TuningMethod method);
/// The reverse of to_string(); another name than these is none of them.
[[nodiscard]] std::optional<TuningMethod> tuning_method(std::string_view name);

struct TuningConfig {
  TuningMethod method = TuningMethod::Match;
  std::size_t images = 512;  ///< Of the calibration data.
};

/// A user's own multiplier: a 256x256 table in a .npy file, and what it costs if it is to be simulated. Figures that
/// are not stated count as 0, and the report says so.
struct UserMultiplier {
  std::string id;
  std::filesystem::path table;
  std::optional<double> energy_pj;  ///< Per executed MAC.
  std::optional<double> area_um2;
  std::optional<double> leakage_nw;
  std::optional<double> delay_ns;  ///< Inputs to product; the clock is checked against it.
};

/// A folder of circuits' tables and a CSV file of what they cost.
struct LibraryConfig {
  std::filesystem::path tables;  ///< Folder of NAME.npy, 256x256 products each.
  std::filesystem::path costs;   ///< Columns `name`, `signed` (0: sm8, else s8) and `column`.
  std::string column;            ///< What a circuit costs, e.g. its power.
};

/// An operating point as written by hand: one multiplier, and exceptions by layer name.
struct PointConfig {
  std::string name;
  std::string multiplier;
  std::map<std::string, std::string> layers;  ///< Layer name -> selectable id.
};

/// A run configuration file: docs/file-formats.md describes its keys.
struct RunConfig {
  std::uint64_t seed = 1;  ///< Recorded with the result.
  WorkloadConfig workload;
  TuningConfig tuning;
  std::vector<UserMultiplier> multipliers;
  std::optional<LibraryConfig> library;
  std::vector<PointConfig> points;
  std::string points_file;  ///< Of `--operating-points`; then `points` are those of the file, and its scales hold.
  PlatformConfig platform;
  std::optional<PolicyConfig> controller;  ///< None: no controller run.
  std::string energy_table;                ///< Empty: the embedded one.
  std::vector<std::string> remarks;        ///< What of the file was not used, and why.
};

/// Reads and checks a file, or the embedded default where `path` is empty. Paths in the file are relative to it.
[[nodiscard]] Result<RunConfig> load_run_config(const std::string& path);

/// How the configuration has the network quantised.
[[nodiscard]] QuantisationOptions quantisation_options(const WorkloadConfig& config);

/// The effective configuration, for result files.
[[nodiscard]] nlohmann::json to_json(const RunConfig& config);

}  // namespace axvp::sim
