#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "axvp/common/result.h"
#include "axvp/multipliers/catalogue.h"
#include "axvp/power/energy.h"
#include "axvp/power/energy_table.h"
#include "axvp/power/synthesis.h"

namespace axvp {

/// Which operands a multiplier is synthesised for and measured with.
enum class OperandRange : std::uint8_t {
  Encoding,  ///< Those that occur: in sm8 |w| <= 127, so w_i[7] is tied to 0.
  Full,      ///< All 8 x 8 bits: for comparison with published multipliers.
};

struct CharacteriseOptions {
  SynthesisOptions synthesis;
  std::filesystem::path root = ".";      ///< Folder with rtl/ and power/tables/memory.toml.
  std::uint64_t transitions = 1u << 16;  ///< Per selectable; rounded up to whole blocks of 512 streams.
  std::uint64_t seed = 1;
  double clock_mhz = 100.0;
  OperandRange range = OperandRange::Encoding;
  unsigned threads = 0;  ///< 0: as many as the machine has. Does not change the result.
};

/// Called after every finished multiplier, never from two threads at once.
using CharacteriseProgress = std::function<void(std::size_t done, std::size_t total, const std::string& multiplier)>;

/// Synthesises multipliers and measures each selectable with uniform operand pairs; the mapped netlist is compared with
/// the model's table on every pair each time, measurements are cached by content. Rows in the order of `selectables`,
/// of which the modes of a multiplier are neighbours; those that are a table only are left out.
[[nodiscard]] Result<std::vector<SelectableEnergy>> characterise_multipliers(const std::vector<Selectable>& selectables,
                                                                             const Synthesiser& synthesiser,
                                                                             const CharacteriseOptions& options,
                                                                             const CharacteriseProgress& progress = {});

/// Module of the processing element in rtl/pe.
[[nodiscard]] constexpr std::string_view element_module(Encoding encoding, ElementKind kind) {
  if (kind == ElementKind::OutputStationary) return encoding == Encoding::SignMagnitude ? "ax_pe_os" : "ax_pe_os_s8";
  return encoding == Encoding::SignMagnitude ? "ax_pe" : "ax_pe_s8";
}

/// That processing element without its multipliers: the pool's answers are inputs. With a pool: pool_element.h.
[[nodiscard]] Result<PeEnergy> characterise_processing_element(Encoding encoding, ElementKind kind,
                                                               const Synthesiser& synthesiser,
                                                               const CharacteriseOptions& options);

/// Where figures that are measured so come from.
[[nodiscard]] EnergyOrigin energy_origin(const Synthesiser& synthesiser, const CharacteriseOptions& options);

/// Everything an energy table holds: what `axvp power --update` writes. Multipliers that are a table only are left out.
[[nodiscard]] Result<EnergyTable> characterise(const Catalogue& catalogue, const CharacteriseOptions& options,
                                               const CharacteriseProgress& progress = {});

/// Uniform random operand pairs at x_i and w_i, a mode held at mode_i where the netlist has it.
[[nodiscard]] Stimulus uniform_operands(const Netlist& multiplier, int mode, std::uint64_t transitions,
                                        std::uint64_t seed);

}  // namespace axvp
