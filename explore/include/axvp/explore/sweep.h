#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "axvp/common/result.h"
#include "axvp/explore/design_space.h"

namespace axvp {

enum class Objective { Latency, Energy, Area, EnergyDelay, Accuracy, Throughput };
/// Column of the results, with its unit: "latency_ms", "energy_uj", "area_mm2", "energy_delay_uj_ms", "top1_fraction",
/// "images_per_second".
[[nodiscard]] std::string_view column_of(Objective objective);

enum class SearchMethod { Grid, Random, Nsga2 };

/// A sweep file; docs/explore.md describes its keys.
struct SweepConfig {
  std::uint64_t seed = 1;
  std::vector<std::string> networks;  ///< Topology CSV, ONNX file or embedded network; paths as seen from the sweep.
  SearchMethod method = SearchMethod::Grid;
  std::uint64_t samples = 1000;    ///< Of method random.
  std::uint64_t population = 64;   ///< Of method nsga2.
  std::uint64_t generations = 40;  ///< Of method nsga2.
  std::vector<Objective> objectives{Objective::Latency, Objective::Energy, Objective::Area};
  std::optional<double> most_area_mm2, most_power_mw, most_latency_ms;
  double zero_activation_fraction = 0.5;  ///< Assumed of topologies, which have no values.
  std::size_t images = 100;               ///< For accuracy and zeros of networks with values.
  std::string data = "synth10:test";      ///< Their data set.
  DesignSpace space;
};

/// Reads a sweep (TOML) strictly; errors name line and column. Relative files are taken from `folder`.
[[nodiscard]] Result<SweepConfig> parse_sweep(std::string_view text, const std::string& name,
                                              const std::string& folder);

}  // namespace axvp
