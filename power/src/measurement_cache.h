#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "axvp/power/energy_table.h"

namespace axvp {

/// What one simulation of a multiplier gave.
struct Measurement {
  EventEnergy timed, zero_delay;  ///< Mean of a transition.
  Picojoules standard_error{};    ///< Of `timed`.
  Nanowatts leakage{};
};

/// Measurements under one stimulus that were made before, by netlist and mode, in a file of a folder. The stimulus'
/// key has to say everything that a measurement depends on; the hash of this library's own sources is added to it. A
/// file that cannot be read is as good as none. Thread-safe.
class MeasurementCache {
 public:
  MeasurementCache(const std::filesystem::path& folder, const std::string& stimulus_key);

  [[nodiscard]] std::optional<Measurement> find(const std::string& key) const;
  void add(const std::string& key, const Measurement& measurement);
  /// Writes the file if something was added. Fails if the folder cannot be written.
  [[nodiscard]] Result<void> save() const;

 private:
  std::filesystem::path path_;
  mutable std::mutex mutex_;
  std::map<std::string, Measurement> known_;
  bool is_changed_ = false;
};

}  // namespace axvp
