#pragma once

#include <cstdint>
#include <vector>

#include "axvp/accel/clocked_array.h"

namespace axvp {

/// Operands of one element in one cycle.
struct ElementOperands {
  int fold = -1;  ///< Of the run; -1: nothing was at the ports.
  std::uint8_t x = 0;
  bool x_is_signed = false;
  std::int8_t w = 0;
  std::uint8_t select = 0;

  [[nodiscard]] int x_number() const { return x_is_signed ? static_cast<std::int8_t>(x) : int{x}; }
};

/// What was at the ports of an array in the last cycles, and all weights of a run, to name the operands of an element.
class WsPortLog {
 public:
  explicit WsPortLog(const ArrayConfig& shape);
  void begin_run();
  void record(const WsArrayInputs& inputs);
  [[nodiscard]] std::uint64_t cycles() const { return cycles_; }  ///< Recorded in the run.
  /// What element (row, column) takes in cycle `cycle`, counted from the run's first one.
  [[nodiscard]] ElementOperands operands(std::int64_t cycle, int row, int column) const;
  /// The same for the token and the weight on the column's bus.
  [[nodiscard]] bool swaps(std::int64_t cycle, int row, int column) const;
  [[nodiscard]] const std::int8_t* written_weight(std::int64_t cycle, int row, int column) const;

 private:
  struct PortCycle {
    int fold = -1;
    bool swap = false, is_signed = false;
    std::uint8_t select = 0;
    int weight_row = -1;
    std::vector<std::uint8_t> activations;
    std::vector<std::int8_t> weights;
  };
  [[nodiscard]] const PortCycle* at(std::int64_t cycle) const;

  ArrayConfig shape_;
  std::vector<PortCycle> ring_;
  std::uint64_t cycles_ = 0;
  int fold_ = -1;
  std::uint8_t select_ = 0;
  std::vector<std::vector<std::vector<std::int8_t>>> weights_;  ///< [row][fold][column].
};

class OsPortLog {
 public:
  explicit OsPortLog(const ArrayConfig& shape);
  void begin_run();
  void record(const OsArrayInputs& inputs);
  [[nodiscard]] std::uint64_t cycles() const { return cycles_; }
  [[nodiscard]] ElementOperands operands(std::int64_t cycle, int row, int column) const;
  /// The tokens that go along: the first and the last step of a fold's slot.
  [[nodiscard]] bool begins(std::int64_t cycle, int row, int column) const;
  [[nodiscard]] bool ends(std::int64_t cycle, int row, int column) const;

 private:
  struct PortCycle {
    int fold = -1;
    bool first = false, last = false, is_signed = false;
    std::uint8_t select = 0;
    std::vector<std::uint8_t> activations;
    std::vector<std::int8_t> weights;
  };
  [[nodiscard]] const PortCycle* at(std::int64_t cycle) const;

  ArrayConfig shape_;
  std::vector<PortCycle> ring_;
  std::uint64_t cycles_ = 0;
  int fold_ = -1;
  std::uint8_t select_ = 0;
};

}  // namespace axvp
