#pragma once

#include <string>
#include <vector>

#include "axvp/common/progress.h"
#include "axvp/common/provenance.h"
#include "axvp/multipliers/catalogue.h"
#include "axvp/workloads/dataset.h"
#include "axvp/workloads/operating_point.h"
#include "axvp/workloads/quantise.h"
#include "circuit_library.h"
#include "run_config.h"

namespace axvp::sim {

/// What every run over a network starts from: the quantised network, its operating points, their tables, the test
/// images.
struct Workload {
  Catalogue catalogue = Catalogue::built_in();
  Network network;  ///< As imported, float.
  Quantisation quantisation;
  std::vector<OperatingPoint> points;
  std::vector<std::vector<TruthTable>> tables;  ///< [operating point][layer]
  std::string network_sha256;
  Dataset data;
  Dataset calibration;
  std::optional<CircuitLibrary> library;  ///< Its circuits are in the catalogue.
  Provenance provenance;
};

/// An imported network and the SHA-256 of its file.
struct ImportedNetwork {
  Network network;
  std::string sha256;
};
/// Imports an ONNX file, what a network description (TOML) says, or the embedded network of that name.
[[nodiscard]] Result<ImportedNetwork> open_network(const std::string& file_or_name);

/// The training images that belong to test images: synth10:train, data_batch_1.bin or train_exact.bin beside a CIFAR-10
/// file, the train split of a Tiny ImageNet folder. An error asks for `calibration_data` where there are none: nothing
/// is ever tuned on test images.
[[nodiscard]] Result<std::string> training_images_of(const std::string& data);

/// At most `limit` of the training images that the configuration names, or that lie beside its data. An error if they
/// are the images that `workload` measures with.
[[nodiscard]] Result<Dataset> open_training_images(const RunConfig& config, const Workload& workload, std::size_t limit,
                                                   ProgressStyle progress);

/// Gives all points of `workload` their requantisation sets anew, by `method` on `images`.
[[nodiscard]] Result<void> tune_points(TuningMethod method, const Dataset& images, ProgressStyle progress,
                                       Workload& workload);

/// The configuration of what `workload` holds: where the points came from a file, they and the encoding are the file's.
[[nodiscard]] RunConfig effective_config(RunConfig config, const std::filesystem::path& operating_points,
                                         const Workload& workload);

/// The workload's points as a file: with what is frozen over all points.
[[nodiscard]] OperatingPointFile points_file(const Workload& workload, const std::string& command, std::uint64_t seed);

/// Imports, calibrates, quantises and tunes as the configuration says; or takes the points of `operating_points` (a
/// file written by `axvp tune`) with its frozen scales if the path is not empty.
[[nodiscard]] Result<Workload> prepare_workload(const RunConfig& config, const std::filesystem::path& operating_points,
                                                ProgressStyle progress);

}  // namespace axvp::sim
