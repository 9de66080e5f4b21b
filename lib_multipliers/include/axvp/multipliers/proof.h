#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "axvp/multipliers/truth_table.h"

namespace axvp {

/// What drives a circuit's ports and reads its product: 16 bits, two's complement for s8. It may have state, by
/// mistake.
using CircuitFunction = std::function<std::uint16_t(std::uint8_t x, std::uint8_t w, int mode)>;

/// Where a circuit differs from its tables.
struct Mismatch {
  std::uint8_t x = 0, w = 0;
  int mode = 0;
  std::optional<int> mode_before;  ///< Set where the difference follows a change of mode.
  std::uint16_t expected = 0, found = 0;
};

/// "x = 3, w = 5, mode 1 after mode 0: 12, expected 15".
[[nodiscard]] std::string to_string(const Mismatch& mismatch);

/// Compares a circuit with the tables of its modes: all 65,536 pairs in each mode, then every ordered pair of modes
/// with operands that stay and operands that change. Returns the first difference.
[[nodiscard]] std::optional<Mismatch> first_mismatch(const CircuitFunction& circuit,
                                                     const std::vector<TruthTable>& table_of_mode);

/// One mode alone, all 65,536 pairs.
[[nodiscard]] std::optional<Mismatch> first_mismatch_in_mode(const CircuitFunction& circuit, const TruthTable& table,
                                                             int mode);

}  // namespace axvp
