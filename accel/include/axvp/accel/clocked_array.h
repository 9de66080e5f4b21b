#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "axvp/accel/array_model.h"

namespace axvp {

/// What is at the ports of a weight-stationary array before a rising edge (rtl/array/ax_ws_array.sv).
struct WsArrayInputs {
  const std::uint8_t* activations = nullptr;  ///< A byte a row; none in this cycle if null.
  bool activations_signed = false;
  bool swap = false;                     ///< With the first position of a fold: its weights become active.
  std::uint8_t select = 0;               ///< Counts where `swap` is set.
  const std::int8_t* weights = nullptr;  ///< A weight a column for row `weight_row`; none if null.
  int weight_row = 0;
};

/// A weight-stationary array that is clocked by its owner.
class ClockedWsArray {
 public:
  virtual ~ClockedWsArray() = default;
  [[nodiscard]] virtual ArrayConfig shape() const = 0;
  /// One rising edge. Afterwards the sums of one position, a word a column, or null if none has left the array.
  virtual const std::int32_t* clock(const WsArrayInputs& inputs) = 0;
  /// What the sum's register of an element holds after the last edge.
  [[nodiscard]] virtual std::int32_t partial_sum(int row, int column) const = 0;
  /// A run begins with the next edge; the array is empty.
  virtual void begin_run() {}
  /// Empty, or what a part in lockstep showed first.
  [[nodiscard]] virtual std::string finding() const { return ""; }
};

/// What is at the ports of an output-stationary array before a rising edge (rtl/array/ax_os_array.sv).
struct OsArrayInputs {
  const std::uint8_t* activations = nullptr;  ///< A byte a row; zeros if null.
  bool activations_signed = false;
  const std::int8_t* weights = nullptr;  ///< A weight a column; zeros if null.
  bool first = false;                    ///< Step of a fold: sums start anew.
  bool last = false;                     ///< Step of a fold's slot: sums go to the drain registers.
  std::uint8_t select = 0;               ///< Counts where `first` is set.
};

/// An output-stationary array that is clocked by its owner.
class ClockedOsArray {
 public:
  virtual ~ClockedOsArray() = default;
  [[nodiscard]] virtual ArrayConfig shape() const = 0;
  /// One rising edge. Afterwards the sums of one row of the array (those of the last row leave first), or null.
  virtual const std::int32_t* clock(const OsArrayInputs& inputs) = 0;
  /// What the sum's register of an element holds after the last edge.
  [[nodiscard]] virtual std::int32_t partial_sum(int row, int column) const = 0;
  /// A run begins with the next edge; the array is empty.
  virtual void begin_run() {}
  /// Empty, or what a part in lockstep showed first.
  [[nodiscard]] virtual std::string finding() const { return ""; }
};

/// A clocked array as a level: feeds the operands of a chain, one fold right after the other, collects the sums, adds
/// up the folds of K, and counts the edges from the one that takes the first operand to the one with the last sum.
/// `wave`, if any, is shown every edge and outlives the model.
[[nodiscard]] std::unique_ptr<ArrayModel> make_array_model(std::unique_ptr<ClockedWsArray> array, std::string level,
                                                           ArrayWave* wave = nullptr);
[[nodiscard]] std::unique_ptr<ArrayModel> make_array_model(std::unique_ptr<ClockedOsArray> array, std::string level,
                                                           ArrayWave* wave = nullptr);

}  // namespace axvp
