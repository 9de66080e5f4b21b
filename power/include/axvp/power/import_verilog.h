#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "axvp/common/result.h"
#include "axvp/multipliers/encoding.h"
#include "axvp/multipliers/operand_transition.h"
#include "axvp/multipliers/truth_table.h"
#include "axvp/power/energy.h"
#include "axvp/power/synthesis.h"

namespace axvp {

/// Names of a multiplier's ports. Where one is empty it is found: x_i, w_i and p_o by name, the product also as the one
/// 16-bit output.
struct MultiplierPorts {
  std::string x, w, p;
};

/// A combinational multiplier written by someone else.
struct VerilogMultiplier {
  std::vector<std::filesystem::path> sources;
  std::string top;
  MultiplierPorts ports;
  Encoding encoding = Encoding::SignMagnitude;
};

/// What it is measured with: uniform operands, or given ones.
struct ImportStimulus {
  std::uint64_t transitions = 1u << 16;  ///< Of uniform operands; rounded up to whole blocks of 512.
  std::uint64_t seed = 1;
  std::vector<OperandPair> operands;  ///< What the ports hold one after another; uniform operands if empty.
};

/// What synthesis knows of it.
struct ImportedMultiplier {
  MultiplierPorts ports;
  TruthTable table;     ///< Of the mapped netlist, all 65,536 pairs; two's complement products for s8.
  EventEnergy per_mac;  ///< With uniform operands that occur in the encoding: in sm8 the weight's top bit is tied to 0.
  EventEnergy per_mac_zero_delay;  ///< The same without glitches.
  Picojoules standard_error{};     ///< Of `per_mac` under uniform operands; 0 under given ones.
  std::string activity;            ///< Which operands, how toggles were counted.
  std::uint64_t transitions = 0;
  Nanowatts leakage{};
  SquareMicrometres area{};
  Nanoseconds delay{};
};

/// Maps the module and reads its table off the netlist. Fails if Yosys refuses it, if it has flip-flops, if ports are
/// missing, ambiguous or not 8, 8 and 16 bits wide; the message lists the ports that there are.
[[nodiscard]] Result<ImportedMultiplier> import_verilog(const VerilogMultiplier& multiplier,
                                                        const Synthesiser& synthesiser,
                                                        const ImportStimulus& stimulus = {});

}  // namespace axvp
