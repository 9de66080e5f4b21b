#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "axvp/common/result.h"
#include "axvp/multipliers/dadda_family.h"

namespace axvp {

struct GeneratedFile {
  std::filesystem::path path;  ///< Relative to the project's root.
  std::string content;
};

/// SystemVerilog of one multiplier: partial products, Dadda tree of ax_fa and ax_ha instances, ripple-carry adder.
/// Where an adder's input is a constant it is written as its two gates, because synthesis maps ax_fa to whole cells.
[[nodiscard]] std::string generate_rtl(const DaddaMultiplier& multiplier);

/// Everything under rtl/ that is generated: a module for each built-in multiplier, their list for CMake and the list of
/// their Verilated models for C++. The committed files are these, byte for byte.
[[nodiscard]] std::vector<GeneratedFile> generate_multiplier_rtl();

}  // namespace axvp
