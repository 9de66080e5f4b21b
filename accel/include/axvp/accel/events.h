#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "axvp/common/units.h"

namespace axvp {

inline constexpr std::size_t kMaxSelectables = 32;  ///< 8 instances of 4 modes; also the counters in the register file.

/// What the platform counts. A price belongs to each field; sums over layers, inferences and a whole run are exact.
enum class Event : std::size_t {
  MacZeroActivation,  ///< Slot whose activation was read as 0: gated.
  MacZeroWeight,      ///< Slot whose weight is 0, activation not: gated.
  MacPadding,         ///< Slot fed with a 0 that no memory supplied, by the layer's padding: gated.
  SlotUnused,         ///< Slot of a row or column that a ragged fold leaves empty: gated.
  PeIdleCycle,        ///< PE cycle without a slot while an inference runs: between folds and between runs.
  WeightLoad,         ///< Weight moved into a shadow register.
  VectorOperation,    ///< Output requantised, residual sum, element of a pool's window, element copied.
  ActivationRead,     ///< Bytes, as all memory events.
  ActivationWrite,
  WeightRead,
  WeightWrite,
  AccumulatorRead,
  AccumulatorWrite,
  ParameterRead,
  ParameterWrite,
  DramRead,
  DramWrite,
  ActiveCycle,  ///< Cycles from doorbell to interrupt; leakage is priced by them.
};
inline constexpr std::size_t kEvents = 18;
[[nodiscard]] std::string_view to_string(Event event);

/// Integer counts: of events, and of executed MACs (x != 0 and w != 0) by selectable of the pool.
struct EventCounts {
  std::array<std::uint64_t, kEvents> of{};
  std::array<std::uint64_t, kMaxSelectables> macs_executed{};

  [[nodiscard]] std::uint64_t operator[](Event event) const { return of[static_cast<std::size_t>(event)]; }
  void add(Event event, std::uint64_t count) { of[static_cast<std::size_t>(event)] += count; }
  [[nodiscard]] std::uint64_t executed() const;
  /// MACs of the network: executed ones and those that a zero or the layer's padding gated.
  [[nodiscard]] std::uint64_t macs() const;
  /// Slots of the array: the MACs and the unused rest of ragged folds.
  [[nodiscard]] std::uint64_t slots() const { return macs() + (*this)[Event::SlotUnused]; }

  EventCounts& operator+=(const EventCounts& other);
  /// Counts since `earlier`, which must not be larger anywhere.
  friend EventCounts operator-(EventCounts later, const EventCounts& earlier);
  friend bool operator==(const EventCounts& a, const EventCounts& b) {
    return a.of == b.of && a.macs_executed == b.macs_executed;
  }
};

/// Energy as a whole number of attojoules (1e-6 pJ), 128 bit: sums do not depend on their order and do not overflow.
class Energy {
 public:
  __extension__ using Word = unsigned __int128;

  constexpr Energy() = default;
  constexpr explicit Energy(Word attojoules) : attojoules_(attojoules) {}

  [[nodiscard]] constexpr Word attojoules() const { return attojoules_; }
  [[nodiscard]] Picojoules to_picojoules() const { return Picojoules{static_cast<double>(attojoules_) * 1e-6}; }

  constexpr Energy& operator+=(Energy other) {
    attojoules_ += other.attojoules_;
    return *this;
  }
  friend constexpr Energy operator+(Energy a, Energy b) { return Energy{a.attojoules_ + b.attojoules_}; }
  friend constexpr Energy operator-(Energy a, Energy b) { return Energy{a.attojoules_ - b.attojoules_}; }
  friend constexpr Energy operator*(Energy a, std::uint64_t count) { return Energy{a.attojoules_ * count}; }
  friend constexpr bool operator==(Energy a, Energy b) { return a.attojoules_ == b.attojoules_; }
  friend constexpr bool operator!=(Energy a, Energy b) { return a.attojoules_ != b.attojoules_; }
  friend constexpr bool operator<(Energy a, Energy b) { return a.attojoules_ < b.attojoules_; }
  friend constexpr bool operator<=(Energy a, Energy b) { return a.attojoules_ <= b.attojoules_; }
  friend constexpr bool operator>(Energy a, Energy b) { return a.attojoules_ > b.attojoules_; }

 private:
  Word attojoules_ = 0;
};

/// Nearest attojoule; `price` >= 0.
[[nodiscard]] Energy to_energy(Picojoules price);

/// Where energy goes.
struct EnergyBreakdown {
  Energy multipliers;          ///< Executed MACs in the selected multiplier.
  Energy processing_elements;  ///< Registers, adders, gating and weight loads of the array.
  Energy vector_unit;
  Energy activation_scratchpad;
  Energy weight_scratchpad;
  Energy accumulator_scratchpad;
  Energy parameter_memory;
  Energy dram;
  Energy leakage;  ///< Of all instances, selected or not, and the lanes, while an inference runs.

  [[nodiscard]] Energy total() const;
  EnergyBreakdown& operator+=(const EnergyBreakdown& other);
};

/// Price of each event and of one MAC in each selectable.
struct EventPrices {
  std::array<Energy, kEvents> of{};
  std::array<Energy, kMaxSelectables> multiplication{};
  Energy executed_mac;  ///< What the PE adds to an executed multiplication.

  [[nodiscard]] Energy operator[](Event event) const { return of[static_cast<std::size_t>(event)]; }
  Energy& operator[](Event event) { return of[static_cast<std::size_t>(event)]; }
  [[nodiscard]] EnergyBreakdown price(const EventCounts& counts) const;
};

}  // namespace axvp
