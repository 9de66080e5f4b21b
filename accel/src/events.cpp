#include "axvp/accel/events.h"

#include <cassert>
#include <cmath>
#include <numeric>

namespace axvp {

std::string_view to_string(Event event) {
  static constexpr std::array<std::string_view, kEvents> kNames{
      "macs_zero_activation",    "macs_zero_weight",     "macs_padding",          "slots_unused",
      "pe_idle_cycles",          "weight_loads",         "vector_operations",     "activation_read_bytes",
      "activation_write_bytes",  "weight_read_bytes",    "weight_write_bytes",    "accumulator_read_bytes",
      "accumulator_write_bytes", "parameter_read_bytes", "parameter_write_bytes", "dram_read_bytes",
      "dram_write_bytes",        "active_cycles"};
  return kNames[static_cast<std::size_t>(event)];
}

std::uint64_t EventCounts::executed() const {
  return std::accumulate(macs_executed.begin(), macs_executed.end(), std::uint64_t{0});
}

std::uint64_t EventCounts::macs() const {
  return executed() + (*this)[Event::MacZeroActivation] + (*this)[Event::MacZeroWeight] + (*this)[Event::MacPadding];
}

EventCounts& EventCounts::operator+=(const EventCounts& other) {
  for (std::size_t i = 0; i < kEvents; ++i) of[i] += other.of[i];
  for (std::size_t i = 0; i < kMaxSelectables; ++i) macs_executed[i] += other.macs_executed[i];
  return *this;
}

EventCounts operator-(EventCounts later, const EventCounts& earlier) {
  for (std::size_t i = 0; i < kEvents; ++i) later.of[i] -= earlier.of[i];
  for (std::size_t i = 0; i < kMaxSelectables; ++i) later.macs_executed[i] -= earlier.macs_executed[i];
  return later;
}

Energy to_energy(Picojoules price) {
  assert(price.value >= 0.0 && price.value < 1e12);
  return Energy{static_cast<Energy::Word>(std::llround(price.value * 1e6))};
}

Energy EnergyBreakdown::total() const {
  return multipliers + processing_elements + vector_unit + activation_scratchpad + weight_scratchpad +
         accumulator_scratchpad + parameter_memory + dram + leakage;
}

EnergyBreakdown& EnergyBreakdown::operator+=(const EnergyBreakdown& other) {
  multipliers += other.multipliers;
  processing_elements += other.processing_elements;
  vector_unit += other.vector_unit;
  activation_scratchpad += other.activation_scratchpad;
  weight_scratchpad += other.weight_scratchpad;
  accumulator_scratchpad += other.accumulator_scratchpad;
  parameter_memory += other.parameter_memory;
  dram += other.dram;
  leakage += other.leakage;
  return *this;
}

EnergyBreakdown EventPrices::price(const EventCounts& counts) const {
  const auto cost = [&](Event event) { return (*this)[event] * counts[event]; };
  EnergyBreakdown result;
  for (std::size_t i = 0; i < kMaxSelectables; ++i) result.multipliers += multiplication[i] * counts.macs_executed[i];
  result.processing_elements = executed_mac * counts.executed() + cost(Event::MacZeroActivation) +
                               cost(Event::MacZeroWeight) + cost(Event::MacPadding) + cost(Event::SlotUnused) +
                               cost(Event::PeIdleCycle) + cost(Event::WeightLoad);
  result.vector_unit = cost(Event::VectorOperation);
  result.activation_scratchpad = cost(Event::ActivationRead) + cost(Event::ActivationWrite);
  result.weight_scratchpad = cost(Event::WeightRead) + cost(Event::WeightWrite);
  result.accumulator_scratchpad = cost(Event::AccumulatorRead) + cost(Event::AccumulatorWrite);
  result.parameter_memory = cost(Event::ParameterRead) + cost(Event::ParameterWrite);
  result.dram = cost(Event::DramRead) + cost(Event::DramWrite);
  result.leakage = cost(Event::ActiveCycle);
  return result;
}

}  // namespace axvp
