#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "axvp/accel/clocked_array.h"
#include "axvp/accel/timeline.h"
#include "axvp/common/result.h"

namespace axvp {

/// A file of signals over time, under way.
class WaveFile {
 public:
  virtual ~WaveFile() = default;
  /// Before the first time: a signal of 1 to 64 bits in `scope`, numbered from 0 in the order of declaration. Signals
  /// of one scope follow one another.
  virtual void declare(std::string_view scope, std::string_view name, int bits) = 0;
  /// Picoseconds, ascending.
  virtual void time(std::uint64_t picoseconds) = 0;
  virtual void change(std::size_t signal, std::uint64_t value) = 0;
  /// Completes the file; before that there is nothing under its name.
  virtual Result<void> close() = 0;
};

/// Value change dump (IEEE 1364). Errors: a path that cannot be written.
[[nodiscard]] Result<std::unique_ptr<WaveFile>> make_vcd_file(const std::filesystem::path& path);

/// What a clocked array did, edge by edge, as a wave: its ports (named as those of rtl/array); of every element the
/// operands that it takes in that edge (numbers, x of nine bits) and its sum after it; and which operation, run and
/// cycle of the platform an edge belongs to. The array's own edges follow one another in the file; what the platform
/// does between runs takes no time there. The same at levels cycle and rtl.
class ArrayWave {
 public:
  /// Only operations of the name `window.layer` (`names`: of the program's, by node) and cycles of the window are
  /// written, and at most window.most_events edges.
  ArrayWave(std::unique_ptr<WaveFile> file, std::vector<std::string> names, TimelineWindow window, double clock_mhz);

  /// The next edges belong to a run of operation `node` that begins in the platform's cycle `begin`.
  void begin_run(std::uint32_t node, Cycles begin);

  /// Of the recorded array, once, before the first edge.
  void declare(std::string_view scope, std::string_view name, int bits);
  /// True if the present edge is to be written: then set() each signal that was declared, in that order.
  [[nodiscard]] bool next_edge();
  void set(std::uint64_t value);

  [[nodiscard]] std::uint64_t edges() const { return edges_; }      ///< Written.
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }  ///< Beyond the window's most_events.
  [[nodiscard]] Result<void> close();

 private:
  std::unique_ptr<WaveFile> file_;
  std::vector<std::string> names_;
  TimelineWindow window_;
  std::uint64_t period_;               ///< Picoseconds.
  std::vector<std::uint64_t> values_;  ///< Last written, by signal; those of the wave itself first.
  std::size_t next_ = 0;               ///< Signal that set() means.
  std::uint32_t node_ = 0, run_ = 0;
  Cycles cycle_ = 0;
  std::uint64_t edges_ = 0, dropped_ = 0;
};

/// `array`, with every edge shown to `wave`, which outlives it.
[[nodiscard]] std::unique_ptr<ClockedWsArray> make_recorded_array(std::unique_ptr<ClockedWsArray> array,
                                                                  ArrayWave& wave);
[[nodiscard]] std::unique_ptr<ClockedOsArray> make_recorded_array(std::unique_ptr<ClockedOsArray> array,
                                                                  ArrayWave& wave);

}  // namespace axvp
