#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "axvp/accel/array_model.h"
#include "axvp/sc_models/platform.h"
#include "command.h"
#include "workload.h"

namespace axvp::sim {

/// The array for `--level` cycle or rtl; null for lt, whose kernels and closed forms the platform has itself. Errors:
/// level rtl without Verilator, without an array of this size, or with a multiplier that has no RTL. `wave` may be
/// null; else it is shown every edge and outlives the array.
[[nodiscard]] Result<std::shared_ptr<ArrayModel>> make_array(const std::string& level, const PlatformConfig& config,
                                                             const SelectablePool& pool, const Catalogue& catalogue,
                                                             ArrayWave* wave = nullptr);
/// By its extension a file .vcd or .fst. Errors: another one, a path that cannot be written, FST without Verilator.
[[nodiscard]] Result<std::unique_ptr<WaveFile>> make_wave_file(const std::filesystem::path& path);

/// The same of the lanes beside the array; null also where there are none.
[[nodiscard]] Result<std::shared_ptr<LaneModel>> make_lanes(const std::string& level, const PlatformConfig& config,
                                                            const SelectablePool& pool, const Catalogue& catalogue);

/// What all levels must agree on, by operating point.
struct LevelResult {
  struct Point {
    std::string name;
    std::vector<std::vector<std::int32_t>> logits;  ///< Of each image.
    std::vector<Cycles> array_cycles;               ///< Of each operation for one image, waits for memory apart.
  };
  std::vector<Point> points;
};

/// Parts of the array that run in RTL beside the model; none by default.
struct LockstepOptions {
  bool array = false;
  std::string element;     ///< "R,C": one element with its multipliers.
  std::string multiplier;  ///< A selectable: its products in `element`, or in (0, 0).
  [[nodiscard]] bool chosen() const { return array || !element.empty() || !multiplier.empty(); }
};
/// An array at level cycle with those parts in lockstep. Errors: a part that has no RTL, a build without Verilator.
[[nodiscard]] Result<std::shared_ptr<ArrayModel>> make_lockstep(const LockstepOptions& options,
                                                                const PlatformConfig& config,
                                                                const SelectablePool& pool,
                                                                const Catalogue& catalogue);

/// Closed forms for level analytic (docs/timing.md).
struct TimingForms {
  Dataflow dataflow = Dataflow::WeightStationary;
  bool scalesim = false;  ///< SCALE-Sim's forms, without overlap of folds.
};

/// Level analytic: logits by the executor, cycles by closed forms: of the program's tiles for the platform's own array
/// (weight-stationary), of whole layers for others.
[[nodiscard]] Result<LevelResult> run_analytic(const Workload& workload, const Program& program,
                                               const PlatformConfig& config, const TimingForms& forms,
                                               ProgressStyle progress);
/// The same of a run of the platform, whose phase p is point p alone.
[[nodiscard]] LevelResult level_result(const Program& program, const std::vector<PlatformResult>& phases);

/// Writes array_cycles.csv (a row per operating point and operation, a total row per point) and logits.csv.
[[nodiscard]] Result<void> write_level_result(const std::filesystem::path& folder, const LevelResult& result,
                                              const Program& program);
/// For the terminal: top-1 and cycles of each point.
[[nodiscard]] std::string to_text(const LevelResult& result, const Workload& workload);

}  // namespace axvp::sim
