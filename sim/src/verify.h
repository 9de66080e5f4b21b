#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "axvp/common/result.h"

namespace axvp::sim {

/// One thing that was compared with a multiplier's tables.
struct ProofCase {
  std::string multiplier;
  std::string level;                   ///< "rtl", "netlist" or "formal".
  int modes = 1;                       ///< How many modes were compared, on all 65,536 pairs each.
  std::optional<std::string> problem;  ///< The first difference, or why there was no comparison.
};

/// Writes the cases as JUnit XML where the name ends with .xml, as JSON otherwise.
[[nodiscard]] Result<void> write_proof_report(const std::filesystem::path& path, const std::vector<ProofCase>& cases);

}  // namespace axvp::sim
