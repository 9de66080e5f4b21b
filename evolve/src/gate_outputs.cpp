#include "gate_outputs.h"

namespace axvp {

unsigned outputs_of(GateKind kind, unsigned inputs) {
  const unsigned a = inputs & 1, b = (inputs >> 1) & 1, c = (inputs >> 2) & 1, d = (inputs >> 3) & 1;
  switch (kind) {
    case GateKind::Not:
      return a ^ 1;
    case GateKind::And:
      return a & b;
    case GateKind::Or:
      return a | b;
    case GateKind::Xor:
      return a ^ b;
    case GateKind::Nand:
      return (a & b) ^ 1;
    case GateKind::Nor:
      return (a | b) ^ 1;
    case GateKind::Xnor:
      return a ^ b ^ 1;
    case GateKind::Nand3:
      return (a & b & c) ^ 1;
    case GateKind::Nor3:
      return (a | b | c) ^ 1;
    case GateKind::AndOrInvert:
      return ((a & b) | c) ^ 1;
    case GateKind::OrAndInvert:
      return ((a | b) & c) ^ 1;
    case GateKind::AndOrInvert22:
      return ((a & b) | (c & d)) ^ 1;
    case GateKind::OrAndInvert22:
      return ((a | b) & (c | d)) ^ 1;
    case GateKind::MuxInvert:
      return (c != 0 ? a : b) ^ 1;
    case GateKind::HalfAdder:
      return (a ^ b) | (a & b) << 1;
    case GateKind::FullAdder:
      break;
  }
  const unsigned sum = a + b + c;
  return (sum & 1) | (sum >> 1) << 1;
}

}  // namespace axvp
