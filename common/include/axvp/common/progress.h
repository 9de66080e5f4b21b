#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace axvp {

/// How long work is reported: a bar on a terminal, plain lines otherwise, nothing when quiet.
enum class ProgressStyle { Bar, Lines, Quiet };

/// Bar if standard error is a terminal, else Lines; Quiet if asked for.
[[nodiscard]] ProgressStyle progress_style(bool quiet);

/// Progress of one task on standard error: "simulate  [#####.....]  512/1000 images  35.1 images/s  0:14 left".
/// Results never go through here.
class Progress {
 public:
  Progress(ProgressStyle style, std::string task, std::uint64_t total, std::string unit);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Sets the work done so far, with an optional remark ("loss 0.31"); draws at most ten times a second.
  void update(std::uint64_t done, const std::string& remark = "");
  /// Draws the final state and ends the line.
  void finish(const std::string& remark = "");

 private:
  void draw(bool last);

  ProgressStyle style_;
  std::string task_;
  std::string unit_;
  std::string remark_;
  std::uint64_t total_;
  std::uint64_t done_ = 0;
  bool finished_ = false;
  std::chrono::steady_clock::time_point start_;
  std::chrono::steady_clock::time_point drawn_;
};

}  // namespace axvp
