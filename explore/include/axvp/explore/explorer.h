#pragma once

#include <functional>
#include <optional>
#include <unordered_map>
#include <vector>

#include "axvp/explore/estimate.h"
#include "axvp/explore/pareto.h"
#include "axvp/explore/result_store.h"
#include "axvp/explore/sweep.h"

namespace axvp {

/// What one configuration costs beside its events.
struct PricedConfiguration {
  EventPrices prices;  ///< Selectables in the order of the pool.
  SquareMicrometres area{};
  bool is_clock_allowed = true;  ///< By the delays of pool and lanes.
};
using Pricer = std::function<Result<PricedConfiguration>(const PlatformConfig&, const SweptPool&)>;

/// An operating point in a network.
struct PointActivity {
  Multiplications multiplications;
  std::optional<double> top1_fraction;  ///< None of a topology.
};
/// A network and what was measured of it.
struct SweptNetwork {
  ExploredNetwork shapes;
  std::vector<std::optional<PointActivity>> points;  ///< By operating point; none that is made for another network.
};

/// A part of a sweep: configurations whose number is `index` modulo `count`.
struct Shard {
  std::uint64_t index = 0;
  std::uint64_t count = 1;
};

/// The analytic level of a sweep, into a store that may already hold a part of it.
class Explorer {
 public:
  /// References outlive the object.
  Explorer(const SweepConfig& sweep, const std::vector<SweptNetwork>& networks, Pricer pricer, unsigned threads);

  /// Evaluates what the store lacks, `kChunk` configurations to a transaction; `progress` gets how many are done, of
  /// how many. Method nsga2 cannot be divided into shards.
  [[nodiscard]] Result<void> run(ResultStore& store, const Shard& shard,
                                 const std::function<void(std::uint64_t, std::uint64_t)>& progress);

  /// All networks in one configuration each, networks of one configuration side by side.
  [[nodiscard]] Result<std::vector<ExploredResult>> evaluate(const std::vector<std::uint64_t>& configurations);

  static constexpr std::size_t kChunk = 2048;

 private:
  using Estimates = std::vector<std::optional<AnalyticEstimate>>;  ///< By network; none that does not fit.
  using Selectors = std::vector<std::size_t>;                      ///< By convolution, or one for all: into the pool.

  [[nodiscard]] Result<void> estimate_hardware(const std::vector<std::uint64_t>& configurations);
  [[nodiscard]] ExploredResult judge(std::uint64_t configuration, std::uint32_t network,
                                     const PricedConfiguration& priced) const;
  [[nodiscard]] Result<void> add(ResultStore& store, const std::vector<std::uint64_t>& configurations);
  [[nodiscard]] Result<void> search(ResultStore& store,
                                    const std::function<void(std::uint64_t, std::uint64_t)>& progress);

  const SweepConfig& sweep_;
  const std::vector<SweptNetwork>& networks_;
  Pricer pricer_;
  unsigned threads_;
  std::vector<std::vector<std::optional<Selectors>>> selectors_;  ///< [pool][point]; none where the pool lacks one.
  std::unordered_map<std::uint64_t, Estimates> estimates_;        ///< By hardware.
};

/// Configurations of methods grid and random, ascending.
[[nodiscard]] std::vector<std::uint64_t> configurations_of(const SweepConfig& sweep, const Shard& shard);

/// Values to be minimised; accuracy counts negative.
[[nodiscard]] Objectives objectives_of(const ExploredResult& result, const std::vector<Objective>& objectives);

/// Indices into `results` of each network's front among those that are ok, network by network.
[[nodiscard]] std::vector<std::size_t> front_of(const std::vector<ExploredResult>& results, std::size_t networks,
                                                const std::vector<Objective>& objectives);

/// results.csv and front.csv: a row per network and configuration.
[[nodiscard]] std::string results_csv(const SweepConfig& sweep, const std::vector<SweptNetwork>& networks,
                                      const std::vector<ExploredResult>& results);

/// Texts of the axes' values.
[[nodiscard]] std::vector<std::string> parameters_of(const DesignSpace& space, std::uint64_t configuration);

}  // namespace axvp
