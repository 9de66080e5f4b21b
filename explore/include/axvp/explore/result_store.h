#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "axvp/common/result.h"

namespace axvp {

/// What was found of one network in one configuration.
struct ExploredResult {
  std::uint64_t configuration = 0;
  std::uint32_t network = 0;       ///< Index into the sweep's networks.
  std::string status;              ///< "ok", or what rules the configuration out.
  std::uint64_t array_cycles = 0;  ///< Of an inference, analytic; 0 where it does not fit.
  std::uint64_t cycles = 0;        ///< Of an inference, which takes a batch of images.
  double latency_ms = 0.0;         ///< Likewise.
  double images_per_second = 0.0;
  double energy_uj = 0.0;  ///< Of an image.
  double area_mm2 = 0.0;
  double power_mw = 0.0;
  double energy_delay_uj_ms = 0.0;  ///< Energy of an image by latency.
  std::optional<double> top1_fraction;

  [[nodiscard]] bool is_ok() const { return status == "ok"; }
};

/// Results in an SQLite file (docs/explore.md has the schema). What `add` was given is in the file, whole, whenever the
/// process dies.
class ResultStore {
 public:
  /// Opens or creates `file`. It belongs to the sweep whose identity is `sweep_sha256`; a file of another sweep is an
  /// error.
  [[nodiscard]] static Result<ResultStore> open(const std::filesystem::path& file, const std::string& sweep_sha256);

  ResultStore(ResultStore&&) noexcept;
  ResultStore& operator=(ResultStore&&) noexcept;
  ~ResultStore();

  /// All of them or none. `parameters` are the texts of the axes' values of each result's configuration, in their
  /// order.
  [[nodiscard]] Result<void> add(const std::vector<ExploredResult>& results,
                                 const std::vector<std::vector<std::string>>& parameters);
  /// Configurations that are in the file.
  [[nodiscard]] Result<std::unordered_set<std::uint64_t>> configurations() const;
  /// By network, then by configuration.
  [[nodiscard]] Result<std::vector<ExploredResult>> all() const;

 private:
  struct Database;
  explicit ResultStore(std::unique_ptr<Database> database);
  std::unique_ptr<Database> database_;
};

}  // namespace axvp
