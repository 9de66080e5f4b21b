#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "axvp/power/activity.h"
#include "axvp/power/netlist.h"

namespace axvp {

/// Lanes that are simulated at once: a block of words per net.
inline constexpr std::size_t kBlockWords = 8;
using Block = std::array<std::uint64_t, kBlockWords>;

/// A netlist as straight-line code over blocks. Slots are the nets first, then flip-flop states and intermediate
/// values.
class GateProgram {
 public:
  enum class Code : std::uint8_t { Copy, Not, And, Or, Xor };
  struct Instruction {
    Code code = Code::Copy;
    std::uint32_t to = 0;
    std::uint32_t left = 0;
    std::uint32_t right = 0;
  };
  /// A flip-flop: its state's slot and the slots of its inputs' functions.
  struct Register {
    std::uint32_t state = 0;
    std::uint32_t next = 0;
    std::uint32_t clear = 0;  ///< The constant 0 where there is none.
    std::uint32_t preset = 0;
  };

  GateProgram(const Netlist& netlist, const std::vector<Counter>& counters);

  [[nodiscard]] std::size_t slots() const { return slots_; }
  [[nodiscard]] const std::vector<Register>& registers() const { return registers_; }
  [[nodiscard]] const std::vector<std::uint32_t>& conditions() const { return conditions_; }  ///< Slot per counter.

  /// Nets from inputs and states; then the inputs of the registers.
  void settle(Block* values) const { run(settle_, values); }
  /// The conditions of the counters.
  void evaluate_conditions(Block* values) const { run(watch_, values); }

 private:
  static void run(const std::vector<Instruction>& code, Block* values);
  std::uint32_t new_slot() { return static_cast<std::uint32_t>(slots_++); }
  void compile(const BooleanExpression& expression, const NetlistCell& cell, std::uint32_t state, std::uint32_t to,
               std::vector<Instruction>& code);
  std::uint32_t compile(const BooleanExpression& expression, const NetlistCell& cell, std::uint32_t state,
                        std::vector<Instruction>& code);
  std::uint32_t slot_of(const std::string& pin, const NetlistCell& cell, std::uint32_t state,
                        std::vector<Instruction>& code);
  void compile_outputs(const NetlistCell& cell, std::uint32_t state);

  std::size_t slots_;
  std::vector<Instruction> settle_;
  std::vector<Instruction> watch_;
  std::vector<Register> registers_;
  std::vector<std::uint32_t> conditions_;
};

}  // namespace axvp
