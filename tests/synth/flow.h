#pragma once

#include <filesystem>

#include "axvp/power/characterise.h"
#include "project_folders.h"

namespace axvp {

/// Netlists of the tests, below the build folder.
inline SynthesisOptions test_synthesis() {
  SynthesisOptions options;
  options.cache = std::filesystem::path{AXVP_BINARY_DIR} / "synthesis_cache";
  return options;
}

inline CharacteriseOptions test_options() {
  CharacteriseOptions options;
  options.synthesis = test_synthesis();
  options.root = AXVP_SOURCE_DIR;
  return options;
}

inline Synthesiser test_synthesiser() {
  auto synthesiser = Synthesiser::create(test_synthesis());
  if (!synthesiser) throw std::runtime_error(synthesiser.error().message);
  return std::move(*synthesiser);
}

/// A multiplier of rtl/multipliers with all 8 x 8 bits, as its own top.
inline Result<MappedDesign> map_multiplier(const Synthesiser& synthesiser, const std::string& module) {
  const auto folder = std::filesystem::path{AXVP_SOURCE_DIR} / "rtl" / "multipliers";
  return synthesiser.run({module, {folder / "ax_fa.sv", folder / "ax_ha.sv", folder / (module + ".sv")}, "", {}});
}

}  // namespace axvp
