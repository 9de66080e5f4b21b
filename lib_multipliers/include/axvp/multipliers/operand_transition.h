#pragma once

#include <cstdint>

namespace axvp {

/// What the operand ports of a multiplier hold, as the ports carry it: magnitudes in sm8, two's complement in s8.
struct OperandPair {
  std::uint8_t x = 0;
  std::uint8_t w = 0;

  friend bool operator==(OperandPair a, OperandPair b) { return a.x == b.x && a.w == b.w; }
};

/// Two pairs that follow one another at the ports. Zero gating is over: a gated operand keeps its value.
struct OperandTransition {
  OperandPair from, to;

  friend bool operator==(const OperandTransition& a, const OperandTransition& b) {
    return a.from == b.from && a.to == b.to;
  }
};

}  // namespace axvp
