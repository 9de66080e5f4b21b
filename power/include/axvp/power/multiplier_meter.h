#pragma once

#include <memory>
#include <vector>

#include "axvp/power/characterise.h"
#include "axvp/power/energy.h"

namespace axvp {

/// How the multiplier of a selectable is synthesised: behind the usual ports, with the operands that occur.
[[nodiscard]] SynthesisJob multiplier_job(const Selectable& selectable, const CharacteriseOptions& options);

/// A mapped multiplier, ready to be measured.
class MultiplierMeter {
 public:
  /// `selectables` are modes of one multiplier. Fails if the netlist differs from the table of one of them on any
  /// operand pair, and as synthesis does.
  [[nodiscard]] static Result<MultiplierMeter> create(const std::vector<Selectable>& selectables,
                                                      const Synthesiser& synthesiser,
                                                      const CharacteriseOptions& options);

  [[nodiscard]] const Netlist& netlist() const { return design_->netlist; }
  [[nodiscard]] const MappedDesign& design() const { return *design_; }
  [[nodiscard]] const EnergyMeter& energy() const { return meter_; }

 private:
  MultiplierMeter(std::unique_ptr<const MappedDesign> design, EnergyMeter meter)
      : design_(std::move(design)), meter_(std::move(meter)) {}
  std::unique_ptr<const MappedDesign> design_;  // at a fixed address: the meter refers to it
  EnergyMeter meter_;
};

}  // namespace axvp
