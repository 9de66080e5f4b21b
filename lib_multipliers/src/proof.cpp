#include "axvp/multipliers/proof.h"

#include <fmt/format.h>

namespace axvp {
namespace {

// Steps through the operands when modes change: coprime to 256, so that all bits vary.
constexpr int kStepOfX = 5;
constexpr int kStepOfW = 3;

std::optional<Mismatch> compare(const CircuitFunction& circuit, const TruthTable& table, std::uint8_t x, std::uint8_t w,
                                int mode) {
  const auto expected = static_cast<std::uint16_t>(table(x, w));
  const std::uint16_t found = circuit(x, w, mode);
  if (found == expected) return std::nullopt;
  return Mismatch{x, w, mode, std::nullopt, expected, found};
}

/// Goes from one mode to another, once with the operands kept and once with x changed together with the mode.
std::optional<Mismatch> compare_after_switch(const CircuitFunction& circuit, const std::vector<TruthTable>& tables,
                                             std::uint8_t x, std::uint8_t w, int before, int after) {
  for (const std::uint8_t x_before : {x, static_cast<std::uint8_t>(~x)}) {
    (void)circuit(x_before, w, before);
    auto mismatch = compare(circuit, tables[static_cast<std::size_t>(after)], x, w, after);
    if (mismatch) {
      mismatch->mode_before = before;
      return mismatch;
    }
  }
  return std::nullopt;
}

std::optional<Mismatch> compare_switches(const CircuitFunction& circuit, const std::vector<TruthTable>& tables) {
  const int modes = static_cast<int>(tables.size());
  for (int x = 0; x < TruthTable::kSide; x += kStepOfX)
    for (int w = 0; w < TruthTable::kSide; w += kStepOfW)
      for (int before = 0; before < modes; ++before)
        for (int after = 0; after < modes; ++after) {
          auto mismatch = compare_after_switch(circuit, tables, static_cast<std::uint8_t>(x),
                                               static_cast<std::uint8_t>(w), before, after);
          if (mismatch) return mismatch;
        }
  return std::nullopt;
}

}  // namespace

std::string to_string(const Mismatch& m) {
  return fmt::format("x = {}, w = {}, mode {}{}: {}, expected {}", m.x, m.w, m.mode,
                     m.mode_before ? fmt::format(" after mode {}", *m.mode_before) : "", m.found, m.expected);
}

std::optional<Mismatch> first_mismatch_in_mode(const CircuitFunction& circuit, const TruthTable& table, int mode) {
  for (int x = 0; x < TruthTable::kSide; ++x)
    for (int w = 0; w < TruthTable::kSide; ++w) {
      auto mismatch = compare(circuit, table, static_cast<std::uint8_t>(x), static_cast<std::uint8_t>(w), mode);
      if (mismatch) return mismatch;
    }
  return std::nullopt;
}

std::optional<Mismatch> first_mismatch(const CircuitFunction& circuit, const std::vector<TruthTable>& table_of_mode) {
  for (std::size_t mode = 0; mode < table_of_mode.size(); ++mode)
    if (auto mismatch = first_mismatch_in_mode(circuit, table_of_mode[mode], static_cast<int>(mode))) return mismatch;
  return table_of_mode.size() > 1 ? compare_switches(circuit, table_of_mode) : std::nullopt;
}

}  // namespace axvp
