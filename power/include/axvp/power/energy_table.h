#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "axvp/common/result.h"
#include "axvp/common/units.h"
#include "axvp/multipliers/encoding.h"

namespace axvp {

/// The energy of one event, in its two parts. Leakage is a power and is kept apart (`Nanowatts` of an instance).
struct EventEnergy {
  Picojoules internal{};   ///< Inside the cells (NLDM internal_power).
  Picojoules switching{};  ///< C V^2 / 2 for every toggle of a net.

  [[nodiscard]] Picojoules total() const { return internal + switching; }
};

/// What one selectable costs: one mode of one multiplier instance.
struct SelectableEnergy {
  std::string selectable;  ///< Catalogue id, e.g. "gated_dadda-468/m2".
  std::string multiplier;  ///< The instance it is a mode of; modes share its area and leakage.
  EventEnergy per_mac;     ///< Per executed multiplication (x != 0 and w != 0), glitches included.
  Nanowatts leakage{};     ///< Of the instance, whether selected or not.
  SquareMicrometres area{};
  Nanoseconds delay{};             ///< Critical path, inputs to product.
  std::string rtl_sha256;          ///< Of the RTL that was synthesised.
  std::string exact_reference;     ///< The exact selectable of its encoding, which savings are relative to.
  EventEnergy per_mac_zero_delay;  ///< The same operands without glitches; a user's own multiplier may not have it.
};

/// The processing elements of rtl/pe.
enum class ElementKind { WeightStationary, OutputStationary };
/// "weight-stationary", "output-stationary".
[[nodiscard]] std::string_view to_string(ElementKind kind);

/// What a processing element costs outside its multipliers: registers with their clock pins, adder, sign and gating
/// logic; of an output-stationary one also the drain of its sums.
struct PeEnergy {
  ElementKind kind = ElementKind::WeightStationary;
  Encoding encoding = Encoding::SignMagnitude;
  EventEnergy active_mac;   ///< A cycle with a MAC executed.
  EventEnergy gated_mac;    ///< A cycle whose x or w is 0: operands held, the partial sum passes.
  EventEnergy idle_cycle;   ///< A cycle without data: clock pins only.
  EventEnergy weight_load;  ///< What a weight that moves into the shadow register adds; 0 where there is none.
  Nanowatts leakage{};
  SquareMicrometres area{};
  Nanoseconds delay{};  ///< Longest path from a register or input to a register or output, multiplier excluded.
  std::string rtl_sha256;
};

/// One lane of the vector unit. An operation is one output requantised, one residual sum or one pooled element.
struct VectorLaneEnergy {
  EventEnergy per_operation;
  Nanowatts leakage{};
  SquareMicrometres area{};
  Nanoseconds delay{};
  std::string rtl_sha256;
};

/// Access energy of an SRAM bank of one size.
struct SramPoint {
  Bytes capacity = 0;
  Picojoules read_per_byte{};
  Picojoules write_per_byte{};
};

/// Memory prices are published figures, not synthesised ones; `source` says whose, in which technology, how scaled.
struct MemoryEnergy {
  std::vector<SramPoint> sram;  ///< Ascending capacities, at least one.
  std::string sram_source;
  Picojoules dram_read_per_byte{};
  Picojoules dram_write_per_byte{};
  std::string dram_source;

  /// Interpolated on a log-log scale between the points; outside them the nearest point's price.
  [[nodiscard]] Picojoules sram_read_per_byte(Bytes capacity) const;
  [[nodiscard]] Picojoules sram_write_per_byte(Bytes capacity) const;
};

/// Where the figures of a table come from; printed beside every energy.
struct EnergyOrigin {
  std::string library;         ///< Liberty library name, e.g. "osu018_stdcells".
  std::string library_sha256;  ///< Of the Liberty file.
  std::string corner;          ///< Name of the operating conditions, e.g. "typical".
  double voltage_v = 0.0;
  double temperature_c = 0.0;
  double clock_mhz = 0.0;         ///< At which leakage turns into energy per cycle where no other clock is given.
  std::string activity;           ///< e.g. "glitch-aware (inertial delays), uniform operands".
  std::uint64_t transitions = 0;  ///< Operand pairs that follow another one.
  std::uint64_t seed = 0;
  std::map<std::string, std::string> tools;  ///< Tool -> version.
};

/// Prices of events for one technology. Simulators count events and multiply once at the end.
struct EnergyTable {
  EnergyOrigin origin;
  std::vector<SelectableEnergy> rows;  ///< In catalogue order; ids are unique.
  std::vector<PeEnergy> pes;           ///< At most one per kind and encoding.
  VectorLaneEnergy vector_lane;
  MemoryEnergy memory;

  /// The row of a selectable, or an error that names it and the nearest known id.
  [[nodiscard]] Result<SelectableEnergy> find(std::string_view selectable) const;
  [[nodiscard]] Result<PeEnergy> pe(Encoding encoding, ElementKind kind = ElementKind::WeightStationary) const;
  /// Energy per MAC relative to the row's exact reference: the papers' "relative power".
  [[nodiscard]] Result<double> relative_energy(std::string_view selectable) const;
};

/// Leakage energy in one clock cycle.
[[nodiscard]] Picojoules leakage_per_cycle(Nanowatts leakage, double clock_mhz);

/// Reads a table strictly; errors name file and JSON pointer: "energy.json: /rows/12/energy_pj = -0.3, expected a
/// number
/// >= 0". Totals must equal their parts; modes of one multiplier must agree in area and leakage.
[[nodiscard]] Result<EnergyTable> load_energy_table(const std::filesystem::path& path);
[[nodiscard]] Result<EnergyTable> parse_energy_table(std::string_view text, const std::string& name);

/// The same table gives the same bytes; reading them back gives the same table.
[[nodiscard]] std::string format_energy_table(const EnergyTable& table);
[[nodiscard]] Result<void> save_energy_table(const EnergyTable& table, const std::filesystem::path& path);

}  // namespace axvp
