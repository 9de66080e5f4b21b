#include "axvp/common/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace axvp {
namespace {

constexpr std::chrono::milliseconds kBarInterval{100};
constexpr std::chrono::seconds kLineInterval{10};
constexpr std::uint64_t kBarWidth = 24;

std::string as_clock(double seconds) {
  const auto whole = static_cast<std::uint64_t>(seconds + 0.5);
  if (whole >= 3600) return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

}  // namespace

ProgressStyle progress_style(bool quiet) {
  if (quiet) return ProgressStyle::Quiet;
  return ::isatty(STDERR_FILENO) != 0 ? ProgressStyle::Bar : ProgressStyle::Lines;
}

Progress::Progress(ProgressStyle style, std::string task, std::uint64_t total, std::string unit)
    : style_(style),
      task_(std::move(task)),
      unit_(std::move(unit)),
      total_(total),
      start_(std::chrono::steady_clock::now()),
      drawn_(start_) {}

Progress::~Progress() {
  if (!finished_ && style_ == ProgressStyle::Bar) std::fputc('\n', stderr);
}

void Progress::update(std::uint64_t done, const std::string& remark) {
  done_ = std::min(done, total_);  // where the total was an estimate
  remark_ = remark;
  if (style_ == ProgressStyle::Quiet) return;
  const auto now = std::chrono::steady_clock::now();
  if (style_ == ProgressStyle::Bar ? now - drawn_ < kBarInterval : now - drawn_ < kLineInterval) return;
  drawn_ = now;
  draw(false);
}

void Progress::finish(const std::string& remark) {
  if (finished_) return;
  finished_ = true;
  done_ = total_;
  remark_ = remark;
  if (style_ != ProgressStyle::Quiet) draw(true);
}

void Progress::draw(bool last) {
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  const double rate = seconds > 0 ? static_cast<double>(done_) / seconds : 0.0;
  std::string line = fmt::format("{:<10} ", task_);
  if (style_ == ProgressStyle::Bar) {
    const std::uint64_t filled = total_ > 0 ? done_ * kBarWidth / total_ : kBarWidth;
    line += "[" + std::string(filled, '#') + std::string(kBarWidth - filled, '.') + "]  ";
  }
  line += fmt::format("{}/{} {}  {:.3g} {}/s", done_, total_, unit_, rate, unit_);
  if (last)
    line += fmt::format("  {} in all", as_clock(seconds));
  else if (rate > 0)
    line += fmt::format("  {} left", as_clock(static_cast<double>(total_ - done_) / rate));
  if (!remark_.empty()) line += "  " + remark_;
  if (style_ == ProgressStyle::Bar)
    std::fprintf(stderr, "\r\x1b[2K%s%s", line.c_str(), last ? "\n" : "");
  else
    std::fprintf(stderr, "%s\n", line.c_str());
  std::fflush(stderr);
}

}  // namespace axvp
