#pragma once

#include <string>

#include "axvp/multipliers/design.h"
#include "netlist.h"

namespace axvp {

// The gates of the multipliers that are built from partial products and a Dadda tree.
[[nodiscard]] ModuleNetlist netlist_of(const DaddaParameters& parameters);
[[nodiscard]] ModuleNetlist netlist_of(const CompressorParameters& parameters);
[[nodiscard]] ModuleNetlist netlist_of(const KulkarniParameters& parameters);
[[nodiscard]] ModuleNetlist netlist_of(const BoothParameters& parameters);

// The modules of the others, which are best said in words of SystemVerilog.
[[nodiscard]] std::string module_text(const DrumParameters& parameters, const std::string& module);
[[nodiscard]] std::string module_text(const MitchellParameters& parameters, const std::string& module);

}  // namespace axvp
