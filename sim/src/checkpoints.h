#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "axvp/common/result.h"

namespace axvp::sim {

/// Which stages of a long run have ended, in a file. A run that was killed goes on after the last of them.
class Checkpoints {
 public:
  /// Reads `file` if it exists. `settings` is everything that the stages' results depend on. Error: the file was
  /// written under other settings, with the first that differs.
  [[nodiscard]] static Result<Checkpoints> open(std::filesystem::path file, nlohmann::json settings);

  [[nodiscard]] bool has(const std::string& stage) const { return seconds_.count(stage) != 0; }
  [[nodiscard]] double seconds(const std::string& stage) const { return seconds_.at(stage); }
  /// After the stage's own files are written.
  [[nodiscard]] Result<void> add(const std::string& stage, double seconds);

 private:
  Checkpoints(std::filesystem::path file, nlohmann::json settings)
      : file_(std::move(file)), settings_(std::move(settings)) {}

  std::filesystem::path file_;
  nlohmann::json settings_;
  std::map<std::string, double> seconds_;  ///< That each stage took.
};

}  // namespace axvp::sim
