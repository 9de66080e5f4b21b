#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "axvp/multipliers/design.h"

namespace axvp {

struct GeneratedFile {
  std::filesystem::path path;  ///< Relative to the project's root.
  std::string content;
};

/// SystemVerilog of one multiplier with ports x_i, w_i, p_o and, where it has modes, mode_i: partial products, Dadda
/// tree of ax_fa and ax_ha instances, ripple-carry adder. Where an adder's input is a constant it is written as its two
/// gates, because synthesis maps ax_fa to whole cells. An exchanged design is a wrapper round its base.
[[nodiscard]] std::string generate_rtl(const MultiplierDesign& design);

/// Everything under rtl/ that is generated: a module for each built-in multiplier; for each family a bank, which holds
/// one instance of each of its members, so that Verilator compiles them as one model; the lists of both for CMake and
/// C++. The committed files are these, byte for byte.
[[nodiscard]] std::vector<GeneratedFile> generate_multiplier_rtl();

}  // namespace axvp
